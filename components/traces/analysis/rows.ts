/** Contributors as rows: ranked by what one looks at, and how long their bars are. Pure. */
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { Measure } from "./state.ts";
import type { Contributor } from "./words.ts";

export interface Row {
  readonly key: string;
  readonly each: Contributor;
  /** Share of the longest bar, 0 to 1. */
  readonly now: number;
  readonly before: number | null;
}

const keyOf = ({ kind, service, operation, target }: Contributor): string =>
  JSON.stringify([kind, service, operation, target]);

/** Largest change first where there is a baseline, else largest share. What has no p95 is ranked by its mean. */
export function rowsOf({ contributors }: Pick<AnalysisResult, "contributors">, by: Measure): readonly Row[] {
  const told = contributors.some(({ now }) => now[by] !== null) ? by : "mean";
  const size = ({ now, change }: Contributor): number =>
    Math.abs(change === null ? (now[told]?.value ?? 0) : (change[told]?.value ?? 0));
  const length = (side: Contributor["before"]): number => side?.[told]?.value ?? 0;
  const longest = Math.max(...contributors.map(({ now, before }) => Math.max(length(now), length(before))), 0);
  const share = (value: number): number => (longest > 0 ? Math.max(0, value) / longest : 0);
  return contributors
    .map((each) => ({
      key: keyOf(each),
      each,
      now: share(length(each.now)),
      before: each.before === null ? null : share(length(each.before)),
    }))
    .sort((a, b) => size(b.each) - size(a.each) || (a.key < b.key ? -1 : 1));
}
