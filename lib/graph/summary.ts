/**
 * Totals of a box or of the whole graph, for panels: what goes in, out and around inside, by protocol, code and class,
 * and how the nodes are. Sums of edges only: a quantile of several edges can't be had from their quantiles, so there is
 * no latency here (a folded view has it, from buckets). docs/numbers.md, "Totals of a box".
 */
import { bytesPerSecond, type PerSecond, perSecond, type Ratio, ratio } from "#lib/units.ts";
import { addTo } from "./combine.ts";
import type {
  ByteRates,
  ConnectionRates,
  Coverage,
  Graph,
  GraphEdge,
  GraphNode,
  HealthState,
  MessageRates,
  NodeKind,
  Outcomes,
  Protocol,
} from "./model.ts";
import { outcomesOf } from "./outcome.ts";
import { record } from "./record.ts";

/** Edges of one protocol, summed. Requests and connections are never summed with one another. */
export interface Totals {
  readonly edges: number;
  /** Of the edges; the protocol's own numbers decided each. */
  readonly health: Readonly<Record<HealthState, number>>;
  /** Requests per second; null for tcp. */
  readonly rate: PerSecond | null;
  /** How many requests the numbers rest on; null for tcp. */
  readonly requests: number | null;
  /** null for tcp, and as soon as one edge with traffic can't tell: what isn't known is not called zero. */
  readonly errorRate: PerSecond | null;
  readonly outcomes: Outcomes | null;
  readonly codes: Readonly<Record<string, PerSecond>>;
  readonly flags: Readonly<Record<string, PerSecond>>;
  /** As the clients see them; null where no edge has any, or one with traffic can't tell. */
  readonly bytesPerSecond: ByteRates | null;
  readonly connections: ConnectionRates | null;
  /** Of gRPC; null where no edge has any. A call that was refused has none, so its lack is no unknown part. */
  readonly messagesPerSecond: MessageRates | null;
  /** Edges that stream. */
  readonly streaming: number;
  /** Share proven to be mTLS, by requests (tcp: by bytes); an edge that nobody measured counts as not proven. null where none was. */
  readonly mtls: Ratio | null;
}

/** Per protocol; a protocol without edges is absent. */
export type Traffic = Readonly<Partial<Record<Protocol, Totals>>>;

export interface Summary {
  readonly nodes: number;
  readonly clusters: number;
  readonly namespaces: number;
  readonly kinds: Readonly<Partial<Record<NodeKind, number>>>;
  readonly health: Readonly<Record<HealthState, number>>;
  /** Nodes by badge. */
  readonly badges: Readonly<Record<string, number>>;
  /** Sum over the nodes that have one; null where none has. */
  readonly coverage: Coverage | null;
  /** Both ends among the nodes. */
  readonly within: Traffic;
  /** Into the nodes from others; empty for the whole graph. */
  readonly inbound: Traffic;
  /** Out of the nodes to others; empty for the whole graph. */
  readonly outbound: Traffic;
  /** What flows inside folded nodes, which is no edge and has no protocol; null where nothing is folded. */
  readonly folded: { readonly rate: PerSecond; readonly errorRate: PerSecond | null } | null;
}

type Elements = Pick<Graph, "nodes" | "edges">;

/** Sums what lies in `nodeIds`, or everything (null). Ids that the graph doesn't have count for nothing. Cost: linear. */
export function summarise({ nodes, edges }: Elements, nodeIds: ReadonlySet<string> | null): Summary {
  const chosen = nodeIds === null ? nodes : nodes.filter(({ id }) => nodeIds.has(id));
  const ids = new Set(chosen.map(({ id }) => id));
  const sides = { within: [] as GraphEdge[], inbound: [] as GraphEdge[], outbound: [] as GraphEdge[] };
  for (const edge of edges) {
    // Drawn through its service or a waypoint, a call has parts with the same numbers.
    if (edge.half !== undefined) continue;
    const [from, to] = [ids.has(edge.source), ids.has(edge.target)];
    if (from && to) sides.within.push(edge);
    else if (to) sides.inbound.push(edge);
    else if (from) sides.outbound.push(edge);
  }
  return {
    ...nodeCounts(chosen),
    within: trafficOf(sides.within),
    inbound: trafficOf(sides.inbound),
    outbound: trafficOf(sides.outbound),
  };
}

function nodeCounts(nodes: readonly GraphNode[]): Omit<Summary, "within" | "inbound" | "outbound"> {
  const kinds = new Map<string, number>();
  const badges = new Map<string, number>();
  const places = { clusters: new Set<string>(), namespaces: new Set<string>() };
  for (const { kind, badges: own, cluster, namespace } of nodes) {
    addTo(kinds, kind, 1);
    for (const badge of own) addTo(badges, badge, 1);
    places.clusters.add(cluster);
    if (!PLACELESS.has(kind)) places.namespaces.add(`${cluster}/${namespace}`);
  }
  const covered = nodes.flatMap(({ coverage }) => coverage ?? []);
  const internal = nodes.flatMap((node) => node.internal ?? []);
  return {
    nodes: nodes.length,
    clusters: places.clusters.size,
    namespaces: places.namespaces.size,
    kinds: record(kinds),
    health: healthCounts(nodes),
    badges: record(badges),
    coverage:
      covered.length === 0
        ? null
        : { reporting: sumOf(covered, (each) => each.reporting), pods: sumOf(covered, (each) => each.pods) },
    folded:
      internal.length === 0
        ? null
        : {
            rate: perSecond(sumOf(internal, (each) => each.rate)),
            errorRate: known(internal, (each) => each.errorRate, perSecond),
          },
  };
}

