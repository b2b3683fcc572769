/** The drawing while it is being changed: boxes and nodes with their places, and how a box that grows makes room. */
import type { Box, Hierarchy } from "./hierarchy.ts";
import { BOX_GAP, BOX_PADDING, CELL, MARGIN } from "./metrics.ts";
import type { Layout } from "./model.ts";
import { type Gap, type Rect, tooClose } from "./slots.ts";

/** A cell around a node's middle. */
export function cellAt(x: number, y: number): Rect {
  return { x: x - CELL.width / 2, y: y - CELL.middle, width: CELL.width, height: CELL.height };
}

/** Nearer than this counts as touching; every gap that a layout leaves is wider. */
export const TOUCH: Gap = { x: 16, y: 16 };
/** What has been pushed aside stops at this distance. */
const PUSH_GAP: Gap = { x: 32, y: BOX_GAP.y };

export type Thing = { readonly box: Box; readonly rect: Rect } | { readonly node: number; readonly rect: Rect };

const keyOf = (thing: Thing) => ("box" in thing ? thing.box : thing.node);

export class Plane {
  readonly input: Hierarchy;
  /** Middles; NaN while not placed. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly rects = new Map<Box, Rect>();

  constructor(input: Hierarchy) {
    this.input = input;
    this.x = new Float64Array(input.nodes.length).fill(Number.NaN);
    this.y = new Float64Array(input.nodes.length).fill(Number.NaN);
  }

  placed(node: number): boolean {
    return !Number.isNaN(this.x[node]);
  }

  put(node: number, cell: Rect): void {
    this.x[node] = cell.x + CELL.width / 2;
    this.y[node] = cell.y + CELL.middle;
  }

  /** What stands directly inside a box (the root: on the plane), where it has a place. */
  things(box: Box): Thing[] {
    const things: Thing[] = [];
    for (const inner of box.boxes) {
      const rect = this.rects.get(inner);
      if (rect !== undefined) things.push({ box: inner, rect });
    }
    for (const node of box.nodes) {
      if (this.placed(node)) things.push({ node, rect: cellAt(this.x[node] as number, this.y[node] as number) });
    }
    return things;
  }

  /** Where things may lie in a box; the root's reaches as far as something of that size could want to. */
  area(box: Box, width: number, height: number): Rect {
    const rect = this.rects.get(box);
    if (rect !== undefined) {
      return {
        x: rect.x + BOX_PADDING.side,
        y: rect.y + BOX_PADDING.top,
        width: rect.width - 2 * BOX_PADDING.side,
        height: rect.height - BOX_PADDING.top - BOX_PADDING.bottom,
      };
    }
    const end = this.extent(box);
    return {
      x: MARGIN,
      y: MARGIN,
      width: end.x + BOX_GAP.x + width - MARGIN,
      height: end.y + BOX_GAP.y + height - MARGIN,
    };
  }

  /** Right and bottom end of what is directly inside. */
  extent(box: Box): { x: number; y: number } {
    let x = MARGIN;
    let y = MARGIN;
    for (const { rect } of this.things(box)) {
      x = Math.max(x, rect.x + rect.width);
      y = Math.max(y, rect.y + rect.height);
    }
    return { x, y };
  }

  /** Makes a box hold all that is in it, pushing aside what it then touches, outwards up to the plane. */
  grow(box: Box): void {
    const rect = this.rects.get(box);
    if (rect === undefined || box.parent === null) return;
    const end = this.extent(box);
    const wider = end.x + BOX_PADDING.side - (rect.x + rect.width);
    const taller = end.y + BOX_PADDING.bottom - (rect.y + rect.height);
    if (wider <= 0 && taller <= 0) return;
    if (taller > 0) {
      rect.height += taller;
      this.push(box.parent, box, "y");
    }
    if (wider > 0) {
      rect.width += wider;
      this.push(box.parent, box, "x");
    }
    this.grow(box.parent);
  }

  /**
   * Moves what a grown box touches along one axis just far enough, and what that touches in turn: from the nearest to the farthest,
   * so that whoever is pushed meets those that were pushed before, and nobody is met twice. O(n²).
   */
  private push(level: Box, grown: Box, axis: "x" | "y"): void {
    const size = axis === "x" ? "width" : "height";
    const pushers = [this.rects.get(grown) as Rect];
    const others = this.things(level).filter((thing) => keyOf(thing) !== grown);
    for (const thing of others.toSorted((one, other) => one.rect[axis] - other.rect[axis])) {
      const { rect } = thing;
      const there = { ...rect };
      let pusher = pushers.find((each) => tooClose(there, each, TOUCH));
      if (pusher === undefined) continue;
      for (; pusher !== undefined; pusher = pushers.find((each) => tooClose(there, each, TOUCH)))
        there[axis] = Math.max(there[axis] + 1, pusher[axis] + pusher[size] + PUSH_GAP[axis]);
      this.shift(thing, axis, there[axis] - rect[axis]);
      pushers.push(there);
    }
  }

  /** Moves a thing with all that is in it. */
  carry(thing: Thing, dx: number, dy: number): void {
    this.shift(thing, "x", dx);
    this.shift(thing, "y", dy);
  }

  private shift(thing: Thing, axis: "x" | "y", by: number): void {
    if ("node" in thing) {
      this[axis][thing.node] = (this[axis][thing.node] as number) + by;
      return;
    }
    thing.rect[axis] += by;
    for (const inner of this.things(thing.box)) this.shift(inner, axis, by);
  }

  toLayout(): Omit<Layout, "links"> {
    const end = this.extent(this.input.root);
    return {
      nodes: this.input.nodes.map((node, index) => {
        const box = this.input.boxOf[index] as Box;
        const at = { x: this.x[index] as number, y: this.y[index] as number };
        return { id: node.id, ...at, box: box.depth < 0 ? null : box.id };
      }),
      boxes: this.input.boxes.map((box) => ({
        id: box.id,
        parent: box.parent === null || box.parent.depth < 0 ? null : box.parent.id,
        depth: box.depth,
        ...(this.rects.get(box) as Rect),
      })),
      width: end.x + MARGIN,
      height: end.y + MARGIN,
    };
  }
}
