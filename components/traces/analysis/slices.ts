/** How evenly a window was heard, in words. Pure. */
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { formatCount, formatPlural } from "#lib/format.ts";

type Sample = AnalysisResult["sample"];
export type Slice = Sample["slices"][number];

export type Filling = "unread" | "failed" | "empty" | "short" | "enough";

/** `each`: traces that were asked for. What a backend has more of than that was asked for in full. */
export function fillingOf({ traces, more, failed, read }: Slice, each: number): Filling {
  if (!read) return "unread";
  if (traces === 0) return failed ? "failed" : "empty";
  if (failed) return "failed";
  return more || traces >= each ? "enough" : "short";
}

const WORDS: Readonly<Record<Filling, string>> = {
  unread: "not read",
  failed: "not answered in full",
  empty: "no trace",
  short: "all there are",
  enough: "as many as asked for",
};

/** `10 traces, as many as asked for`. Of one call there may be few among many that were found. */
export function sliceWords(slice: Slice, each: number): string {
  const rare = slice.more && slice.traces < each && fillingOf(slice, each) !== "failed";
  return `${formatPlural(slice.traces, "trace")}, ${rare ? "of more that were kept" : WORDS[fillingOf(slice, each)]}`;
}

/** What of the window isn't heard as the rest is; null where all of it is. */
export function unevenWords({ slices, each }: Pick<Sample, "slices" | "each">): string | null {
  const count = (filling: Filling) => slices.filter((slice) => fillingOf(slice, each) === filling).length;
  const parts: readonly (readonly [number, string])[] = [
    [count("empty"), "without any trace"],
    [count("short"), `with fewer than the ${each} asked for`],
    [count("failed"), "that a backend didn't answer for"],
    [count("unread"), "not read"],
  ];
  const told = parts.filter(([n]) => n > 0).map(([n, what]) => `${formatCount(n)} ${what}`);
  if (told.length === 0) return null;
  return `Of ${formatPlural(slices.length, "slice")} of the window: ${told.join(", ")}. Each that has traces counts alike.`;
}
