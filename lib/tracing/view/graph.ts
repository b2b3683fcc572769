/**
 * A trace as a graph of calls: spans of one operation (or service) are one node wherever in the trace they were called, and calls
 * from one node to another one edge, so that ten thousand spans are a handful of nodes. Pure; linear but for the ranking.
 */
import type { Grouping } from "./groups.ts";
import type { TracePicture } from "./picture.ts";

/** Times in nanoseconds. */
export interface CallNode {
  /** Index in the picture's services, and in its names; null: all of the service. */
  readonly service: number;
  readonly name: number | null;
  readonly spans: number;
  readonly failed: number;
  /** Sum of the spans' lengths: what runs at once counts for each. */
  readonly total: number;
  /** Sum of what they did themselves. */
  readonly self: number;
  /** What of the critical path they spent in themselves; the nodes' sum is its length. */
  readonly onPath: number;
  /** The first span, which stands for the node. */
  readonly row: number;
}

/** Calls of one node by another; from a node to itself where spans of it call each other. */
export interface CallEdge {
  /** Indices of nodes. */
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly failed: number;
}

export interface CallGraph {
  /** In the order in which they are first met. */
  readonly nodes: readonly CallNode[];
  readonly edges: readonly CallEdge[];
  /** By row: its node. */
  readonly nodeOf: Uint32Array;
  /** Nodes that are too many to be drawn: those that took least of the critical path and of time are left out of `nodes`. */
  readonly left: number;
}

/** Marks with texts beside them that a person can still tell apart; more stand in the statistics. */
export const MOST_NODES = 200;
/** The row's node isn't among those that are drawn. */
export const NO_NODE = 0xffff_ffff;

type Columns = Pick<
  TracePicture,
  "length" | "order" | "parent" | "service" | "name" | "names" | "start" | "end" | "self" | "onPath" | "failed"
>;

type Sum = { -readonly [Key in keyof CallNode]: CallNode[Key] };

export function callGraphOf(picture: Columns, by: Grouping, most: number = MOST_NODES): CallGraph {
  const nodeOf = new Uint32Array(picture.length);
  const nodes: Sum[] = [];
  const known = new Map<number, number>();
  for (const row of picture.order) {
    const [service, name] = [picture.service[row] ?? 0, by === "service" ? null : (picture.name[row] ?? 0)];
    // Services times names stay far below 2^53: both are fewer than 100,000.
    const key = service * picture.names.length + (name ?? 0);
    const at = known.get(key) ?? nodes.length;
    if (at === nodes.length) {
      known.set(key, at);
      nodes.push({ service, name, spans: 0, failed: 0, total: 0, self: 0, onPath: 0, row });
    }
    nodeOf[row] = at;
    const sum = nodes[at];
    if (sum === undefined) continue;
    sum.spans += 1;
    sum.failed += picture.failed[row] ?? 0;
    sum.total += (picture.end[row] ?? 0) - (picture.start[row] ?? 0);
    sum.self += picture.self[row] ?? 0;
    sum.onPath += picture.onPath[row] ?? 0;
  }
  const drawn = heaviest(nodes, most);
  const index = new Map(drawn.map((at, i) => [at, i]));
  const shown = nodeOf.map((at) => index.get(at) ?? NO_NODE);
  return {
    nodes: drawn.flatMap((at) => nodes[at] ?? []),
    edges: edgesOf(picture, shown),
    nodeOf: shown,
    left: nodes.length - drawn.length,
  };
}

/** Indices of the nodes that are drawn, in their order. */
function heaviest(nodes: readonly CallNode[], most: number): readonly number[] {
  const all = nodes.map((_, at) => at);
  if (nodes.length <= most) return all;
  const weigh = (at: number, what: "onPath" | "self") => nodes[at]?.[what] ?? 0;
  return all
    .toSorted((a, b) => weigh(b, "onPath") - weigh(a, "onPath") || weigh(b, "self") - weigh(a, "self") || a - b)
    .slice(0, most)
    .toSorted((a, b) => a - b);
}

function edgesOf({ order, parent, failed }: Columns, nodeOf: Uint32Array): readonly CallEdge[] {
  const known = new Map<number, { from: number; to: number; calls: number; failed: number }>();
  for (const row of order) {
    const above = parent[row] ?? -1;
    const [from, to] = [above < 0 ? NO_NODE : (nodeOf[above] ?? NO_NODE), nodeOf[row] ?? NO_NODE];
    if (from === NO_NODE || to === NO_NODE) continue;
    const key = from * 0x1_0000_0000 + to;
    const edge = known.get(key) ?? { from, to, calls: 0, failed: 0 };
    known.set(key, edge);
    edge.calls += 1;
    edge.failed += failed[row] ?? 0;
  }
  return [...known.values()];
}

/** By node: how many of these rows are its spans. */
export function countedBy({ nodes, nodeOf }: CallGraph, rows: Uint32Array): Uint32Array {
  const counts = new Uint32Array(nodes.length);
  for (const row of rows) {
    const at = nodeOf[row] ?? NO_NODE;
    if (at !== NO_NODE) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
