/** How many requests there were, by Prometheus, in the time of a search that found no trace. Pure. */
import type { SeriesAnswer } from "#lib/api/series.ts";
import { formatCount } from "#lib/format.ts";

export interface Counted {
  readonly requests: number;
  readonly failed: number;
}

const FAILED: ReadonlySet<string> = new Set(["neverArrived", "server"]);

/** Sums of rates over their steps, by whoever comes first in counting; null where nothing was counted. */
export function countedOf(
  { charts, step }: Pick<SeriesAnswer, "charts" | "step">,
  direction: SeriesAnswer["charts"][number]["direction"],
): Counted | null {
  const chart = charts.find(
    (each) =>
      each.metric === "requests" &&
      each.direction === direction &&
      each.lines.some(({ values }) => values.some((value) => value !== null)),
  );
  if (chart === undefined) return null;
  const sum = (lines: typeof chart.lines) =>
    lines.reduce((all, { values }) => all + values.reduce<number>((most, value) => most + (value ?? 0), 0), 0) * step;
  return { requests: sum(chart.lines), failed: sum(chart.lines.filter(({ name }) => FAILED.has(name))) };
}

/** `about 1,230 requests to it (about 40 failed) and about 310 that it sent (none failed)`; null where nothing was counted. */
export function countedWords(inbound: Counted | null, outbound: Counted | null): string | null {
  const words = ({ requests, failed }: Counted, what: string) =>
    `${about(requests)} ${what} (${failed < 0.5 ? "none" : about(failed)} failed)`;
  const parts = [
    ...(inbound === null ? [] : [words(inbound, "requests to it")]),
    ...(outbound === null ? [] : [words(outbound, inbound === null ? "requests that it sent" : "that it sent")]),
  ];
  return parts.length === 0 ? null : parts.join(" and ");
}

const about = (count: number): string => `about ${formatCount(Math.round(count))}`;
