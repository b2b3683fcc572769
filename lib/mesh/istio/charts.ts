/** Charts from the answers to series.ts's queries: one a metric, direction and observer, gaps left as gaps. */
import { type Observer, OUTCOMES, type Outcome } from "#lib/graph/model.ts";
import { outcomeOf } from "#lib/graph/outcome.ts";
import { latencyOf } from "#lib/graph/quantile.ts";
import type { SeriesChart, SeriesGrid, SeriesRead } from "#lib/mesh/port.ts";
import type { Labels, Matrix, Series } from "#lib/promql/result.ts";
import { perSecond } from "#lib/units.ts";
import { METER } from "./labels.ts";

/** Whose numbers come first: the client's, as for an edge's headline. */
const ORDER: readonly Observer[] = ["source", "waypoint", "destination", "ztunnel"];

type Line = SeriesChart["lines"][number];
type Values = (number | null)[];

/** Charts in the order of the reads, each read's by observer. A read without an answer or samples gives none. */
export function chartsOf(
  answers: ReadonlyMap<string, Matrix>,
  reads: readonly SeriesRead[],
  grid: SeriesGrid,
): readonly SeriesChart[] {
  return reads.flatMap(({ id, metric, direction }) => {
    const series = answers.get(id)?.series ?? [];
    return ORDER.flatMap((observer) => {
      const own = series.filter(({ labels }) => observerOf(labels) === observer);
      const lines = own.length === 0 ? [] : LINES[metric](own, grid);
      return lines.length === 0 ? [] : [{ metric, unit: UNITS[metric], direction, observer, lines }];
    });
  });
}

const UNITS: Readonly<Record<SeriesRead["metric"], SeriesChart["unit"]>> = {
  requests: "1/s",
  latency: "ms",
  bytes: "B/s",
  connections: "1/s",
};

const LINES: Readonly<Record<SeriesRead["metric"], (series: readonly Series[], grid: SeriesGrid) => Line[]>> = {
  requests: requestLines,
  latency: latencyLines,
  bytes: (series, grid) =>
    meterLines(series, grid, { sent: ["sent", "requestBodies"], received: ["received", "responseBodies"] }),
  connections: (series, grid) =>
    meterLines(series, grid, { opened: ["opened"], closed: ["closed"], failed: ["failed"] }),
};

/** ztunnels stand at both ends of a connection: the client's end is the one that sees all that was tried. */
function observerOf(labels: Labels): Observer | null {
  const ztunnel = Object.entries(labels).some(
    ([name, value]) => name !== "reporter" && name !== METER && value === "ztunnel",
  );
  if (ztunnel) return labels["reporter"] === "source" ? "ztunnel" : null;
  return ORDER.find((observer) => observer === labels["reporter"]) ?? null;
}

/** One line an outcome class that occurred; where any request was counted, a class without one is 0. */
function requestLines(series: readonly Series[], grid: SeriesGrid): Line[] {
  const total = blank(grid);
  const classes = new Map<Outcome | "unknown", Values>();
  for (const each of series) {
    const { request_protocol, response_code = "", grpc_response_status = "", response_flags = "-" } = each.labels;
    const grpc = request_protocol === "grpc" && grpc_response_status !== "";
    const code = grpc ? grpc_response_status : response_code === "0" ? "-" : response_code;
    const outcome = outcomeOf({ code, grpc, flags: response_flags }) ?? "unknown";
    const values = classes.get(outcome) ?? blank(grid);
    classes.set(outcome, values);
    add(values, each, grid);
    add(total, each, grid);
  }
  const measured = (values: Values): Values => values.map((value, i) => (total[i] === null ? null : (value ?? 0)));
  return [...OUTCOMES, "unknown" as const].flatMap((name) => {
    const values = classes.get(name);
    return values?.some((value) => value !== null && value > 0) || (name === "ok" && hasAny(total))
      ? [{ name, values: measured(values ?? blank(grid)) }]
      : [];
  });
}

/** Mean and quantiles instant by instant; an instant with nothing counted is a gap. */
function latencyLines(series: readonly Series[], grid: SeriesGrid): Line[] {
  const sums = blank(grid);
  const buckets = new Map<number, Values>();
  for (const each of series) {
    const { le } = each.labels;
    if (le === undefined) {
      add(sums, each, grid);
      continue;
    }
    const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    if (le === "" || Number.isNaN(bound)) continue;
    const values = buckets.get(bound) ?? blank(grid);
    buckets.set(bound, values);
    add(values, each, grid);
  }
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) return [];
  const lines = { mean: blank(grid), p50: blank(grid), p95: blank(grid), p99: blank(grid) };
  for (let i = 0; i < grid.points; i++) {
    const counts = bounds.map((bound) => buckets.get(bound)?.[i] ?? null);
    if (counts.some((count) => count === null)) continue;
    const latency = latencyOf({ bounds, counts: counts.map((count) => perSecond(count ?? 0)), sum: sums[i] ?? null });
    if (latency === null) continue;
    for (const name of ["mean", "p50", "p95", "p99"] as const) lines[name][i] = latency[name];
  }
  return Object.entries(lines).flatMap(([name, values]) => (hasAny(values) ? [{ name, values }] : []));
}

/** Sums of meters under the names that a chart shows. */
function meterLines(
  series: readonly Series[],
  grid: SeriesGrid,
  names: Readonly<Record<string, readonly string[]>>,
): Line[] {
  return Object.entries(names).flatMap(([name, meters]) => {
    const values = blank(grid);
    for (const each of series) if (meters.includes(each.labels[METER] ?? "")) add(values, each, grid);
    return hasAny(values) ? [{ name, values }] : [];
  });
}

/** Adds a series' samples to the instants they belong to; NaN and infinities are no numbers. */
function add(values: Values, { times, values: samples }: Series, { start, step, points }: SeriesGrid): void {
  times.forEach((time, i) => {
    const at = Math.round((time - start) / step);
    const sample = samples[i];
    if (at < 0 || at >= points || sample === undefined || !Number.isFinite(sample)) return;
    values[at] = (values[at] ?? 0) + sample;
  });
}

const blank = ({ points }: SeriesGrid): Values => new Array<number | null>(points).fill(null);
const hasAny = (values: Values): boolean => values.some((value) => value !== null);
