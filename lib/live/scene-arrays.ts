/** The numbers of a graph's nodes, edges and boxes as the arrays that are drawn. */
import type { EdgeBefore, GraphEdge } from "#lib/graph/model.ts";
import { countsAt } from "#lib/graph/operation-nodes.ts";
import {
  BADGE_KINDS,
  type BadgeArrays,
  type BadgeKind,
  type BoxArrays,
  EDGE_BITS,
  type EdgeArrays,
  MARK_STATES,
  NODE_BITS,
  type NodeArrays,
} from "#lib/layout/scene.ts";
import { errorShareOf, stateOf } from "./marks.ts";
import { amountOf, type Calls, orNaN, type SceneRows, TCP } from "./scene-rows.ts";
import type { Shown } from "./shown.ts";
import type { Skeleton } from "./skeleton.ts";

/** Traffic of each node in one direction, summed over its calls. */
class Traffic {
  /** NaN = nothing known. */
  readonly rate: Float64Array;
  /** NaN = one of the calls can't tell. */
  readonly errors: Float64Array;
  /** The largest; NaN as soon as one of the calls that flow has none, for it may be that one's. */
  readonly p95: Float64Array;
  /** How many calls carry anything. */
  readonly flowing: Uint32Array;

  constructor(count: number) {
    this.rate = new Float64Array(count).fill(Number.NaN);
    this.errors = new Float64Array(count);
    this.p95 = new Float64Array(count).fill(Number.NaN);
    this.flowing = new Uint32Array(count);
  }

  /** -1: a node that isn't drawn. */
  add(node: number, calls: Calls, at: number): void {
    const rate = calls.rate[at] as number;
    if (node < 0 || Number.isNaN(rate)) return;
    const held = this.rate[node] as number;
    this.rate[node] = (Number.isNaN(held) ? 0 : held) + rate;
    this.errors[node] = (this.errors[node] as number) + (calls.errors[at] as number);
    if (!(rate > 0)) return;
    const p95 = calls.p95[at] as number;
    const before = this.flowing[node] as number;
    this.p95[node] = before === 0 ? p95 : Math.max(this.p95[node] as number, p95);
    this.flowing[node] = before + 1;
  }
}

/**
 * Every call of the answer with the places of its ends among the drawn nodes (-1: not drawn, or no number of this end). Also of
 * edges that aren't drawn: a node's own numbers don't change because somebody looks at less.
 */
function endsOf({ graph, whole }: Shown, skeleton: Skeleton): { source: ArrayLike<number>; target: ArrayLike<number> } {
  const beside = whole.nodes.some(({ kind }) => kind === "operation");
  if (graph === whole && !beside) return skeleton;
  const places = new Map(graph.nodes.map(({ id }, at) => [id, at]));
  const ends = (end: "source" | "target") =>
    Int32Array.from(whole.edges, (edge) => (beside && !countsAt(edge, end) ? -1 : (places.get(edge[end]) ?? -1)));
  return { source: ends("source"), target: ends("target") };
}

