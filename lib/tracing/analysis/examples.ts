/** Which traces show a contributor best. Pure. */
import type { Row, Sample } from "./sampled.ts";

export interface TraceExample {
  readonly traceId: string;
  /** What the contributor took in it. */
  readonly ns: number;
}

/** One may be odd; three show what is common to them. */
const MOST = 3;

/** Of the traces around p95 those that it is longest in; where too few of them have it, of all. Longest first. */
export function examplesOf(
  { window, tail }: Pick<Sample, "window" | "tail">,
  { values }: Row,
): readonly TraceExample[] {
  const length = (i: number): number => values.get(i) ?? 0;
  const longest = (indexes: readonly number[]) => indexes.toSorted((a, b) => length(b) - length(a) || a - b);
  const typical = longest((tail?.band ?? []).filter((i) => values.has(i)));
  const chosen = [...new Set([...typical, ...longest([...values.keys()])])].slice(0, MOST);
  return longest(chosen).flatMap((i) => {
    const traceId = window.traces[i]?.traceId;
    return traceId === undefined ? [] : [{ traceId, ns: length(i) }];
  });
}
