/** Lines of charts from series of a range, whatever mesh they are of; gaps are left as gaps. */
import { OUTCOMES, type Outcome } from "#lib/graph/model.ts";
import type { RequestCount } from "#lib/graph/observation.ts";
import { outcomeOf } from "#lib/graph/outcome.ts";
import type { SeriesChart, SeriesGrid, SeriesRead } from "#lib/mesh/port.ts";
import type { Labels, Series } from "#lib/promql/result.ts";

export type Line = SeriesChart["lines"][number];
export type Values = (number | null)[];

export const UNITS: Readonly<Record<SeriesRead["metric"], SeriesChart["unit"]>> = {
  requests: "1/s",
  latency: "ms",
  bytes: "B/s",
  connections: "1/s",
};

/** One line an outcome class that occurred; where any request was counted, a class without one is 0. */
export function outcomeLines(
  series: readonly Series[],
  grid: SeriesGrid,
  countOf: (labels: Labels) => Pick<RequestCount, "code" | "grpc" | "flags">,
): Line[] {
  const total = blank(grid);
  const classes = new Map<Outcome | "unknown", Values>();
  for (const each of series) {
    const outcome = outcomeOf(countOf(each.labels)) ?? "unknown";
    const values = classes.get(outcome) ?? blank(grid);
    classes.set(outcome, values);
    addTo(values, each, grid);
    addTo(total, each, grid);
  }
  const measured = (values: Values): Values => values.map((value, i) => (total[i] === null ? null : (value ?? 0)));
  return [...OUTCOMES, "unknown" as const].flatMap((name) => {
    const values = classes.get(name);
    return values?.some((value) => value !== null && value > 0) || (name === "ok" && hasAny(total))
      ? [{ name, values: measured(values ?? blank(grid)) }]
      : [];
  });
}

/** Sums of meters under the names that a chart shows. */
export function meterLines(
  series: readonly Series[],
  grid: SeriesGrid,
  label: string,
  names: Readonly<Record<string, readonly string[]>>,
): Line[] {
  return Object.entries(names).flatMap(([name, meters]) => {
    const values = blank(grid);
    for (const each of series) if (meters.includes(each.labels[label] ?? "")) addTo(values, each, grid);
    return hasAny(values) ? [{ name, values }] : [];
  });
}

/** Adds a series' samples to the instants they belong to; NaN and infinities are no numbers. */
export function addTo(values: Values, { times, values: samples }: Series, { start, step, points }: SeriesGrid): void {
  times.forEach((time, i) => {
    const at = Math.round((time - start) / step);
    const sample = samples[i];
    if (at < 0 || at >= points || sample === undefined || !Number.isFinite(sample)) return;
    values[at] = (values[at] ?? 0) + sample;
  });
}

export const blank = ({ points }: SeriesGrid): Values => new Array<number | null>(points).fill(null);
export const hasAny = (values: Values): boolean => values.some((value) => value !== null);
