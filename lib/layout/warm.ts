/**
 * A layout from the one before: whoever stays, stays put; newcomers take free places near their first neighbour. Only a box
 * without a free place grows, and only what it then touches moves.
 */
import { coldLayout } from "./cold.ts";
import { type Box, type Hierarchy, hierarchy, pathOf } from "./hierarchy.ts";
import { BOX_GAP, CELL, MARGIN, NODE_GAP } from "./metrics.ts";
import { byText, type Layout } from "./model.ts";
import { Plane } from "./plane.ts";
import { freePlace, type Rect } from "./slots.ts";

interface Neighbour {
  readonly node: number;
  /** Whether the neighbour calls this node: then this one stands right of it. */
  readonly calls: boolean;
}

function neighboursOf(input: Hierarchy): Neighbour[][] {
  const lists: Neighbour[][] = input.nodes.map(() => []);
  for (const { source, target } of input.links) {
    lists[target]?.push({ node: source, calls: true });
    lists[source]?.push({ node: target, calls: false });
  }
  // Indexes follow ids, so that the first neighbour is the same whatever came first over the wire; callers before callees.
  for (const list of lists) list.sort((a, b) => Number(b.calls) - Number(a.calls) || a.node - b.node);
  return lists;
}

/** Puts back what stood before and is still there. */
export function keepSurvivors(plane: Plane, previous: Layout): void {
  const { input } = plane;
  const boxes = new Map(previous.boxes.map((box) => [box.id, box]));
  for (const box of input.boxes) {
    const before = boxes.get(box.id);
    const parent = box.parent !== null && box.parent.depth >= 0 ? box.parent : null;
    const parentKept = parent === null || plane.rects.has(parent);
    if (before === undefined || before.parent !== (parent?.id ?? null) || !parentKept) continue;
    plane.rects.set(box, { x: before.x, y: before.y, width: before.width, height: before.height });
  }
  const nodes = new Map(previous.nodes.map((node) => [node.id, node]));
  input.nodes.forEach((node, index) => {
    const before = nodes.get(node.id);
    const box = input.boxOf[index] as Box;
    const id = box.depth < 0 ? null : box.id;
    if (before === undefined || before.box !== id || (id !== null && !plane.rects.has(box))) return;
    plane.x[index] = before.x;
    plane.y[index] = before.y;
  });
}

/** Takes a place for a rectangle inside `box`, growing it if there is none. */
function claim(plane: Plane, box: Box, wanted: Rect, gap: { x: number; y: number }): Rect {
  const area = plane.area(box, wanted.width, wanted.height);
  const taken = plane.things(box).map(({ rect }) => rect);
  const free = freePlace(wanted, area, taken, gap);
  if (free !== null) return free;
  const end = plane.extent(box);
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, Math.max(low, high)));
  if (area.width < area.height * 1.3) {
    const y = clamp(wanted.y, area.y, area.y + area.height - wanted.height);
    return { ...wanted, x: Math.max(area.x, end.x + gap.x), y };
  }
  const x = clamp(wanted.x, area.x, area.x + area.width - wanted.width);
  return { ...wanted, x, y: Math.max(area.y, end.y + gap.y) };
}

function wantedCell(plane: Plane, neighbours: readonly Neighbour[], area: Rect): Rect {
  const first = neighbours.find(({ node }) => plane.placed(node));
  if (first === undefined) return { x: area.x, y: area.y + area.height, width: CELL.width, height: CELL.height };
  const step = first.calls ? CELL.width + NODE_GAP.x : -(CELL.width + NODE_GAP.x);
  return {
    x: (plane.x[first.node] as number) + step - CELL.width / 2,
    y: (plane.y[first.node] as number) - CELL.middle,
    width: CELL.width,
    height: CELL.height,
  };
}

/** Newcomers in waves: first those whose neighbours stand already, then their neighbours; by id within a wave. */
function* placeNewcomers(
  plane: Plane,
  newcomers: readonly number[],
  neighbours: readonly Neighbour[][],
): Generator<void> {
  const waiting = new Set(newcomers);
  let wave = newcomers.filter((node) => neighbours[node]?.some((other) => plane.placed(other.node)));
  while (waiting.size > 0) {
    if (wave.length === 0) wave = [Math.min(...waiting)];
    const next = new Set<number>();
    for (const node of wave.sort((a, b) => a - b)) {
      if (!waiting.delete(node)) continue;
      yield;
      const box = plane.input.boxOf[node] as Box;
      const near = neighbours[node] as Neighbour[];
      const area = plane.area(box, CELL.width, CELL.height);
      plane.put(node, claim(plane, box, wantedCell(plane, near, area), NODE_GAP));
      plane.grow(box);
      for (const other of near) if (waiting.has(other.node)) next.add(other.node);
    }
    wave = [...next].filter((node) => waiting.has(node));
  }
}

