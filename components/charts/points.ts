/** Answers of /series as points of a chart. A gap stays a gap: null where no line has a sample, never 0. Pure. */
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";

export interface Point {
  /** Unix milliseconds. */
  readonly t: number;
  readonly [line: string]: number | null;
}

type Line = Chart["lines"][number];

/** Sum of several lines at one step; null if none of them has a sample there. */
function sumAt(lines: readonly Line[], index: number): number | null {
  let sum: number | null = null;
  for (const { values } of lines) {
    const value = values[index];
    if (value != null) sum = (sum ?? 0) + value;
  }
  return sum;
}

const FAILED = ["neverArrived", "server"];

/** Lines of a chart as they are drawn: outcome classes become all requests and the failed ones; others keep their names. */
function drawnLines(chart: Chart): readonly (readonly [name: string, lines: readonly Line[]])[] {
  if (chart.metric !== "requests") return chart.lines.map((line) => [line.name, [line]]);
  return [
    ["requests", chart.lines],
    ["failed", chart.lines.filter(({ name }) => FAILED.includes(name))],
  ];
}

/** Names in drawing order, and one point a step. A class that never occurred counts as 0 where requests were seen. */
export function chartPoints(
  answer: SeriesAnswer,
  chart: Chart,
): { readonly names: readonly string[]; readonly points: readonly Point[] } {
  const lines = drawnLines(chart);
  const start = Date.parse(answer.start);
  const length = Math.max(0, ...chart.lines.map(({ values }) => values.length));
  const points = Array.from({ length }, (_, index): Point => {
    const at: Record<string, number | null> = { t: start + index * answer.step * 1000 };
    for (const [name, parts] of lines) at[name] = sumAt(parts, index);
    const untold = (chart.lines.find(({ name }) => name === "unknown")?.values[index] ?? 0) > 0;
    // Of requests whose class isn't known nobody can say that none failed.
    if (chart.metric === "requests" && at["requests"] !== null) at["failed"] = untold ? null : (at["failed"] ?? 0);
    return at as Point;
  });
  return { names: lines.map(([name]) => name), points };
}

/** Is a value alone between gaps, so that no line leads to it? */
export function isLone(points: readonly Point[], line: string, index: number): boolean {
  const has = (at: number) => points[at]?.[line] != null;
  return has(index) && !has(index - 1) && !has(index + 1);
}

/** The chart to show of a metric: the edge's or the whole view's own, else what comes in, else what goes out; the first that has lines. */
export function pickChart(answer: SeriesAnswer, metric: Chart["metric"]): Chart | null {
  const order: readonly Chart["direction"][] = ["edge", "whole", "inbound", "outbound"];
  for (const direction of order) {
    const chart = answer.charts.find(
      (one) =>
        one.metric === metric &&
        one.direction === direction &&
        one.lines.some(({ values }) => values.some((v) => v !== null)),
    );
    if (chart) return chart;
  }
  return null;
}
