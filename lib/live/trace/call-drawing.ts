/** Where nodes and edges of a graph of calls are drawn: the map's layout, left to right along the calls. Runs in the worker. */
import { layout } from "#lib/layout/layout.ts";
import { routeEdges } from "#lib/layout/route.ts";
import type { CallGraph } from "#lib/tracing/view/graph.ts";

/** World units, CSS pixels at zoom 1. */
export interface CallDrawing {
  readonly graph: CallGraph;
  /** Middles of the marks, by node. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: number;
  readonly height: number;
  /** By edge: its curve as SVG writes it, and where its number stands. */
  readonly curves: readonly string[];
  readonly labels: readonly { readonly x: number; readonly y: number }[];
}

/** Of a node's mark. */
export const MARK_RADIUS = 14;

const idOf = (at: number) => String(at).padStart(6, "0");

export function drawCalls(graph: CallGraph): CallDrawing {
  const placed = layout(
    {
      nodes: graph.nodes.map((_, at) => ({ id: idOf(at), boxes: [] })),
      edges: graph.edges.map(({ from, to, calls }) => ({
        source: idOf(from),
        target: idOf(to),
        weight: 1 + Math.log10(calls),
      })),
    },
    { seed: 1 },
  );
  // The layout answers in the order of the ids, which is that of the nodes.
  const x = Float32Array.from(placed.nodes, (node) => node.x);
  const y = Float32Array.from(placed.nodes, (node) => node.y);
  const { path, pathStart } = routeEdges({
    ...{ x, y, radius: x.map(() => MARK_RADIUS) },
    source: Uint32Array.from(graph.edges, ({ from }) => from),
    target: Uint32Array.from(graph.edges, ({ to }) => to),
  });
  const chains = graph.edges.map((_, at) => [...path.subarray(pathStart[at], pathStart[at + 1])]);
  return {
    ...{ graph, x, y, width: placed.width, height: placed.height },
    curves: chains.map(curveOf),
    labels: chains.map(middleOf),
  };
}

/** `M x y C …` of a chain of cubic pieces. */
function curveOf(points: readonly number[]): string {
  const rounded = points.map((value) => value.toFixed(1));
  return `M${rounded.slice(0, 2).join(" ")}C${rounded.slice(2).join(" ")}`;
}

/** The middle of the piece in the middle, or where two pieces of an even number meet. */
function middleOf(points: readonly number[]): { readonly x: number; readonly y: number } {
  const pieces = (points.length - 2) / 6;
  const first = Math.floor(pieces / 2) * 6;
  const at = (offset: number) => points[first + offset] ?? 0;
  if (pieces % 2 === 0) return { x: at(0), y: at(1) };
  const half = (axis: number) => (at(axis) + 3 * at(axis + 2) + 3 * at(axis + 4) + at(axis + 6)) / 8;
  return { x: half(0), y: half(1) };
}
