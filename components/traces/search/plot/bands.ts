/** Percentiles of all requests behind the dots: whose, and where they lie. Pure. */
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import { MARGIN, type Size, toX, toY } from "./dots.ts";
import type { Axis } from "./scales.ts";

export const BANDS = ["p50", "p95", "p99"] as const;
export type Band = (typeof BANDS)[number];

/** The latencies to draw of a service's charts: of what it is asked, else (a gateway) of what it asks. */
export function latencyChart({ charts }: Pick<SeriesAnswer, "charts">): Chart | null {
  const found = charts.filter(
    ({ metric, lines }) => metric === "latency" && lines.some(({ values }) => values.some((each) => each !== null)),
  );
  return found.find(({ direction }) => direction === "inbound") ?? found[0] ?? null;
}

/** Lines of one percentile in pixels, a step each sample: a value is of the time before it. Gaps stay open, and so does what the axis doesn't reach. */
export function bandPath(
  values: readonly (number | null)[],
  { start, step }: Pick<SeriesAnswer, "start" | "step">,
  size: Size,
  { time, duration }: { readonly time: Axis; readonly duration: Axis },
): string {
  const first = Date.parse(start);
  const parts: string[] = [];
  let open = false;
  values.forEach((value, index) => {
    const [from, to] = [first + (index - 1) * step * 1000, first + index * step * 1000];
    // The last one holds on: the next isn't there yet.
    const until = index === values.length - 1 ? Math.max(to, time.to) : to;
    if (value === null || value < duration.from || value > duration.to || until <= time.from || from >= time.to) {
      open = false;
      return;
    }
    const y = toY(size, duration, value).toFixed(1);
    parts.push(`${open ? "L" : "M"}${toX(size, time, from).toFixed(1)} ${y}L${toX(size, time, until).toFixed(1)} ${y}`);
    open = true;
  });
  return parts.join("");
}

/** The last value of a percentile in the time that is shown, as its line is drawn; null where there is none. */
export function latest(
  chart: Pick<Chart, "lines">,
  { start, step }: Pick<SeriesAnswer, "start" | "step">,
  band: Band,
  time: Pick<Axis, "from" | "to">,
): number | null {
  const values = chart.lines.find(({ name }) => name === band)?.values ?? [];
  const first = Date.parse(start);
  const shown = (index: number) =>
    first + (index - 1) * step * 1000 < time.to &&
    (index === values.length - 1 || first + index * step * 1000 > time.from);
  return values.findLast((each, index) => each !== null && shown(index)) ?? null;
}

/** Right edge of the plot: where a line's name stands. */
export const rightOf = ({ width }: Size): number => width - MARGIN.right;
