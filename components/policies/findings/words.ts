/** What severities are called and how they look: the mark says it without colour. */
import type { WireFinding } from "#lib/api/findings.ts";
import { SEVERITIES, type Severity } from "#lib/policy/finding.ts";

export const MARKS: Readonly<Record<Severity, string>> = { error: "✕", warning: "◣", info: "○" };
export const WORDS: Readonly<Record<Severity, string>> = { error: "Error", warning: "Warning", info: "Remark" };
export const COLOURS: Readonly<Record<Severity, string>> = {
  error: "text-failing",
  warning: "text-degraded",
  info: "text-ink-3",
};

const PLURALS: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["remark", "remarks"],
};

/** `2 errors, 1 warning`; `none`. */
export function tally(findings: readonly Pick<WireFinding, "severity">[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${PLURALS[severity][count === 1 ? 0 : 1]}`];
  });
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** The worst of them; null: there is none. */
export function worst(findings: readonly Pick<WireFinding, "severity">[]): Severity | null {
  return SEVERITIES.find((severity) => findings.some((each) => each.severity === severity)) ?? null;
}
