/** How far a drawing reaches, and how crowded it is. Pure. */
import { CELL } from "#lib/layout/metrics.ts";
import type { Bounds, Point } from "./camera.ts";
import { pointAt } from "./geometry.ts";
import { chainOf, type FullScene } from "./hit.ts";

const SAMPLES = [0.2, 0.35, 0.5, 0.65, 0.8] as const;

/**
 * The layout's own rectangle and the edges that swing out of it, so that fitting cuts none. `bounds`: `edgeBounds` of the scene; what
 * lies within the rectangle by its control points isn't looked at closer. O(edges).
 */
export function extentOf(scene: FullScene, bounds: Float32Array): Bounds {
  let [left, top, right, bottom] = [0, 0, scene.width, scene.height];
  const at = (edge: number, side: number) => bounds[edge * 4 + side] as number;
  for (let edge = 0; edge < scene.edges.source.length; edge++) {
    if (at(edge, 0) >= left && at(edge, 1) >= top && at(edge, 2) <= right && at(edge, 3) <= bottom) continue;
    const chain = chainOf(scene, edge);
    for (const share of SAMPLES) {
      const { x, y } = pointAt(chain, share);
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, right, bottom };
}

/** Around these middles, with room for their marks and names. */
export function boundsOf(points: readonly Point[]): Bounds {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const { width, height } = CELL;
  return {
    left: Math.min(...xs) - width / 2,
    right: Math.max(...xs) + width / 2,
    top: Math.min(...ys) - height / 2,
    bottom: Math.max(...ys) + height / 2,
  };
}

/** Edges a node up to which each can be followed by eye. */
const FOLLOWED = 3;
/** From here on quiet edges are ground, not figure: none is labelled unasked. */
export const CROWDED = 5;

/** Edges a node. */
export function crowding({ nodes, edges }: Pick<FullScene, "nodes" | "edges">): number {
  return edges.source.length / Math.max(1, nodes.x.length);
}

/** Opacity that keeps the ink of quiet edges bounded however many there are: 1 where few, 0.2 at the least. */
export function quietInk(crowd: number): number {
  return Math.max(0.2, Math.min(1, FOLLOWED / Math.max(FOLLOWED, crowd)));
}
