/** What a panel says of several nodes at once: a box, or the whole graph. Pure; cost: linear in nodes and edges. */
import { parseNodeId } from "#lib/graph/id.ts";
import {
  type Graph,
  type GraphEdge,
  type HealthState,
  type MtlsBasis,
  OUTCOMES,
  type Outcome,
  type Outcomes,
  type Protocol,
} from "#lib/graph/model.ts";
import { type BytesPerSecond, bytesPerSecond, type PerSecond, perSecond, type Ratio, ratio } from "#lib/units.ts";

/** The `selected` that stands for the whole graph: no id of a node or edge can be it. */
export const WHOLE = "graph";

/** Edges named by a scope: more are in the table. */
const WORST = 8;

/** Sums of the edges of one protocol and direction. What nothing measured is null, never 0. */
export interface ScopeTraffic {
  readonly protocol: Protocol;
  /** `inside`: between members; `in`: from outside to a member; `out`: the other way. */
  readonly direction: "in" | "inside" | "out";
  readonly edges: number;
  /** Requests per second; null for tcp. */
  readonly rate: PerSecond | null;
  readonly errorRate: PerSecond | null;
  readonly requests: number | null;
  /** Both ways; null where no edge says. */
  readonly bytes: BytesPerSecond | null;
  readonly outcomes: Outcomes | null;
  readonly codes: Readonly<Record<string, PerSecond>>;
}

export interface Scope {
  readonly nodes: number;
  readonly edges: number;
  readonly states: Readonly<Record<HealthState, number>>;
  readonly edgeStates: Readonly<Record<HealthState, number>>;
  readonly traffic: readonly ScopeTraffic[];
  readonly flags: Readonly<Record<string, PerSecond>>;
  /** Pods that report of those that exist, summed over members that know; null where none does. */
  readonly coverage: { readonly reporting: number; readonly pods: number } | null;
  /** Share of the measured requests that is proven to be mutual TLS, and of how much of them that is known. */
  readonly mtls: { readonly share: Ratio; readonly measured: Ratio; readonly basis: MtlsBasis } | null;
  /** TCP connections of all edges; null where no edge has any. */
  readonly connections: { readonly opened: PerSecond; readonly failed: PerSecond; readonly open: number | null } | null;
  readonly streams: number;
  /** Edges that hurt most, worst first. */
  readonly worst: readonly GraphEdge[];
}

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

const BOXES: ReadonlySet<string> = new Set(["namespace", "cluster", "app"]);
const NOWHERE: ReadonlySet<string> = new Set(["external", "unknown", "restricted"]);
const DIRECTIONS = ["in", "inside", "out"] as const;
const PROTOCOLS = ["http", "grpc", "tcp"] as const;

const noStates = (): Record<HealthState, number> => ({ healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 });

/** `members` null: all of the graph, where every edge is inside. */
export function scopeOf(graph: Pick<Graph, "nodes" | "edges">, members: ReadonlySet<string> | null): Scope {
  const has = (id: string) => members === null || members.has(id);
  const nodes = graph.nodes.filter(({ id }) => has(id));
  const edges = graph.edges.filter((edge) => edge.change !== "gone" && (has(edge.source) || has(edge.target)));
  const states = noStates();
  for (const { health } of nodes) states[health] += 1;
  const edgeStates = noStates();
  for (const { health } of edges) edgeStates[health] += 1;
  const side = ({ source, target }: GraphEdge) => (!has(source) ? "in" : has(target) ? "inside" : "out");
  const traffic = DIRECTIONS.flatMap((direction) =>
    PROTOCOLS.flatMap((protocol) => {
      const own = edges.filter((edge) => edge.protocol === protocol && side(edge) === direction);
      return own.length === 0 ? [] : [trafficOf(own, protocol, direction)];
    }),
  );
  const covered = nodes.flatMap(({ coverage }) => coverage ?? []);
  return {
    nodes: nodes.length,
    edges: edges.length,
    states,
    edgeStates,
    traffic,
    flags: sumRecords(edges.map(({ flags }) => flags)),
    coverage:
      covered.length === 0
        ? null
        : { reporting: total(covered, (c) => c.reporting), pods: total(covered, (c) => c.pods) },
    mtls: mtlsOf(edges),
    connections: connectionsOf(edges),
    streams: edges.filter(({ streaming }) => streaming === true).length,
    worst: edges
      .filter(({ health }) => health === "failing" || health === "degraded")
      .sort(byPain)
      .slice(0, WORST),
  };
}

function byPain(a: GraphEdge, b: GraphEdge): number {
  const failing = (edge: GraphEdge) => (edge.health === "failing" ? 0 : 1);
  return failing(a) - failing(b) || (b.errorRate ?? 0) - (a.errorRate ?? 0) || (a.id < b.id ? -1 : 1);
}

function total<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0);
}

/** The sum of what is known; null where nothing is. */
function known(values: readonly (number | null | undefined)[]): number | null {
  const numbers = values.filter((value) => value != null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

function sumRecords(records: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, PerSecond>> {
  const sums = new Map<string, number>();
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return Object.fromEntries([...sums].map(([key, value]) => [key, perSecond(value)]));
}

function trafficOf(
  edges: readonly GraphEdge[],
  protocol: Protocol,
  direction: ScopeTraffic["direction"],
): ScopeTraffic {
  const rate = known(edges.map((edge) => edge.rate));
  const failed = known(edges.map((edge) => edge.errorRate));
  const bytes = known(edges.map(({ bytesPerSecond: both }) => (both === undefined ? null : both.sent + both.received)));
  const classes = edges.flatMap(({ outcomes }) => outcomes ?? []);
  const sum = (outcome: Outcome) => perSecond(total(classes, (record) => record[outcome]));
  return {
    protocol,
    direction,
    edges: edges.length,
    rate: rate === null ? null : perSecond(rate),
    errorRate: failed === null ? null : perSecond(failed),
    requests: known(edges.map((edge) => edge.requests)),
    bytes: bytes === null ? null : bytesPerSecond(bytes),
    outcomes:
      classes.length === 0 ? null : (Object.fromEntries(OUTCOMES.map((one) => [one, sum(one)])) as unknown as Outcomes),
    codes: sumRecords(edges.map((edge) => edge.codes)),
  };
}

/** By requests: a share over connections and requests together would mean neither. */
function mtlsOf(edges: readonly GraphEdge[]): Scope["mtls"] {
  let all = 0;
  let measured = 0;
  let proven = 0;
  let basis: MtlsBasis = "server";
  for (const edge of edges) {
    const weight = edge.rate ?? 0;
    all += weight;
    if (edge.mtls === null) continue;
    measured += weight;
    proven += weight * edge.mtls;
    if (edge.mtlsBasis === "peer") basis = "peer";
  }
  if (measured === 0) return null;
  return { share: ratio(Math.min(1, proven / measured)), measured: ratio(Math.min(1, measured / all)), basis };
}

function connectionsOf(edges: readonly GraphEdge[]): Scope["connections"] {
  const all = edges.flatMap(({ connections }) => connections ?? []);
  if (all.length === 0) return null;
  return {
    opened: perSecond(total(all, (one) => one.openedPerSecond)),
    failed: perSecond(total(all, (one) => one.failedPerSecond)),
    open: known(all.map((one) => one.open)),
  };
}
