/**
 * What a scene is drawn from: paths that gather everything of one look, in world units. Made once per scene, so that a frame
 * of panning strokes a few dozen paths instead of thousands of curves.
 */
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { arrowHead, arrowScale, trace } from "./edge-path.ts";
import { crowding, quietInk } from "./extent.ts";
import type { FullScene } from "./hit.ts";
import { type Found, prepareFound } from "./paint-found.ts";
import { outline, shapeAt } from "./shapes.ts";
import { edgeWidth, type LineStyle, lineStyle, stateAt, WIDTH_STEP } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

export interface EdgeBatch {
  readonly path: Path2D;
  readonly arrows: Path2D;
  readonly style: LineStyle;
  /** Pixels at zoom 1. */
  readonly width: number;
  readonly dimmed: boolean;
}

export interface NodeBatch {
  readonly path: Path2D;
  readonly state: "healthy" | "idle" | "nodata";
  readonly dimmed: boolean;
}

export interface Prepared {
  /** In the order they are drawn: quiet ones first, trouble on top. */
  readonly edges: readonly EdgeBatch[];
  readonly nodes: readonly NodeBatch[];
  /** Degraded and failing nodes, and those with signs of their own: drawn one by one. */
  readonly special: readonly number[];
  /** Opacity of edges without trouble: the more there are, the fainter. */
  readonly quietInk: number;
  /** What somebody looks for; null where nothing. */
  readonly found: Found | null;
  readonly dimmedNode: (node: number) => boolean;
  readonly dimmedEdge: (edge: number) => boolean;
}

const ORDER = ["idle", "nodata", "healthy", "degraded", "failing"] as const;

/** Gathers a scene into paths. O(nodes + edges). */
export function prepare(scene: FullScene, theme: RenderTheme): Prepared {
  const { nodes, edges } = scene;
  const dimmedNode = (node: number) => ((nodes.bits[node] ?? 0) & NODE_BITS.dimmed) !== 0;
  const dimmedEdge = (edge: number) => ((edges.bits[edge] ?? 0) & EDGE_BITS.dimmed) !== 0;

  const edgeBatches = new Map<number, EdgeBatch & { readonly rank: number }>();
  for (let edge = 0; edge < edges.source.length; edge++) {
    const state = edges.state[edge] as number;
    const protocol = edges.protocol[edge] as number;
    const step = Math.round(edgeWidth(edges.rate[edge] as number, edges.bytes[edge] as number) / WIDTH_STEP);
    const dimmed = dimmedEdge(edge);
    // Numbers, not text, as keys: this runs once an edge on the main thread.
    const key = ((state * 8 + protocol) * 64 + step) * 2 + (dimmed ? 1 : 0);
    let batch = edgeBatches.get(key);
    if (batch === undefined) {
      const style = lineStyle(state, protocol, theme);
      const rank = ORDER.indexOf(stateAt(state)) - (dimmed ? 10 : 0);
      batch = {
        path: new Path2D(),
        arrows: new Path2D(),
        style,
        width: Math.max(1, step) * WIDTH_STEP + style.extra,
        dimmed,
        rank,
      };
      edgeBatches.set(key, batch);
    }
    const from = edges.pathStart[edge] as number;
    const to = edges.pathStart[edge + 1] as number;
    trace(batch.path, edges.path, from, to);
    arrowHead(batch.arrows, edges.path, to, arrowScale(batch.width));
  }

  const nodeBatches = new Map<string, NodeBatch>();
  const special: number[] = [];
  for (let node = 0; node < nodes.x.length; node++) {
    const state = stateAt(nodes.state[node]);
    const shape = shapeAt(nodes.shape[node]);
    const signs = NODE_BITS.unmeshed | NODE_BITS.partialCoverage | NODE_BITS.gone | NODE_BITS.outside;
    const trouble = state === "failing" || state === "degraded";
    if (
      trouble ||
      shape === "unknown" ||
      shape === "restricted" ||
      shape === "group" ||
      ((nodes.bits[node] ?? 0) & signs) !== 0
    ) {
      special.push(node);
      continue;
    }
    const dimmed = dimmedNode(node);
    const key = `${state} ${dimmed}`;
    let batch = nodeBatches.get(key);
    if (batch === undefined) {
      batch = { path: new Path2D(), state, dimmed };
      nodeBatches.set(key, batch);
    }
    outline(batch.path, shape, nodes.x[node] as number, nodes.y[node] as number, nodes.radius[node] as number);
  }
  return {
    edges: [...edgeBatches.values()].sort((a, b) => a.rank - b.rank || a.width - b.width),
    nodes: [...nodeBatches.values()],
    special,
    quietInk: quietInk(crowding(scene)),
    found: prepareFound(scene),
    dimmedNode,
    dimmedEdge,
  };
}
