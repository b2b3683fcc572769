/** Where a drawing in a field that scrolls stands, along one axis. Pure; CSS pixels. */

export interface Axis {
  /** How far it is scrolled. */
  readonly scroll: number;
  /** The field's length, and the drawing's at zoom 1. */
  readonly room: number;
  readonly size: number;
}

/** A drawing that is smaller than its field stands in the middle. */
const margin = ({ room, size }: Axis, zoom: number): number => Math.max(0, (room - size * zoom) / 2);

/** The scroll after a change of zoom by which what was under `at` (from the field's begin) stays there, as far as there is anything to scroll. */
export function keptUnder(axis: Axis, at: number, before: number, after: number): number {
  const inDrawing = (axis.scroll + at - margin(axis, before)) / before;
  const wanted = inDrawing * after + margin(axis, after) - at;
  return Math.max(0, Math.min(wanted, axis.size * after - axis.room));
}

/** A press that moved less is a press. */
export const DRAG_BEGINS = 4;

export const moved = (dx: number, dy: number): boolean => Math.hypot(dx, dy) >= DRAG_BEGINS;
