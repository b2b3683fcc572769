/**
 * Moving one thing by hand: it goes where it was put, or to the nearest free place, and everything else stays. A mark
 * stays in its box, which makes room to the right and below as for a newcomer; a box takes along what it holds. Pure.
 */
import { type Box, hierarchy } from "./hierarchy.ts";
import type { Layout, LayoutInput } from "./model.ts";
import { Plane, type Thing, TOUCH } from "./plane.ts";
import { freePlace, type Rect } from "./slots.ts";
import { keepSurvivors } from "./warm.ts";

export interface Move {
  readonly id: string;
  /** World units. */
  readonly dx: number;
  readonly dy: number;
  /** `drop`: there, or as near as can be. `step`: so far that way, or as many times that as it takes to find room. */
  readonly how: "drop" | "step";
}

/** So many steps lie between a thing and the farthest place that a key moves it to. */
const STEPS = 40;

interface Found {
  readonly thing: Thing;
  readonly parent: Box;
}

function find(plane: Plane, id: string): Found | null {
  const { input } = plane;
  for (const parent of [input.root, ...input.boxes]) {
    for (const thing of plane.things(parent)) {
      const own = "box" in thing ? thing.box.id : input.nodes[thing.node]?.id;
      if (own === id) return { thing, parent };
    }
  }
  return null;
}

/** Where a thing may be put: inside its parent, which grows by as much as it takes; the plane up to twice as large as it is. */
function reach(plane: Plane, { thing, parent }: Found, { dx, dy, how }: Move): Rect {
  const { width, height } = thing.rect;
  const area = plane.area(parent, width, height);
  if (parent.parent === null) {
    const end = plane.extent(parent);
    return { ...area, width: area.width + end.x, height: area.height + end.y };
  }
  // The last step may lead a part of one beyond what is taken.
  const [beyondX, beyondY] = how === "step" ? [Math.abs(dx), Math.abs(dy)] : [0, 0];
  return {
    ...area,
    width: area.width + width + TOUCH.x + beyondX,
    height: area.height + height + TOUCH.y + beyondY,
  };
}

function placeFor({ dx, dy, how }: Move, rect: Rect, area: Rect, taken: readonly Rect[]): Rect | null {
  const wanted = (times: number): Rect => ({
    ...rect,
    x: Math.round(rect.x + dx * times),
    y: Math.round(rect.y + dy * times),
  });
  if (how === "drop") return freePlace(wanted(1), area, taken, TOUCH);
  for (let times = 1; times <= STEPS; times++) {
    const there = wanted(times);
    const free = freePlace(there, area, taken, TOUCH);
    if (free !== null && free.x === there.x && free.y === there.y) return free;
  }
  return null;
}

/** The layout after a move; null where nothing moves. `layout` is the input's. O(n + boxes). */
export function moved(input: LayoutInput, layout: Layout, move: Move): Layout | null {
  if (!Number.isFinite(move.dx) || !Number.isFinite(move.dy)) return null;
  const plane = new Plane(hierarchy(input));
  keepSurvivors(plane, layout);
  const found = find(plane, move.id);
  if (found === null) return null;
  const { thing, parent } = found;
  const from = { ...thing.rect };
  const taken = plane.things(parent).flatMap(({ rect }) => (rect.x === from.x && rect.y === from.y ? [] : [rect]));
  const to = placeFor(move, from, reach(plane, found, move), taken);
  if (to === null || (to.x === from.x && to.y === from.y)) return null;
  plane.carry(thing, to.x - from.x, to.y - from.y);
  plane.grow(parent);
  return { ...plane.toLayout(), links: layout.links };
}