/** One pass over the calls, one over the nodes: this runs at every refresh. */
export function nodeArrays(drawn: Shown, skeleton: Skeleton, standing: Uint16Array, rows: SceneRows): NodeArrays {
  const { graph, whole, dimmed, ranks } = drawn;
  const count = graph.nodes.length;
  const calls = rows.calls.of(whole.edges);
  const own = rows.nodes.of(graph.nodes);
  const { source: sources, target: targets } = endsOf(drawn, skeleton);
  const inbound = new Traffic(count);
  const outbound = new Traffic(count);
  const floats = () => new Float32Array(count);
  const arrays = {
    ...{ shape: own.shape.slice(), state: own.state.slice(), change: own.change.slice(), bits: own.bits.slice() },
    ...{ rank: new Uint16Array(count), errorShare: floats(), rate: floats(), p95: floats() },
    bytes: floats().fill(Number.NaN),
  };
  for (let at = 0; at < whole.edges.length; at++) {
    const source = sources[at] as number;
    const target = targets[at] as number;
    inbound.add(target, calls, at);
    outbound.add(source, calls, at);
    const bytes = calls.bytes[at] as number;
    if (Number.isNaN(bytes)) continue;
    for (const end of source === target ? [source] : [source, target]) {
      const held = arrays.bytes[end];
      if (held !== undefined) arrays.bytes[end] = (Number.isNaN(held) ? 0 : held) + bytes;
    }
  }
  // What goes out is not a node's own latency.
  arrays.p95.set(inbound.p95);
  for (let at = 0; at < count; at++) {
    // A node's own traffic: what comes in; for one that nobody calls, what goes out.
    const traffic = Number.isNaN(inbound.rate[at]) ? outbound : inbound;
    const rate = traffic.rate[at] as number;
    arrays.rate[at] = rate;
    arrays.errorShare[at] = rate > 0 ? Math.min(1, (traffic.errors[at] as number) / rate) : Number.NaN;
    const bound = (inbound.flowing[at] as number) > 1 && !Number.isNaN(inbound.p95[at]) ? NODE_BITS.p95Bound : 0;
    arrays.bits[at] = (arrays.bits[at] as number) | bound | (standing[at] ?? 0);
  }
  if (ranks !== null || dimmed !== null)
    graph.nodes.forEach(({ id }, at) => {
      arrays.rank[at] = ranks?.get(id) ?? 0;
      if (dimmed?.(id)) arrays.bits[at] = (arrays.bits[at] as number) | NODE_BITS.dimmed;
    });
  return { ...arrays, x: skeleton.x.slice(), y: skeleton.y.slice(), radius: skeleton.radius.slice() };
}

/** What each drawn node sends in all: requests, and bytes of tcp. */
function sentByNodes(
  shown: Shown,
  skeleton: Skeleton,
  calls: Calls,
): Readonly<Record<"requests" | "bytes", Float64Array>> {
  const count = shown.graph.nodes.length;
  const sums = { requests: new Float64Array(count), bytes: new Float64Array(count) };
  const { source: sources } = endsOf(shown, skeleton);
  for (let at = 0; at < shown.whole.edges.length; at++) {
    const of = calls.protocol[at] === TCP ? sums.bytes : sums.requests;
    const held = of[sources[at] as number];
    const amount = amountOf(calls, at);
    if (held !== undefined && !Number.isNaN(amount)) of[sources[at] as number] = held + amount;
  }
  return sums;
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
export function edgeArrays(shown: Shown, skeleton: Skeleton, standing: Uint16Array, rows: SceneRows): EdgeArrays {
  const { graph, whole, dimmed } = shown;
  const { edges } = graph;
  const sent = sentByNodes(shown, skeleton, rows.calls.of(whole.edges));
  const { amount, ...own } = rows.edges.of(edges);
  const share = new Float32Array(edges.length);
  const bits = own.bits.slice();
  for (let at = 0; at < edges.length; at++) {
    const total = (own.protocol[at] === TCP ? sent.bytes : sent.requests)[skeleton.source[at] as number] as number;
    share[at] = total > 0 ? (amount[at] as number) / total : Number.NaN;
    bits[at] = (bits[at] as number) | (standing[at] ?? 0);
  }
  if (dimmed !== null)
    edges.forEach(({ source, target }, at) => {
      if (dimmed(source) || dimmed(target)) bits[at] = (bits[at] as number) | EDGE_BITS.dimmed;
    });
  return {
    ...{ protocol: own.protocol.slice(), state: own.state.slice(), lock: own.lock.slice(), change: own.change.slice() },
    ...{ rate: own.rate.slice(), requests: own.requests.slice(), errorShare: own.errorShare.slice() },
    ...{ bytes: own.bytes.slice(), mtls: own.mtls.slice(), mean: own.mean.slice(), p50: own.p50.slice() },
    ...{ p95: own.p95.slice(), p99: own.p99.slice(), sent: own.sent.slice(), received: own.received.slice() },
    ...{ messagesSent: own.messagesSent.slice(), messagesReceived: own.messagesReceived.slice() },
    ...{ bits, share, source: skeleton.source.slice(), target: skeleton.target.slice() },
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
