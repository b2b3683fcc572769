/** The numbers of a graph's nodes, edges and boxes as the arrays that are drawn. */
import type { EdgeBefore, GraphEdge } from "#lib/graph/model.ts";
import {
  BADGE_KINDS,
  type BadgeArrays,
  type BadgeKind,
  type BoxArrays,
  CHANGES,
  EDGE_BITS,
  type EdgeArrays,
  MARK_STATES,
  NODE_BITS,
  type NodeArrays,
  PROTOCOLS,
} from "#lib/layout/scene.ts";
import { bitsOf, bytesOf, errorShareOf, lockOf, shapeOf, stateOf } from "./marks.ts";
import type { Shown } from "./shown.ts";
import type { Skeleton } from "./skeleton.ts";

/** Traffic of each node in one direction, summed over its edges. */
class Traffic {
  /** NaN = nothing known. */
  readonly rate: Float64Array;
  /** NaN = one of the edges can't tell. */
  readonly errors: Float64Array;
  /** The largest. */
  readonly p95: Float64Array;
  /** How many edges gave one. */
  readonly measured: Uint32Array;

  constructor(count: number) {
    this.rate = new Float64Array(count).fill(Number.NaN);
    this.errors = new Float64Array(count);
    this.p95 = new Float64Array(count).fill(Number.NaN);
    this.measured = new Uint32Array(count);
  }

  /** -1: a node that isn't drawn. */
  add(node: number, { rate, errorRate, latency }: GraphEdge): void {
    if (node < 0 || rate === null) return;
    const held = this.rate[node] as number;
    this.rate[node] = (Number.isNaN(held) ? 0 : held) + rate;
    // With an unknown part the sum is unknown; what carried nothing hides no failure.
    this.errors[node] = (this.errors[node] as number) + (errorRate ?? (rate > 0 ? Number.NaN : 0));
    const p95 = latency?.p95 ?? null;
    if (p95 === null || rate <= 0) return;
    const most = this.p95[node] as number;
    this.p95[node] = Number.isNaN(most) ? p95 : Math.max(most, p95);
    this.measured[node] = (this.measured[node] as number) + 1;
  }
}

const orNaN = (value: number | null | undefined) => value ?? Number.NaN;
const changeOf = ({ change }: { readonly change?: (typeof CHANGES)[number] }) => CHANGES.indexOf(change ?? "none");

/**
 * Every call of the answer with the places of its ends among the drawn nodes (-1: not drawn). Also of edges that aren't drawn:
 * a node's own numbers don't change because somebody looks at less.
 */
function eachCall(
  { graph, whole }: Shown,
  skeleton: Skeleton,
  take: (edge: GraphEdge, source: number, target: number) => void,
): void {
  if (graph === whole) {
    graph.edges.forEach((edge, at) => take(edge, skeleton.source[at] as number, skeleton.target[at] as number));
    return;
  }
  const places = new Map(graph.nodes.map(({ id }, at) => [id, at]));
  for (const edge of whole.edges) take(edge, places.get(edge.source) ?? -1, places.get(edge.target) ?? -1);
}

