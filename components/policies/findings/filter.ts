/** Which findings are shown. Pure: the address and the answer go in. */
import type { WireFinding } from "#lib/api/findings.ts";
import { SEVERITIES, type Severity } from "#lib/policy/finding.ts";

export interface FindingFilter {
  readonly text: string;
  /** None: all. */
  readonly severities: readonly Severity[];
  readonly codes: readonly string[];
}

const list = (text: string | null): readonly string[] => [...new Set((text ?? "").split(",").filter(Boolean))].sort();

/** Reads `q`, `severities` and `codes`; what isn't accepted counts as absent. */
export function readFilter(params: URLSearchParams): FindingFilter {
  const severities = list(params.get("severities"));
  return {
    text: params.get("q") ?? "",
    severities: SEVERITIES.filter((severity) => severities.includes(severity)),
    codes: list(params.get("codes")),
  };
}

/** The address's parameters after a change, everybody else's untouched; defaults are left out. */
export function patchFilter(params: URLSearchParams, patch: Partial<FindingFilter>): URLSearchParams {
  const filter = { ...readFilter(params), ...patch };
  const next = new URLSearchParams(params);
  const put = (key: string, value: string) => (value === "" ? next.delete(key) : next.set(key, value));
  put("q", filter.text);
  put("severities", filter.severities.join(","));
  put("codes", filter.codes.join(","));
  return next;
}

/** Those that fit, in the order they came: worst first. */
export function shownFindings(items: readonly WireFinding[], filter: FindingFilter): readonly WireFinding[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ severity, code, also, message, object }) => {
    if (filter.severities.length > 0 && !filter.severities.includes(severity)) return false;
    if (filter.codes.length > 0 && !filter.codes.includes(code)) return false;
    const { kind, namespace, name, cluster } = object;
    const whole = [code, ...also, message, kind, namespace ?? "", name, cluster].join("\n").toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** Codes of the answer with how many there are, and those that only the address names, so that they can be unticked. */
export function codeChoices(items: readonly WireFinding[], chosen: readonly string[]) {
  const counts = new Map<string, number>(chosen.map((code) => [code, 0]));
  for (const { code } of items) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => ({ value, note: String(count) }));
}
