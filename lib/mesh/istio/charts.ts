/** Charts from the answers to series.ts's queries: one a metric, direction and observer, gaps left as gaps. */
import type { Observer } from "#lib/graph/model.ts";
import type { RequestCount } from "#lib/graph/observation.ts";
import { latencyOf } from "#lib/graph/quantile.ts";
import {
  addTo,
  blank,
  hasAny,
  type Line,
  meterLines,
  outcomeLines,
  UNITS,
  type Values,
} from "#lib/mesh/chart-lines.ts";
import type { SeriesChart, SeriesGrid, SeriesRead } from "#lib/mesh/port.ts";
import type { Labels, Matrix, Series } from "#lib/promql/result.ts";
import { perSecond } from "#lib/units.ts";
import { METER } from "./labels.ts";

/** Whose numbers come first: the client's, as for an edge's headline. */
const ORDER: readonly Observer[] = ["source", "waypoint", "destination", "ztunnel"];

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

const LINES: Readonly<Record<SeriesRead["metric"], (series: readonly Series[], grid: SeriesGrid) => Line[]>> = {
  requests: (series, grid) => outcomeLines(series, grid, countOf),
  latency: latencyLines,
  bytes: (series, grid) =>
    meterLines(series, grid, METER, { sent: ["sent", "requestBodies"], received: ["received", "responseBodies"] }),
  connections: (series, grid) =>
    meterLines(series, grid, METER, { opened: ["opened"], closed: ["closed"], failed: ["failed"] }),
};

/** ztunnels stand at both ends of a connection: the client's end is the one that sees all that was tried. */
function observerOf(labels: Labels): Observer | null {
  const ztunnel = Object.entries(labels).some(
    ([name, value]) => name !== "reporter" && name !== METER && value === "ztunnel",
  );
  if (ztunnel) return labels["reporter"] === "source" ? "ztunnel" : null;
  return ORDER.find((observer) => observer === labels["reporter"]) ?? null;
}

function countOf({
  request_protocol,
  response_code = "",
  grpc_response_status = "",
  response_flags = "-",
}: Labels): Pick<RequestCount, "code" | "grpc" | "flags"> {
  const grpc = request_protocol === "grpc" && grpc_response_status !== "";
  const code = grpc ? grpc_response_status : response_code === "0" ? "-" : response_code;
  return { code, grpc, flags: response_flags };
}

/** Mean and quantiles instant by instant; an instant with nothing counted is a gap. */
function latencyLines(series: readonly Series[], grid: SeriesGrid): Line[] {
  const sums = blank(grid);
  const buckets = new Map<number, Values>();
  for (const each of series) {
    const { le } = each.labels;
    if (le === undefined) {
      addTo(sums, each, grid);
      continue;
    }
    const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    if (le === "" || Number.isNaN(bound)) continue;
    const values = buckets.get(bound) ?? blank(grid);
    buckets.set(bound, values);
    addTo(values, each, grid);
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
