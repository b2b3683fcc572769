/** What a panel says of several nodes at once: a box, or the whole graph. Pure; cost: linear in nodes and edges. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { Graph, GraphEdge, HealthLimit, HealthState, MtlsBasis, Protocol } from "#lib/graph/model.ts";
import { record } from "#lib/graph/record.ts";
import { type Summary, summarise, type Totals } from "#lib/graph/summary.ts";
import { type PerSecond, perSecond } from "#lib/units.ts";

/** Edges named by a scope: more are in the table. */
const WORST = 8;

export interface Scope {
  readonly summary: Summary;
  readonly edges: number;
  readonly edgeStates: Readonly<Record<HealthState, number>>;
  /** Edges that hurt most, worst first. */
  readonly worst: readonly GraphEdge[];
  readonly mtls: MtlsCounts;
  readonly hosts: HostCounts;
  /** What made edges degraded or failing. */
  readonly limits: LimitCounts;
}

/** Edges with traffic by what their share of mutual TLS rests on; `unproven`: those of them of which some isn't proven to have it. */
export type MtlsCounts = Readonly<Record<MtlsBasis, { readonly edges: number; readonly unproven: number }>>;

/** Names under which requests came, the most frequent ones; tcp's are on its edges, for a connection is no request. */
interface HostCounts {
  readonly rates: Readonly<Record<string, PerSecond>>;
  /** How many there are beyond. */
  readonly more: number;
}

interface LimitCounts {
  /** Most frequent first. */
  readonly items: readonly LimitCount[];
  /** How many there are beyond. */
  readonly more: number;
}

interface LimitCount {
  /** null: connections decided, which have no limits of their own. */
  readonly limit: Omit<HealthLimit, "share"> | null;
  readonly edges: number;
  /** The one that is furthest over it. */
  readonly worst: GraphEdge;
}

/** Hosts named by a scope. */
const HOSTS = 8;
/** Limits named by a scope: each namespace and name may have its own. */
const LIMITS = 6;

const BOXES: ReadonlySet<string> = new Set(["namespace", "cluster", "app"]);
const NOWHERE: ReadonlySet<string> = new Set(["external", "unknown", "restricted"]);

/** Ids of the nodes in a box (`cluster/ns/namespace/ns`, `cluster/-/cluster/c`, `cluster/ns/app/a`); empty for anything else. */
export function membersOf(graph: Graph, id: string): ReadonlySet<string> {
  const box = parseNodeId(id);
  if (box === null || !BOXES.has(box.kind)) return new Set();
  const placed = graph.nodes.filter(
    (node) =>
      node.cluster === box.cluster &&
      (box.kind === "cluster" || node.namespace === box.namespace) &&
      (box.kind !== "app" || node.app === box.name) &&
      !NOWHERE.has(node.kind),
  );
  return new Set(placed.map((node) => node.id));
}

/** `members` null: all of the graph. What a comparison found gone has no numbers now. */
export function scopeOf(graph: Pick<Graph, "nodes" | "edges">, members: ReadonlySet<string> | null): Scope {
  const has = (id: string) => members === null || members.has(id);
  const edges = graph.edges.filter(
    (edge) => edge.change !== "gone" && edge.half !== "operation" && (has(edge.source) || has(edge.target)),
  );
  const edgeStates: Record<HealthState, number> = { healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 };
  for (const { health } of edges) edgeStates[health] += 1;
  return {
    summary: summarise(
      { nodes: graph.nodes.filter(({ change, kind }) => change !== "gone" && kind !== "operation"), edges },
      members,
    ),
    edges: edges.length,
    edgeStates,
    worst: edges
      .filter(({ health }) => health === "failing" || health === "degraded")
      .sort(byPain)
      .slice(0, WORST),
    mtls: mtlsCounts(edges),
    hosts: hostCounts(edges.filter(({ target }) => has(target))),
    limits: limitCounts(edges),
  };
}

/**
 * One node's calls, each once. Through a service or a waypoint a call comes in by the last part of its way, which sums of
 * several nodes leave out; what goes on from there has come in already.
 */