/** A box that wasn't there: arranged by itself, then put near what its members talk to. */
function* placeBox(
  plane: Plane,
  box: Box,
  neighbours: readonly Neighbour[][],
  stood: { readonly x: number; readonly y: number } | undefined,
  seed: number,
): Generator<void> {
  const { input } = plane;
  const depth = box.depth;
  const members = input.nodes.flatMap((_, index) =>
    pathOf(input.boxOf[index] as Box)[depth + 1] === box ? [index] : [],
  );
  const inside = new Set(members);
  const idOf = (index: number) => input.nodes[index]?.id ?? "";
  const inner = yield* coldLayout(
    hierarchy({
      nodes: members.map((index) => ({
        id: idOf(index),
        boxes: pathOf(input.boxOf[index] as Box)
          .slice(depth + 1)
          .map(({ id }) => id),
      })),
      edges: input.links.flatMap(({ source, target, weight }) =>
        inside.has(source) && inside.has(target) ? [{ source: idOf(source), target: idOf(target), weight }] : [],
      ),
    }),
    seed,
  );
  const own = inner.boxes.find(({ id }) => id === box.id);
  if (own === undefined || box.parent === null) return;

  const near = members.flatMap((index) => neighbours[index] ?? []).filter(({ node }) => plane.placed(node));
  const first = near.sort((a, b) => Number(b.calls) - Number(a.calls) || a.node - b.node)[0];
  const end = plane.extent(box.parent);
  const wanted: Rect = { x: MARGIN, y: end.y + BOX_GAP.y, width: own.width, height: own.height };
  if (stood !== undefined) {
    wanted.x = Math.floor(stood.x - own.width / 2);
    wanted.y = Math.floor(stood.y - own.height / 2);
  } else if (first !== undefined) {
    const reach = CELL.width / 2 + BOX_GAP.x;
    wanted.x = (plane.x[first.node] as number) + (first.calls ? reach : -reach - own.width);
    wanted.y = Math.floor((plane.y[first.node] as number) - own.height / 2);
  }
  const place = claim(plane, box.parent, wanted, BOX_GAP);
  const dx = place.x - own.x;
  const dy = place.y - own.y;
  const rects = new Map(inner.boxes.map((rect) => [rect.id, rect]));
  for (const other of input.boxes) {
    const rect = pathOf(other)[depth + 1] === box ? rects.get(other.id) : undefined;
    if (rect === undefined) continue;
    plane.rects.set(other, { x: rect.x + dx, y: rect.y + dy, width: rect.width, height: rect.height });
  }
  const at = new Map(inner.nodes.map((node) => [node.id, node]));
  for (const index of members) {
    const node = at.get(idOf(index));
    plane.x[index] = (node?.x ?? 0) + dx;
    plane.y[index] = (node?.y ?? 0) + dy;
  }
  plane.grow(box.parent);
}

export function* warmLayout(input: Hierarchy, previous: Layout, seed: number): Generator<void, Layout> {
  const plane = new Plane(input);
  keepSurvivors(plane, previous);
  const neighbours = neighboursOf(input);
  const newcomers = input.nodes.flatMap((_, index) => {
    const box = input.boxOf[index] as Box;
    return !plane.placed(index) && (box.depth < 0 || plane.rects.has(box)) ? [index] : [];
  });
  yield* placeNewcomers(plane, newcomers, neighbours);
  const fresh = input.boxes
    .filter((box) => !plane.rects.has(box))
    .sort((a, b) => a.depth - b.depth || byText(a.id, b.id));
  // A group that is opened had a mark of its own: the box comes up around it.
  const stood = new Map(previous.nodes.map((node) => [node.id, node]));
  for (const box of fresh) {
    if (!plane.rects.has(box)) yield* placeBox(plane, box, neighbours, stood.get(box.id), seed);
  }
  return { ...plane.toLayout(), links: previous.links };
}
