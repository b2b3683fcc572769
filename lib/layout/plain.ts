/**
 * Layouts that know marks and connections but no boxes: a grid, rings around what is connected most, and rows by the number of
 * calls from where traffic comes in. As deterministic as the layered one: the same graph gives the same bytes. Pure.
 */
import { breadthFirst } from "./breadth-first.ts";
import { concentric } from "./concentric.ts";
import { grid } from "./grid.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { CELL, MARGIN } from "./metrics.ts";
import type { Corners, Layout, PlainStyle } from "./model.ts";

const STYLES: Readonly<Record<PlainStyle, (input: Hierarchy) => Corners>> = {
  grid,
  concentric,
  breadthfirst: breadthFirst,
};

/** Boxes of the input are left out. O(n log n + e). */
export function plainLayout(input: Hierarchy, style: PlainStyle): Layout {
  const { x, y } = STYLES[style](input);
  const left = x.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const top = y.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const nodes = input.nodes.map(({ id }, at) => ({
    id,
    x: (x[at] as number) - left + MARGIN + CELL.width / 2,
    y: (y[at] as number) - top + MARGIN + CELL.middle,
    box: null,
  }));
  return {
    nodes,
    boxes: [],
    width: nodes.reduce((most, node) => Math.max(most, node.x), 0) + CELL.width / 2 + MARGIN,
    height: nodes.reduce((most, node) => Math.max(most, node.y), 0) + CELL.height - CELL.middle + MARGIN,
    links: input.links.length,
  };
}
