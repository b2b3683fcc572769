/** How long all calls to one node took, or those of one caller, as a histogram: what a sample of traces is weighed against. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Histogram } from "#lib/graph/observation.ts";
import type { Capabilities, HistogramOptions } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { isNot, metric, rate } from "#lib/promql/build.ts";
import type { Vector } from "#lib/promql/result.ts";
import type { Seconds } from "#lib/units.ts";
import { factsOf } from "./facts.ts";
import { DURATION } from "./labels.ts";
import { total } from "./reads.ts";
import { endMatchers } from "./series.ts";

/** Whose numbers count, best first: spans of a service are made at its side, those of a call at its client's. */
const REPORTERS = {
  server: ["destination", "waypoint", "source"],
  client: ["source", "waypoint", "destination"],
} as const;

export function histogramQuery(
  node: NodeKey,
  capabilities: Capabilities,
  { window, metricsNameOf, caller }: HistogramOptions,
): Expr | null {
  const matchers = endMatchers("destination", node, { lens: "service" }, { metricsNameOf });
  const from = caller === null ? [] : endMatchers("source", caller, { lens: "service" }, { metricsNameOf });
  if (matchers === null || from === null) return null;
  const series = metric(`${DURATION}_bucket`, [...from, ...matchers, isNot("response_code", "101")]);
  return total(["reporter", "le"], rate(series, window), factsOf(capabilities));
}

export function bucketsOf({ samples }: Vector, window: Seconds, side: "client" | "server"): Histogram | null {
  for (const reporter of REPORTERS[side]) {
    const buckets = new Map<number, number>();
    for (const { labels, value } of samples) {
      const bound = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le ?? Number.NaN);
      if (labels.reporter !== reporter || Number.isNaN(bound) || !Number.isFinite(value) || value < 0) continue;
      buckets.set(bound, (buckets.get(bound) ?? 0) + value * window);
    }
    const bounds = [...buckets.keys()].sort((a, b) => a - b);
    const counts = bounds.map((bound) => buckets.get(bound) ?? 0);
    if (bounds.at(-1) === Number.POSITIVE_INFINITY && (counts.at(-1) ?? 0) > 0) return { bounds, counts, sum: null };
  }
  return null;
}
