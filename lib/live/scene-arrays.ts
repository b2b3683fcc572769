/** The numbers of a graph's nodes, edges and boxes as the arrays that are drawn. */
import type { EdgeBefore, GraphEdge, GraphNode } from "#lib/graph/model.ts";
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

/** A node's own traffic: what comes in; for one that nobody calls, what goes out. */
class Traffic {
  rate = Number.NaN;
  /** NaN = one of the edges can't tell. */
  errors = 0;
  p95 = Number.NaN;
  measured = 0;
  add(edge: GraphEdge): void {
    if (edge.rate === null) return;
    this.rate = (Number.isNaN(this.rate) ? 0 : this.rate) + edge.rate;
    // With an unknown part the sum is unknown; what carried nothing hides no failure.
    this.errors += edge.errorRate ?? (edge.rate > 0 ? Number.NaN : 0);
    const p95 = edge.latency?.p95 ?? null;
    if (p95 === null || edge.rate <= 0) return;
    this.p95 = Number.isNaN(this.p95) ? p95 : Math.max(this.p95, p95);
    this.measured += 1;
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

export function nodeArrays(drawn: Shown, skeleton: Skeleton, standing: Uint16Array): NodeArrays {
  const { graph, dimmed, ranks } = drawn;
  const count = graph.nodes.length;
  const inbound = Array.from({ length: count }, () => new Traffic());
  const outbound = Array.from({ length: count }, () => new Traffic());
  const bytes = new Float32Array(count).fill(Number.NaN);
  eachCall(drawn, skeleton, (edge, source, target) => {
    inbound[target]?.add(edge);
    outbound[source]?.add(edge);
    const own = edge.protocol === "tcp" ? bytesOf(edge) : Number.NaN;
    if (Number.isNaN(own)) return;
    for (const end of source === target ? [source] : [source, target]) {
      const held = bytes[end];
      if (held === undefined) continue;
      bytes[end] = (Number.isNaN(held) ? 0 : held) + own;
    }
  });
  const shown = inbound.map((traffic, at) => (Number.isNaN(traffic.rate) ? (outbound[at] as Traffic) : traffic));
  const bits = (node: GraphNode, at: number) =>
    bitsOf(node) |
    ((inbound[at]?.measured ?? 0) > 1 ? NODE_BITS.p95Bound : 0) |
    (dimmed?.(node.id) ? NODE_BITS.dimmed : 0) |
    (standing[at] ?? 0);
  return {
    x: skeleton.x.slice(),
    y: skeleton.y.slice(),
    radius: skeleton.radius.slice(),
    shape: Uint8Array.from(graph.nodes, shapeOf),
    state: Uint8Array.from(graph.nodes, stateOf),
    errorShare: Float32Array.from(shown, ({ rate, errors }) => (rate > 0 ? Math.min(1, errors / rate) : Number.NaN)),
    rate: Float32Array.from(shown, ({ rate }) => rate),
    // What goes out is not this node's own latency.
    p95: Float32Array.from(inbound, ({ p95 }) => p95),
    bytes,
    bits: Uint16Array.from(graph.nodes, bits),
    change: Uint8Array.from(graph.nodes, changeOf),
    rank: Uint16Array.from(graph.nodes, ({ id }) => ranks?.get(id) ?? 0),
  };
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
