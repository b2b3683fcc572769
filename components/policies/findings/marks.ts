/** Findings at their lines in an object's text. */
import type { WireFinding } from "#lib/api/findings.ts";
import { rangeOf } from "#lib/policy/yaml-places.ts";

/** A place that the text doesn't show (a status, say) is marked at what is nearest around it. */
export function marksOf(text: string, findings: readonly WireFinding[]) {
  return findings.map(({ path, message, severity, code }) => {
    const before = text.slice(0, rangeOf(text, path)?.from ?? 0);
    const line = before.split("\n").length;
    return { line, column: before.length - before.lastIndexOf("\n"), severity, message: `${message} (${code})` };
  });
}