/** One pass over the calls, one over the nodes: this runs at every refresh. */
export function nodeArrays(drawn: Shown, skeleton: Skeleton, standing: Uint16Array): NodeArrays {
  const { graph, dimmed, ranks } = drawn;
  const count = graph.nodes.length;
  const inbound = new Traffic(count);
  const outbound = new Traffic(count);
  const floats = () => new Float32Array(count);
  const codes = () => new Uint8Array(count);
  const arrays = {
    ...{ shape: codes(), state: codes(), change: codes(), bits: new Uint16Array(count), rank: new Uint16Array(count) },
    ...{ errorShare: floats(), rate: floats(), p95: floats(), bytes: floats().fill(Number.NaN) },
  };
  eachCall(drawn, skeleton, (edge, source, target) => {
    inbound.add(target, edge);
    outbound.add(source, edge);
    const own = edge.protocol === "tcp" ? bytesOf(edge) : Number.NaN;
    if (Number.isNaN(own)) return;
    for (const end of source === target ? [source] : [source, target]) {
      const held = arrays.bytes[end];
      if (held !== undefined) arrays.bytes[end] = (Number.isNaN(held) ? 0 : held) + own;
    }
  });
  // What goes out is not a node's own latency.
  arrays.p95.set(inbound.p95);
  graph.nodes.forEach((node, at) => {
    // A node's own traffic: what comes in; for one that nobody calls, what goes out.
    const own = Number.isNaN(inbound.rate[at]) ? outbound : inbound;
    const rate = own.rate[at] as number;
    arrays.rate[at] = rate;
    arrays.errorShare[at] = rate > 0 ? Math.min(1, (own.errors[at] as number) / rate) : Number.NaN;
    arrays.shape[at] = shapeOf(node);
    arrays.state[at] = stateOf(node);
    arrays.change[at] = changeOf(node);
    arrays.rank[at] = ranks?.get(node.id) ?? 0;
    arrays.bits[at] =
      bitsOf(node) |
      ((inbound.measured[at] as number) > 1 ? NODE_BITS.p95Bound : 0) |
      (dimmed?.(node.id) ? NODE_BITS.dimmed : 0) |
      (standing[at] ?? 0);
  });
  return { ...arrays, x: skeleton.x.slice(), y: skeleton.y.slice(), radius: skeleton.radius.slice() };
}

/** What an edge carries, to be compared with what else its source sends: bytes of tcp, else requests. */
const amountOf = (edge: GraphEdge) => (edge.protocol === "tcp" ? bytesOf(edge) : orNaN(edge.rate));

/** What each drawn node sends in all: requests, and bytes of tcp. */
function sentByNodes(shown: Shown, skeleton: Skeleton): Readonly<Record<"requests" | "bytes", Float64Array>> {
  const count = shown.graph.nodes.length;
  const sums = { requests: new Float64Array(count), bytes: new Float64Array(count) };
  eachCall(shown, skeleton, (edge, source) => {
    const of = edge.protocol === "tcp" ? sums.bytes : sums.requests;
    const held = of[source];
    const own = amountOf(edge);
    if (held !== undefined && !Number.isNaN(own)) of[source] = held + own;
  });
  return sums;
}

function edgeBits(edge: GraphEdge): number {
  return (
    (edge.streaming ? EDGE_BITS.streaming : 0) |
    (edge.newborn === undefined ? 0 : EDGE_BITS.newborn) |
    (edge.outcomes !== null && edge.outcomes.neverArrived > 0 ? EDGE_BITS.lost : 0)
  );
}

/** The older window's numbers; nothing where nothing is compared, NaN where a difference may be chance. */
function beforeArrays(edges: readonly GraphEdge[]): Pick<EdgeArrays, "rateBefore" | "p95Before" | "errorShareBefore"> {
  if (!edges.some(({ before }) => before !== undefined)) return {};
  const read = (of: (before: EdgeBefore) => number) =>
    Float32Array.from(edges, ({ before, tooFew }) => (before === undefined || tooFew ? Number.NaN : of(before)));
  return {
    rateBefore: read(({ rate }) => orNaN(rate)),
    p95Before: read(({ latency }) => orNaN(latency?.p95)),
    errorShareBefore: read(errorShareOf),
  };
}

