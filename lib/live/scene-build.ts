/** The graph and its layout as the arrays that are drawn. */
import type { Matches } from "#lib/graph/find/evaluate.ts";
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import type { Layout } from "#lib/layout/model.ts";
import { type Paths, routeEdges } from "#lib/layout/route.ts";
import { type EdgeArrays, NODE_BITS, type NodeArrays, PROTOCOLS, type Scene, type Strings } from "#lib/layout/scene.ts";
import { foundBits } from "./found-bits.ts";
import { nodeLabel } from "./label.ts";
import { bitsOf, bytesOf, errorShareOf, lockOf, radiusOf, shapeOf, stateOf } from "./marks.ts";
import { sceneBoxes } from "./scene-boxes.ts";

/** What holds while the structure does: where everything is, and how edges run. */
export interface Skeleton {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly paths: Paths;
  readonly strings: Strings;
  readonly width: number;
  readonly height: number;
}

/** Made anew when the structure or a place changed; routing the edges is most of its cost. */
export function buildSkeleton(graph: Graph, layout: Layout): Skeleton {
  const places = new Map(layout.nodes.map((node) => [node.id, node]));
  const index = new Map(graph.nodes.map((node, at) => [node.id, at]));
  const x = Float32Array.from(graph.nodes, ({ id }) => places.get(id)?.x ?? 0);
  const y = Float32Array.from(graph.nodes, ({ id }) => places.get(id)?.y ?? 0);
  const radius = Float32Array.from(graph.nodes, radiusOf);
  const edges = drawable(graph, index);
  const source = Uint32Array.from(edges, (edge) => index.get(edge.source) ?? 0);
  const target = Uint32Array.from(edges, (edge) => index.get(edge.target) ?? 0);
  return {
    x,
    y,
    radius,
    source,
    target,
    paths: routeEdges({ x, y, radius, source, target }),
    strings: {
      nodeIds: graph.nodes.map(({ id }) => id),
      nodeLabels: graph.nodes.map(nodeLabel),
      edgeIds: edges.map(({ id }) => id),
      boxes: sceneBoxes(graph, layout),
    },
    width: layout.width,
    height: layout.height,
  };
}

/** Edges whose ends are both there: all, unless an answer contradicts itself. */
function drawable(graph: Graph, nodes: { has(id: string): boolean }): readonly GraphEdge[] {
  return graph.edges.every(({ source, target }) => nodes.has(source) && nodes.has(target))
    ? graph.edges
    : graph.edges.filter(({ source, target }) => nodes.has(source) && nodes.has(target));
}

/** A node's own traffic: what comes in; for one that nobody calls, what goes out. */
class Traffic {
  rate = Number.NaN;
  errors = 0;
  p95 = Number.NaN;
  measured = 0;
  add(edge: GraphEdge): void {
    if (edge.rate === null) return;
    this.rate = (Number.isNaN(this.rate) ? 0 : this.rate) + edge.rate;
    this.errors += edge.errorRate ?? 0;
    const p95 = edge.latency?.p95 ?? null;
    if (p95 === null || edge.rate <= 0) return;
    this.p95 = Number.isNaN(this.p95) ? p95 : Math.max(this.p95, p95);
    this.measured += 1;
  }
}

function nodeArrays(graph: Graph, edges: readonly GraphEdge[], skeleton: Skeleton, found: Uint8Array): NodeArrays {
  const count = graph.nodes.length;
  const inbound = Array.from({ length: count }, () => new Traffic());
  const outbound = Array.from({ length: count }, () => new Traffic());
  const bytes = new Float32Array(count).fill(Number.NaN);
  edges.forEach((edge, at) => {
    const source = skeleton.source[at] as number;
    const target = skeleton.target[at] as number;
    inbound[target]?.add(edge);
    outbound[source]?.add(edge);
    const own = edge.protocol === "tcp" ? bytesOf(edge) : Number.NaN;
    if (Number.isNaN(own)) return;
    for (const end of source === target ? [source] : [source, target]) {
      const held = bytes[end] as number;
      bytes[end] = (Number.isNaN(held) ? 0 : held) + own;
    }
  });
  const shown = inbound.map((traffic, at) => (Number.isNaN(traffic.rate) ? (outbound[at] as Traffic) : traffic));
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
    bits: Uint8Array.from(
      graph.nodes,
      (node, at) => bitsOf(node) | ((inbound[at]?.measured ?? 0) > 1 ? NODE_BITS.p95Bound : 0) | (found[at] ?? 0),
    ),
  };
}

function edgeArrays(edges: readonly GraphEdge[], skeleton: Skeleton, bits: Uint8Array<ArrayBuffer>): EdgeArrays {
  return {
    source: skeleton.source.slice(),
    target: skeleton.target.slice(),
    protocol: Uint8Array.from(edges, ({ protocol }) => PROTOCOLS.indexOf(protocol)),
    state: Uint8Array.from(edges, stateOf),
    lock: Uint8Array.from(edges, lockOf),
    rate: Float32Array.from(edges, ({ rate }) => rate ?? Number.NaN),
    requests: Float32Array.from(edges, ({ requests }) => requests ?? Number.NaN),
    errorShare: Float32Array.from(edges, errorShareOf),
    p95: Float32Array.from(edges, ({ latency }) => latency?.p95 ?? Number.NaN),
    bytes: Float32Array.from(edges, bytesOf),
    bits,
    path: skeleton.paths.path.slice(),
    pathStart: skeleton.paths.pathStart.slice(),
  };
}

/** The scene of a graph whose structure is the skeleton's. Its arrays are fresh copies, free to be transferred. */
export function buildScene(
  graph: Graph,
  skeleton: Skeleton,
  o: {
    readonly version: number;
    readonly stale: boolean;
    readonly withStrings: boolean;
    /** What somebody looks for; null = nothing. */
    readonly found?: Matches | null;
  },
): Scene {
  const edges = drawable(graph, new Set(skeleton.strings.nodeIds));
  const bits = foundBits(o.found ?? null, graph.nodes, edges);
  return {
    version: o.version,
    ...(o.withStrings ? { strings: skeleton.strings } : {}),
    nodes: nodeArrays(graph, edges, skeleton, bits.nodes),
    edges: edgeArrays(edges, skeleton, bits.edges),
    width: skeleton.width,
    height: skeleton.height,
    stale: o.stale,
  };
}

/** The buffers to transfer with a scene. */
export function buffersOf({ nodes, edges }: Scene): ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [...Object.values(nodes), ...Object.values(edges)];
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
