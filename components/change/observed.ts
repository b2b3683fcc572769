/** What the live graph says of a service's versions: shares with their bounds, candidate beside stable, callers. Pure. */
import { FEW_REQUESTS } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { Z95 } from "#lib/graph/interval.ts";
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { RouteVersion } from "#lib/policy/routing.ts";

export interface VersionTraffic {
  readonly version: string;
  readonly edges: readonly GraphEdge[];
  /** Requests (tcp: connections opened) per second, as the clients saw them. */
  readonly rate: number;
  /** How many the rate rests on. */
  readonly requests: number;
}

const known = (value: number | null | undefined): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

/** Rate and count of one edge: requests, or connections where it has no requests. */
function weigh(edge: GraphEdge, windowSeconds: number): { readonly rate: number; readonly count: number } {
  if (edge.protocol !== "tcp") return { rate: known(edge.rate), count: known(edge.requests) };
  const rate = known(edge.connections?.openedPerSecond);
  return { rate, count: rate * windowSeconds };
}

/** Each version's traffic: edges into the workloads that it takes. */
export function trafficByVersion(
  graph: Pick<Graph, "edges">,
  service: ServiceRef,
  versions: readonly Pick<RouteVersion, "name" | "workloads">[],
  windowSeconds: number,
): readonly VersionTraffic[] {
  return versions.map(({ name, workloads }) => {
    const edges = graph.edges.filter(({ target }) => {
      const key = parseNodeId(target);
      if (key === null || key.kind !== "workload") return false;
      return key.cluster === service.cluster && key.namespace === service.namespace && workloads.includes(key.name);
    });
    const parts = edges.map((edge) => weigh(edge, windowSeconds));
    return {
      version: name,
      edges,
      rate: parts.reduce((sum, { rate }) => sum + rate, 0),
      requests: parts.reduce((sum, { count }) => sum + count, 0),
    };
  });
}

export interface Observed {
  /** 0…1; null: nothing was seen. */
  readonly share: number | null;
  /** Half of the 95 % interval, 0…1; null below 30 requests, where counts are said instead. */
  readonly bound: number | null;
  readonly count: number;
  readonly total: number;
}

/** Shares of the traffic that was seen, ±1.96·√(p(1−p)/n). */
export function observedShares(traffic: readonly Pick<VersionTraffic, "requests">[]): readonly Observed[] {
  const total = traffic.reduce((sum, { requests }) => sum + requests, 0);
  return traffic.map(({ requests }) => {
    if (total <= 0) return { share: null, bound: null, count: 0, total: 0 };
    const share = requests / total;
    // A share of nothing or all has a bound too: three in n, the rule of three.
    const spread = share === 0 || share === 1 ? 3 / total : Z95 * Math.sqrt((share * (1 - share)) / total);
    return {
      share,
      bound: total < FEW_REQUESTS ? null : spread,
      count: Math.round(requests),
      total: Math.round(total),
    };
  });
}

/** Whether what was seen is what was applied: every share within its bound. null: too few to tell. */
export function follows(observed: readonly Observed[], applied: readonly number[]): boolean | null {
  if (observed.length === 0 || observed.some(({ bound }) => bound === null)) return null;
  return observed.every(({ share, bound }, index) => {
    return Math.abs((share ?? 0) - (applied[index] ?? 0) / 100) <= (bound ?? 0);
  });
}

export interface Compared {
  readonly stable: number | null;
  readonly candidate: number | null;
  /** candidate − stable, in the row's unit; null: one of them isn't known. */
  readonly difference: number | null;
  readonly worse: boolean;
  /** Chance explains the difference; null: can't be told from what is known. */
  readonly noise: boolean | null;
  /** Requests of the candidate that it rests on. */
  readonly samples: number;
  readonly few: boolean;
}

