/**
 * What a scene is drawn from: paths that gather everything of one look, in world units. Made once per scene, so that a frame
 * of panning strokes a few dozen paths instead of thousands of curves.
 */
import { CHANGES, EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { crowding, quietInk } from "./extent.ts";
import type { FullScene } from "./hit.ts";
import { outline, shapeAt } from "./shapes.ts";
import { edgeWidth, type LineStyle, lineStyle, stateAt, WIDTH_STEP } from "./style.ts";
import type { RenderTheme } from "./theme.ts";
import { changeWord } from "./words.ts";

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
  /** Edges that an expression finds, with calls that never arrived, and that an older window doesn't have. */
  readonly found: readonly number[];
  readonly lost: readonly number[];
  readonly fresh: readonly number[];
  /** Opacity of edges without trouble: the more there are, the fainter. */
  readonly quietInk: number;
  readonly dimmedNode: (node: number) => boolean;
  readonly dimmedEdge: (edge: number) => boolean;
}

/** What one stroke may hold: a larger one would take longer than a slice of a large drawing. */
const MOST_IN_BATCH = 300;
const ARROW = { length: 8.5, half: 3.6 } as const;
/** What a comparison no longer finds: dotted, whatever its state was. */
const GONE = { dash: [1, 5], alpha: 0.55, extra: 0 } as const;
const ORDER = ["idle", "nodata", "healthy", "degraded", "failing"] as const;

/** A chain of cubics appended to a path. */
export function trace(path: Path2D, points: Float32Array, from: number, to: number): void {
  path.moveTo(points[from] as number, points[from + 1] as number);
  for (let at = from + 2; at + 5 < to; at += 6) {
    path.bezierCurveTo(
      points[at] as number,
      points[at + 1] as number,
      points[at + 2] as number,
      points[at + 3] as number,
      points[at + 4] as number,
      points[at + 5] as number,
    );
  }
}

/** An arrow head whose tip is the end of a chain, pointing as the curve arrives. `scale` 1 fits thin lines. */
export function arrowHead(path: Path2D, points: Float32Array, to: number, scale: number): void {
  const x = points[to - 2] as number;
  const y = points[to - 1] as number;
  const dx = x - (points[to - 4] as number);
  const dy = y - (points[to - 3] as number);
  const length = Math.hypot(dx, dy) || 1;
  const ux = (dx / length) * ARROW.length * scale;
  const uy = (dy / length) * ARROW.length * scale;
  const side = ARROW.half / ARROW.length;
  path.moveTo(x + ux * 0.3, y + uy * 0.3);
  path.lineTo(x - ux * 0.7 - uy * side, y - uy * 0.7 + ux * side);
  path.lineTo(x - ux * 0.7 + uy * side, y - uy * 0.7 - ux * side);
  path.closePath();
}

export function arrowScale(width: number): number {
  return 0.85 + width * 0.09;
}

/** Gathers a scene into paths. O(nodes + edges). */
export function prepare(scene: FullScene, theme: RenderTheme): Prepared {
  const { nodes, edges } = scene;
  const dimmedNode = (node: number) => ((nodes.bits[node] ?? 0) & NODE_BITS.dimmed) !== 0;
  const dimmedEdge = (edge: number) => ((edges.bits[edge] ?? 0) & EDGE_BITS.dimmed) !== 0;
  const found: number[] = [];
  const lost: number[] = [];
  const fresh: number[] = [];

  const edgeBatches = new Map<number, EdgeBatch & { readonly rank: number; size: number }>();
  const full: (EdgeBatch & { readonly rank: number })[] = [];
  for (let edge = 0; edge < edges.source.length; edge++) {
    const bits = edges.bits[edge] ?? 0;
    if ((bits & EDGE_BITS.hidden) !== 0) continue;
    if ((bits & (EDGE_BITS.found | EDGE_BITS.traced)) !== 0) found.push(edge);
    if ((bits & EDGE_BITS.lost) !== 0) lost.push(edge);
    const change = CHANGES[edges.change[edge] ?? 0];
    if (change === "new") fresh.push(edge);
    const gone = change === "gone";
    const state = edges.state[edge] as number;
    const protocol = edges.protocol[edge] as number;
    const step = Math.round(edgeWidth(edges.rate[edge] as number, edges.bytes[edge] as number) / WIDTH_STEP);
    const dimmed = dimmedEdge(edge);
    // Numbers, not text, as keys: this runs once an edge on the main thread.
    const key = (((state * 8 + protocol) * 64 + step) * 2 + (dimmed ? 1 : 0)) * 2 + (gone ? 1 : 0);
    let batch = edgeBatches.get(key);
    if (batch !== undefined && batch.size >= MOST_IN_BATCH) {
      full.push(batch);
      batch = undefined;
    }
    if (batch === undefined) {
      const look = lineStyle(state, protocol, theme);
      const style = gone ? { ...look, ...GONE } : look;
      const rank = ORDER.indexOf(stateAt(state)) - (dimmed ? 10 : 0);
      batch = {
        path: new Path2D(),
        arrows: new Path2D(),
        style,
        width: Math.max(1, step) * WIDTH_STEP + style.extra,
        dimmed,
        rank,
        size: 0,
      };
      edgeBatches.set(key, batch);
    }
    const from = edges.pathStart[edge] as number;
    const to = edges.pathStart[edge + 1] as number;
    batch.size += 1;
    trace(batch.path, edges.path, from, to);
    arrowHead(batch.arrows, edges.path, to, arrowScale(batch.width));
  }

  const nodeBatches = new Map<string, NodeBatch & { size: number }>();
  const fullNodes: NodeBatch[] = [];
  const special: number[] = [];
  for (let node = 0; node < nodes.x.length; node++) {
    const state = stateAt(nodes.state[node]);
    const shape = shapeAt(nodes.shape[node]);
    const signs = NODE_BITS.unmeshed | NODE_BITS.partialCoverage | NODE_BITS.gone | NODE_BITS.outside | NODE_BITS.found;
    if (((nodes.bits[node] ?? 0) & NODE_BITS.hidden) !== 0) continue;
    const trouble = state === "failing" || state === "degraded";
    if (
      trouble ||
      shape === "unknown" ||
      shape === "restricted" ||
      shape === "group" ||
      ((nodes.bits[node] ?? 0) & signs) !== 0 ||
      changeWord(nodes.change[node]) !== ""
    ) {
      special.push(node);
      continue;
    }
    const dimmed = dimmedNode(node);
    const key = `${state} ${dimmed}`;
    let batch = nodeBatches.get(key);
    if (batch !== undefined && batch.size >= MOST_IN_BATCH) {
      fullNodes.push(batch);
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { path: new Path2D(), state, dimmed, size: 0 };
      nodeBatches.set(key, batch);
    }
    batch.size += 1;
    outline(batch.path, shape, nodes.x[node] as number, nodes.y[node] as number, nodes.radius[node] as number);
  }
  return {
    edges: [...full, ...edgeBatches.values()].sort((a, b) => a.rank - b.rank || a.width - b.width),
    nodes: [...fullNodes, ...nodeBatches.values()],
    special,
    found,
    lost,
    fresh,
    quietInk: quietInk(crowding(scene)),
    dimmedNode,
    dimmedEdge,
  };
}
