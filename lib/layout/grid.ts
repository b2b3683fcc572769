/** Rows of equal length in the order of ids, which keeps a namespace's marks together. */
import type { Hierarchy } from "./hierarchy.ts";
import { CELL, NODE_GAP, SCREEN_ASPECT } from "./metrics.ts";
import type { Corners } from "./model.ts";

/** From one cell to the next. */
export const PITCH = { x: CELL.width + NODE_GAP.x, y: CELL.height + NODE_GAP.y } as const;

/** So many cells in a row make a drawing of this many about as wide as a screen. */
export const perRow = (count: number): number =>
  Math.max(1, Math.ceil(Math.sqrt((count * SCREEN_ASPECT * PITCH.y) / PITCH.x)));

export function grid({ nodes }: Hierarchy): Corners {
  const columns = perRow(nodes.length);
  return {
    x: Float64Array.from(nodes, (_, at) => (at % columns) * PITCH.x),
    y: Float64Array.from(nodes, (_, at) => Math.floor(at / columns) * PITCH.y),
  };
}
