/**
 * Collapsing and expanding in place. A collapsed box stands in the middle of where it was, and one that is expanded again
 * lies where it lay, with everything in it, unless something else has taken that place meanwhile. Pure.
 */
import { CELL } from "./metrics.ts";
import type { Layout, LayoutInput, PlacedBox, PlacedNode } from "./model.ts";

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const cellOf = ({ x, y }: PlacedNode): Rect => ({
  x: x - CELL.width / 2,
  y: y - CELL.middle,
  width: CELL.width,
  height: CELL.height,
});

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Parents by box, as the input nests them. */
function parentsOf({ nodes }: LayoutInput): ReadonlyMap<string, string | null> {
  const parents = new Map<string, string | null>();
  for (const { boxes } of nodes) for (const [depth, id] of boxes.entries()) parents.set(id, boxes[depth - 1] ?? null);
  return parents;
}

/**
 * The layout before with what can be known of today's newcomers: `earlier` holds the last place of everything that was ever
 * drawn. Cost: boxes that come back × what stands.
 */
export function recall(previous: Layout, earlier: Layout, input: LayoutInput): Layout {
  const parents = parentsOf(input);
  const wanted = new Map(input.nodes.map((node) => [node.id, node]));
  const boxes = new Map(previous.boxes.map((box) => [box.id, box]));
  const nodes = new Map(previous.nodes.map((node) => [node.id, node]));
  const earlierBoxes = new Map(earlier.boxes.map((box) => [box.id, box]));
  const earlierNodes = Map.groupBy(earlier.nodes, ({ box }) => box);

  // Collapsed: the node that stands for a box has the box's id.
  for (const { id, boxes: around } of input.nodes) {
    const was = boxes.get(id) ?? earlierBoxes.get(id);
    const parent = around.at(-1) ?? null;
    if (nodes.has(id) || was === undefined || was.parent !== parent) continue;
    nodes.set(id, { id, x: Math.floor(was.x + was.width / 2), y: Math.floor(was.y + was.height / 2), box: parent });
  }

  const standing = previous.nodes.filter(({ id }) => wanted.has(id)).map(cellOf);
  const keptBoxes = previous.boxes.filter(({ id }) => parents.has(id));
  const free = (rect: PlacedBox) =>
    keptBoxes.every((other) => !overlap(rect, other) || inside(rect, other)) &&
    standing.every((other) => !overlap(rect, other));
  /** A box and what it held comes back as one. */
  const restore = (box: PlacedBox) => {
    boxes.set(box.id, box);
    for (const node of earlierNodes.get(box.id) ?? []) if (wanted.has(node.id)) nodes.set(node.id, node);
    for (const inner of earlier.boxes) if (inner.parent === box.id && parents.has(inner.id)) restore(inner);
  };
  // Expanded: outermost first, so that what lies inside comes with it.
  for (const box of earlier.boxes) {
    const parent = parents.get(box.id);
    if (parent === undefined || parent !== box.parent || boxes.has(box.id)) continue;
    const outer = parent === null ? null : boxes.get(parent);
    if (outer === undefined || (outer !== null && !inside(box, outer)) || !free(box)) continue;
    restore(box);
  }
  return { ...previous, nodes: [...nodes.values()], boxes: [...boxes.values()] };
}

/** Everything that was ever drawn, at its last place. */
export function remember(earlier: Layout | null, now: Layout): Layout {
  if (earlier === null) return now;
  const join = <T extends { readonly id: string }>(old: readonly T[], fresh: readonly T[]) => {
    const known = new Set(fresh.map(({ id }) => id));
    return [...fresh, ...old.filter(({ id }) => !known.has(id))];
  };
  return { ...now, nodes: join(earlier.nodes, now.nodes), boxes: join(earlier.boxes, now.boxes) };
}