/** One pass over the edges: this runs at every refresh, and tens of thousands of edges are drawn. */
export function edgeArrays(shown: Shown, skeleton: Skeleton, standing: Uint16Array): EdgeArrays {
  const { graph, dimmed } = shown;
  const { edges } = graph;
  const sent = sentByNodes(shown, skeleton);
  const count = edges.length;
  const floats = () => new Float32Array(count);
  const codes = () => new Uint8Array(count);
  const arrays = {
    ...{ protocol: codes(), state: codes(), lock: codes(), bits: codes(), change: codes() },
    ...{ rate: floats(), requests: floats(), errorShare: floats(), bytes: floats(), share: floats(), mtls: floats() },
    ...{ mean: floats(), p50: floats(), p95: floats(), p99: floats(), sent: floats(), received: floats() },
    ...{ messagesSent: floats(), messagesReceived: floats() },
  };
  edges.forEach((edge, at) => {
    const { latency, bytesPerSecond, messagesPerSecond } = edge;
    arrays.protocol[at] = PROTOCOLS.indexOf(edge.protocol);
    arrays.state[at] = stateOf(edge);
    arrays.lock[at] = lockOf(edge);
    arrays.bits[at] =
      edgeBits(edge) |
      (dimmed !== null && (dimmed(edge.source) || dimmed(edge.target)) ? EDGE_BITS.dimmed : 0) |
      (standing[at] ?? 0);
    arrays.change[at] = changeOf(edge);
    arrays.rate[at] = orNaN(edge.rate);
    arrays.requests[at] = orNaN(edge.requests);
    arrays.errorShare[at] = errorShareOf(edge);
    arrays.bytes[at] = edge.protocol === "tcp" ? bytesOf(edge) : Number.NaN;
    arrays.mtls[at] = orNaN(edge.mtls);
    arrays.mean[at] = orNaN(latency?.mean);
    arrays.p50[at] = orNaN(latency?.p50);
    arrays.p95[at] = orNaN(latency?.p95);
    arrays.p99[at] = orNaN(latency?.p99);
    arrays.sent[at] = orNaN(bytesPerSecond?.sent);
    arrays.received[at] = orNaN(bytesPerSecond?.received);
    arrays.messagesSent[at] = orNaN(messagesPerSecond?.sent);
    arrays.messagesReceived[at] = orNaN(messagesPerSecond?.received);
    const total = (edge.protocol === "tcp" ? sent.bytes : sent.requests)[skeleton.source[at] as number] as number;
    arrays.share[at] = total > 0 ? amountOf(edge) / total : Number.NaN;
  });
  return {
    ...arrays,
    source: skeleton.source.slice(),
    target: skeleton.target.slice(),
    ...beforeArrays(edges),
    path: skeleton.paths.path.slice(),
    pathStart: skeleton.paths.pathStart.slice(),
  };
}

/** From the one that says least to the one that asks for most attention. */
const BY_PAIN = ["nodata", "idle", "healthy", "degraded", "failing"] as const;

export function boxArrays({ graph }: Shown, skeleton: Skeleton): BoxArrays {
  const count = skeleton.strings.boxes.length;
  const worst = new Int8Array(count).fill(0);
  const failing = new Uint16Array(count);
  const degraded = new Uint16Array(count);
  graph.nodes.forEach((node, at) => {
    const state = MARK_STATES[stateOf(node)] ?? "nodata";
    const pain = BY_PAIN.indexOf(state);
    for (const box of skeleton.boxesOf[at] ?? []) {
      worst[box] = Math.max(worst[box] as number, pain);
      if (state === "failing") failing[box] = (failing[box] as number) + 1;
      else if (state === "degraded") degraded[box] = (degraded[box] as number) + 1;
    }
  });
  return { state: Uint8Array.from(worst, (pain) => MARK_STATES.indexOf(BY_PAIN[pain] ?? "nodata")), failing, degraded };
}

const KIND_CODES: ReadonlyMap<string, number> = new Map(BADGE_KINDS.map((kind, code) => [kind, code]));

export function badgeArrays({ graph, hubCallers }: Shown): BadgeArrays {
  const node: number[] = [];
  const kind: number[] = [];
  const count: number[] = [];
  const add = (at: number, code: number, howMany: number) => {
    node.push(at);
    kind.push(code);
    count.push(Math.max(1, Math.min(65_535, howMany)));
  };
  graph.nodes.forEach(({ id, badges, badgeCounts, dataplane }, at) => {
    const codes = badges.flatMap((badge) => KIND_CODES.get(badge) ?? []).sort((a, b) => a - b);
    for (const code of codes) {
      const name = BADGE_KINDS[code] as BadgeKind;
      // A gateway's shape says so already.
      if (name === "gateway" && dataplane === "gateway" && badgeCounts?.[name] === undefined) continue;
      add(at, code, badgeCounts?.[name] ?? 1);
    }
    const hubs = hubCallers?.get(id);
    if (hubs !== undefined) add(at, BADGE_KINDS.indexOf("hub"), hubs);
  });
  return { node: Uint32Array.from(node), kind: Uint8Array.from(kind), count: Uint16Array.from(count) };
}