/** Share of requests without an error, of all callers. */
export function compareSuccess(stable: VersionTraffic, candidate: VersionTraffic): Compared {
  const errors = ({ edges }: VersionTraffic) => edges.reduce((sum, edge) => sum + known(edge.errorRate), 0);
  const success = (traffic: VersionTraffic) => (traffic.rate === 0 ? null : 1 - errors(traffic) / traffic.rate);
  const [a, b] = [success(stable), success(candidate)];
  const few = Math.min(stable.requests, candidate.requests) < FEW_REQUESTS;
  const samples = Math.round(candidate.requests);
  if (a === null || b === null || few)
    return { stable: a, candidate: b, difference: null, worse: false, noise: null, samples, few };
  const [m, n] = [stable.requests, candidate.requests];
  const pooled = (a * m + b * n) / (m + n);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n));
  const noise = Math.abs(b - a) <= Z95 * spread;
  return { stable: a, candidate: b, difference: b - a, worse: b < a && !noise, noise, samples, few: false };
}

/** Of the share q of requests this many at least must be slower, or one slow call decides. */
const TAIL = 5;
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
export type QuantileName = keyof typeof QUANTILES;

export interface Pair {
  readonly caller: string;
  readonly stable: GraphEdge;
  readonly candidate: GraphEdge;
}

/** The caller that says most about both: quantiles of several callers can't be averaged. */
export function pairOf(stable: VersionTraffic, candidate: VersionTraffic): Pair | null {
  const pairs = stable.edges.flatMap((one) => {
    const other = candidate.edges.find(({ source, protocol }) => source === one.source && protocol === one.protocol);
    return other === undefined ? [] : [{ caller: one.source, stable: one, candidate: other }];
  });
  const weight = (pair: Pair) => Math.min(known(pair.stable.requests), known(pair.candidate.requests));
  return pairs.toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}

/** A latency quantile of both, in ms, as one caller sees them. Worse: by a fifth and 5 ms at least. */
export function compareLatency(pair: Pair, name: QuantileName): Compared {
  const enough = (edge: GraphEdge) =>
    known(edge.requests) >= FEW_REQUESTS && known(edge.requests) * (1 - QUANTILES[name]) >= TAIL;
  const read = (edge: GraphEdge) => (enough(edge) ? (edge.latency?.[name] ?? null) : null);
  const [a, b] = [read(pair.stable), read(pair.candidate)];
  const samples = Math.round(known(pair.candidate.requests));
  const few = !(enough(pair.stable) && enough(pair.candidate));
  if (a === null || b === null)
    return { stable: a, candidate: b, difference: null, worse: false, noise: null, samples, few };
  return { stable: a, candidate: b, difference: b - a, worse: b - a >= 5 && b > a * 1.2, noise: null, samples, few };
}

export interface CallerRow {
  readonly id: string;
  readonly node: GraphNode | null;
  /** Requests per second to the candidate now, and once the shares are as wanted. */
  readonly now: number;
  readonly after: number;
}

/** Callers of the versions with what they send to the candidate; those that send most first. */
export function callersOf(
  graph: Pick<Graph, "nodes">,
  traffic: readonly VersionTraffic[],
  candidate: string,
  percent: number,
  windowSeconds: number,
): readonly CallerRow[] {
  const all = traffic.flatMap(({ version, edges }) => edges.map((edge) => ({ version, edge })));
  const rows = [...Map.groupBy(all, ({ edge }) => edge.source)].map(([id, list]): CallerRow => {
    const rate = (version: string | null) =>
      list
        .filter((one) => version === null || one.version === version)
        .reduce((sum, { edge }) => sum + weigh(edge, windowSeconds).rate, 0);
    const node = graph.nodes.find((one) => one.id === id) ?? null;
    return { id, node, now: rate(candidate), after: (rate(null) * percent) / 100 };
  });
  return rows.filter(({ now, after }) => now > 0 || after > 0).toSorted((a, b) => b.after - a.after || b.now - a.now);
}