/** Kinds that lie in no namespace that anybody made. */
const PLACELESS: ReadonlySet<NodeKind> = new Set<NodeKind>(["cluster", "external", "restricted", "unknown"]);

function trafficOf(edges: readonly GraphEdge[]): Traffic {
  const byProtocol = new Map<Protocol, GraphEdge[]>();
  for (const edge of edges) {
    const list = byProtocol.get(edge.protocol);
    if (list === undefined) byProtocol.set(edge.protocol, [edge]);
    else list.push(edge);
  }
  return record(new Map([...byProtocol].map(([protocol, list]) => [protocol, totalsOf(protocol, list)])));
}

function totalsOf(protocol: Protocol, edges: readonly GraphEdge[]): Totals {
  const tcp = protocol === "tcp";
  const moving = edges.filter(({ rate }) => (rate ?? 0) > 0);
  return {
    edges: edges.length,
    health: healthCounts(edges),
    rate: tcp ? null : perSecond(sumOf(edges, ({ rate }) => rate ?? 0)),
    requests: tcp ? null : sumOf(edges, ({ requests }) => requests ?? 0),
    errorRate: tcp ? null : known(moving, ({ errorRate }) => errorRate, perSecond),
    outcomes: tcp ? null : outcomes(moving),
    codes: sumRecords(edges.map(({ codes }) => codes)),
    flags: sumRecords(edges.map(({ flags }) => flags)),
    // A sum without an unknown part would be shown as the whole.
    bytesPerSecond: moving.some((edge) => edge.bytesPerSecond === undefined)
      ? null
      : bytes(edges.flatMap((edge) => edge.bytesPerSecond ?? [])),
    connections: connections(edges.flatMap((edge) => edge.connections ?? [])),
    messagesPerSecond: messages(edges.flatMap((edge) => edge.messagesPerSecond ?? [])),
    streaming: edges.filter(({ streaming }) => streaming === true).length,
    mtls: provenShare(edges),
  };
}

function healthCounts(items: readonly { readonly health: HealthState }[]): Readonly<Record<HealthState, number>> {
  const counts: Record<HealthState, number> = { healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 };
  for (const { health } of items) counts[health] += 1;
  return counts;
}

function sumOf<Item>(items: readonly Item[], read: (item: Item) => number): number {
  let sum = 0;
  for (const item of items) sum += read(item);
  return sum;
}

/** The sum, or null as soon as one is null. */
function known<Item, Unit>(
  items: readonly Item[],
  read: (item: Item) => number | null,
  unit: (value: number) => Unit,
): Unit | null {
  return items.some((item) => read(item) === null) ? null : unit(sumOf(items, (item) => read(item) ?? 0));
}

function outcomes(edges: readonly GraphEdge[]): Outcomes | null {
  if (edges.some((edge) => edge.outcomes === null)) return null;
  return outcomesOf((outcome) => sumOf(edges, (edge) => edge.outcomes?.[outcome] ?? 0));
}

function sumRecords(records: readonly Readonly<Record<string, PerSecond>>[]): Readonly<Record<string, PerSecond>> {
  const sums = new Map<string, PerSecond>();
  for (const each of records) for (const [key, amount] of Object.entries(each)) addTo(sums, key, amount);
  return record(sums);
}

function bytes(list: readonly ByteRates[]): ByteRates | null {
  if (list.length === 0) return null;
  return {
    sent: bytesPerSecond(sumOf(list, ({ sent }) => sent)),
    received: bytesPerSecond(sumOf(list, ({ received }) => received)),
  };
}

function messages(list: readonly MessageRates[]): MessageRates | null {
  if (list.length === 0) return null;
  return {
    sent: perSecond(sumOf(list, ({ sent }) => sent)),
    received: perSecond(sumOf(list, ({ received }) => received)),
  };
}

function connections(list: readonly ConnectionRates[]): ConnectionRates | null {
  if (list.length === 0) return null;
  const rate = (read: (each: ConnectionRates) => number) => perSecond(sumOf(list, read));
  return {
    openedPerSecond: rate((each) => each.openedPerSecond),
    closedPerSecond: rate((each) => each.closedPerSecond),
    failedPerSecond: rate((each) => each.failedPerSecond),
    open: known(
      list,
      (each) => each.open,
      (value) => value,
    ),
  };
}

function provenShare(edges: readonly GraphEdge[]): Ratio | null {
  const weight = ({ rate, bytesPerSecond: flow }: GraphEdge) =>
    rate ?? (flow === undefined ? 0 : flow.sent + flow.received);
  const total = sumOf(edges, weight);
  if (!(total > 0) || edges.every(({ mtls }) => mtls === null)) return null;
  return ratio(Math.min(1, sumOf(edges, (edge) => weight(edge) * (edge.mtls ?? 0)) / total));
}