export function callsAt(inbound: readonly GraphEdge[], outbound: readonly GraphEdge[]): readonly GraphEdge[] {
  const own = [
    ...inbound.filter(({ half }) => half !== "operation"),
    ...outbound.filter(({ half }) => half === undefined),
  ];
  // A call to itself is in both lists, and one edge.
  return [...new Map(own.map(({ half: _part, ...edge }) => [edge.id, edge])).values()];
}

/** A call drawn through its service has parts with the same numbers, and what carries nothing proves nothing. */
export function mtlsCounts(edges: readonly GraphEdge[]): MtlsCounts {
  const none = () => ({ edges: 0, unproven: 0 });
  const counts = { server: none(), peer: none(), inferred: none(), unknown: none() };
  for (const { mtls, mtlsBasis, health, half } of edges) {
    if (health === "idle" || half !== undefined) continue;
    counts[mtlsBasis].edges += 1;
    if (mtls !== null && mtls < 1) counts[mtlsBasis].unproven += 1;
  }
  return counts;
}

function hostCounts(edges: readonly GraphEdge[]): HostCounts {
  const sums = new Map<string, number>();
  for (const { protocol, hosts, half } of edges) {
    if (protocol === "tcp" || half !== undefined) continue;
    for (const [host, rate] of Object.entries(hosts)) sums.set(host, (sums.get(host) ?? 0) + rate);
  }
  const ranked = [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return {
    rates: record(new Map(ranked.slice(0, HOSTS).map(([host, rate]) => [host, perSecond(rate)]))),
    more: Math.max(0, ranked.length - HOSTS),
  };
}

function limitCounts(edges: readonly GraphEdge[]): LimitCounts {
  const bad = edges.filter(({ health, half }) => half === undefined && (health === "failing" || health === "degraded"));
  const groups = Map.groupBy(bad, ({ limit }) =>
    limit === undefined ? "" : [limit.direction, limit.degraded, limit.failing, ...limit.outcomes].join(),
  );
  const ranked = [...groups.values()]
    .flatMap((list): LimitCount[] => {
      const [worst] = list.toSorted((a, b) => (b.limit?.share ?? 0) - (a.limit?.share ?? 0) || byPain(a, b));
      return worst === undefined ? [] : [{ limit: worst.limit ?? null, edges: list.length, worst }];
    })
    .sort((a, b) => b.edges - a.edges || byPain(a.worst, b.worst));
  return { items: ranked.slice(0, LIMITS), more: Math.max(0, ranked.length - LIMITS) };
}

/** Worst first. */
export function byPain(a: GraphEdge, b: GraphEdge): number {
  const failing = (edge: GraphEdge) => (edge.health === "failing" ? 0 : 1);
  return failing(a) - failing(b) || (b.errorRate ?? 0) - (a.errorRate ?? 0) || (a.id < b.id ? -1 : 1);
}

export interface TrafficRow {
  readonly direction: "in" | "inside" | "out";
  readonly protocol: Protocol;
  readonly totals: Totals;
}

/** The totals as rows: in, inside, out, each by protocol; what there is none of has no row. */
export function trafficRows({ inbound, within, outbound }: Summary): readonly TrafficRow[] {
  const sides = [
    ["in", inbound],
    ["inside", within],
    ["out", outbound],
  ] as const;
  return sides.flatMap(([direction, traffic]) =>
    (["http", "grpc", "tcp"] as const).flatMap((protocol) => {
      const totals = traffic[protocol];
      return totals === undefined ? [] : [{ direction, protocol, totals }];
    }),
  );
}

/** Flags of all rows, summed by unit: requests and connections apart. */
export function flagsOf(rows: readonly TrafficRow[], tcp: boolean): Readonly<Record<string, Totals["flags"][string]>> {
  const sums: Record<string, Totals["flags"][string]> = {};
  for (const { protocol, totals } of rows) {
    if ((protocol === "tcp") !== tcp) continue;
    for (const [flag, rate] of Object.entries(totals.flags)) sums[flag] = perSecond((sums[flag] ?? 0) + rate);
  }
  return sums;
}
