/**
 * What a scene is drawn from: paths that gather everything of one look, in world units. Made once per scene, so that a frame
 * of panning strokes a few dozen paths instead of thousands of curves.
 */
import { NODE_BITS } from "#lib/layout/scene.ts";
import { crowding, quietInk } from "./extent.ts";
import type { FullScene } from "./hit.ts";
import { edgeLook, type Looked } from "./looks.ts";
import { outline, shapeAt } from "./shapes.ts";
import { type LineStyle, lineStyle, stateAt, WIDTH_STEP } from "./style.ts";
import type { RenderTheme } from "./theme.ts";
import { changeWord } from "./words.ts";

export interface EdgeBatch {
  readonly path: Path2D;
  /** Made when first asked for: seen from far, nobody does. */
  readonly arrows: () => Path2D;
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

export interface PreparedEdges {
  /** In the order they are drawn: quiet ones first, trouble on top. */
  readonly batches: readonly EdgeBatch[];
  /** Edges that an expression finds, with calls that never arrived or that a dry run would deny, and that an older window doesn't have. */
  readonly found: readonly number[];
  readonly lost: readonly number[];
  readonly tried: readonly number[];
  readonly fresh: readonly number[];
  /** Opacity of edges without trouble: the more there are, the fainter. */
  readonly quietInk: number;
}

export interface PreparedNodes {
  readonly batches: readonly NodeBatch[];
  /** Degraded and failing nodes, and those with signs of their own: drawn one by one. */
  readonly special: readonly number[];
}

/** Each part is made when first asked for: a few marks that changed are drawn without it. */
export interface Prepared {
  readonly edges: () => PreparedEdges;
  readonly nodes: () => PreparedNodes;
}

/** What one stroke may hold: a larger one would take longer than a slice of a large drawing. */
const MOST_IN_BATCH = 300;
const ARROW = { length: 8.5, half: 3.6 } as const;
/** What a comparison no longer finds: dotted, whatever its state was. */
const GONE = { dash: [1, 5], dashSays: "state", alpha: 0.55, extra: 0 } as const;
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

interface Filling extends EdgeBatch {
  readonly rank: number;
  readonly members: number[];
}

function lazy<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}

function arrowsOf({ edges }: FullScene, members: readonly number[], width: number): Path2D {
  const arrows = new Path2D();
  for (const edge of members) arrowHead(arrows, edges.path, edges.pathStart[edge + 1] as number, arrowScale(width));
  return arrows;
}

/** Gathers edges into paths: all of them, or those that are named. O(edges). */
export function prepareEdges({ scene, looks }: Looked, theme: RenderTheme, only?: Iterable<number>): PreparedEdges {
  const { edges } = scene;
  const found: number[] = [];
  const lost: number[] = [];
  const tried: number[] = [];
  const fresh: number[] = [];
  const open = new Map<number, Filling>();
  const full: Filling[] = [];
  for (const edge of only ?? looks.edges.keys()) {
    const look = looks.edges[edge] as number;
    if (edgeLook.hidden(look)) continue;
    if (edgeLook.halo(look)) found.push(edge);
    if (edgeLook.lost(look)) lost.push(edge);
    if (edgeLook.tried(look)) tried.push(edge);
    if (edgeLook.fresh(look)) fresh.push(edge);
    const key = edgeLook.batch(look);
    let batch = open.get(key);
    if (batch !== undefined && batch.members.length >= MOST_IN_BATCH) {
      full.push(batch);
      batch = undefined;
    }
    if (batch === undefined) {
      const line = lineStyle(edgeLook.state(look), edgeLook.protocol(look), theme);
      const style = edgeLook.gone(look) ? { ...line, ...GONE } : line;
      const dimmed = edgeLook.dimmed(look);
      const width = edgeLook.step(look) * WIDTH_STEP + style.extra;
      const members: number[] = [];
      const rank = ORDER.indexOf(stateAt(edgeLook.state(look))) - (dimmed ? 10 : 0);
      batch = {
        path: new Path2D(),
        arrows: lazy(() => arrowsOf(scene, members, width)),
        style,
        width,
        dimmed,
        rank,
        members,
      };
      open.set(key, batch);
    }
    batch.members.push(edge);
    trace(batch.path, edges.path, edges.pathStart[edge] as number, edges.pathStart[edge + 1] as number);
  }
  const batches = [...full, ...open.values()].sort((a, b) => a.rank - b.rank || a.width - b.width);
  return { batches, found, lost, tried, fresh, quietInk: quietInk(crowding(scene)) };
}

/** Gathers nodes into paths. O(nodes). */
function prepareNodes({ nodes }: FullScene): PreparedNodes {
  const nodeBatches = new Map<string, NodeBatch & { size: number }>();
  const fullNodes: NodeBatch[] = [];
  const special: number[] = [];
  for (let node = 0; node < nodes.x.length; node++) {
    const state = stateAt(nodes.state[node]);
    const shape = shapeAt(nodes.shape[node]);
    const signs = NODE_BITS.unmeshed | NODE_BITS.partialCoverage | NODE_BITS.gone | NODE_BITS.outside | NODE_BITS.found;
    if (((nodes.bits[node] ?? 0) & NODE_BITS.hidden) !== 0) continue;
    if (
      state === "failing" ||
      state === "degraded" ||
      shape === "unknown" ||
      shape === "restricted" ||
      shape === "group" ||
      ((nodes.bits[node] ?? 0) & signs) !== 0 ||
      changeWord(nodes.change[node]) !== ""
    ) {
      special.push(node);
      continue;
    }
    const dimmed = isDimmed(nodes.bits[node]);
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
  return { batches: [...fullNodes, ...nodeBatches.values()], special };
}

export function isDimmed(bits: number | undefined): boolean {
  return ((bits ?? 0) & NODE_BITS.dimmed) !== 0;
}

/** Gathers a scene into paths. O(nodes + edges). */
export function prepare(looked: Looked, theme: RenderTheme): Prepared {
  return { edges: lazy(() => prepareEdges(looked, theme)), nodes: lazy(() => prepareNodes(looked.scene)) };
}
