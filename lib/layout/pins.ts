/**
 * What was put elsewhere by hand, taken out of one drawing and put into another of the same things, as a link does. Pins are
 * of what a hand moved and of what made room for it, each by its place in its box: on the same cold layout all of them
 * make the same drawing, and on another one each is as near to its place as can be. Pure.
 */
import { type Box, hierarchy } from "./hierarchy.ts";
import { CELL } from "./metrics.ts";
import type { Layout, LayoutInput, PlacedBox, PlacedNode } from "./model.ts";
import { FARTHEST, keyOfId, type Pin, writePins } from "./pin-text.ts";
import { Plane, type Thing, TOUCH } from "./plane.ts";
import { freePlace, type Rect } from "./slots.ts";
import { keepSurvivors } from "./warm.ts";

/** Where everything stands, by id. */
function pinsById({ nodes, boxes }: Layout): ReadonlyMap<string, Pin> {
  const origins = new Map(boxes.map((box) => [box.id, box]));
  const origin = (id: string | null) => (id === null ? undefined : origins.get(id)) ?? { x: 0, y: 0 };
  const of = ({ id, x, y }: PlacedBox | PlacedNode, parent: string | null, size: Pin["size"]): [string, Pin] => {
    const from = origin(parent);
    return [id, { key: keyOfId(id), x: x - from.x, y: y - from.y, size }];
  };
  return new Map([
    ...nodes.map((node) => of({ ...node, x: node.x - CELL.width / 2, y: node.y - CELL.middle }, node.box, null)),
    ...boxes.map((box) => of(box, box.parent, { width: box.width, height: box.height })),
  ]);
}

const same = (a: Pin, b: Pin) =>
  a.x === b.x && a.y === b.y && a.size?.width === b.size?.width && a.size?.height === b.size?.height;

/** Ids of what stands elsewhere in its box than before, or is of another size: what was moved, and what made room. */
export function changedPlaces(before: Layout, after: Layout): readonly string[] {
  const was = pinsById(before);
  return [...pinsById(after)].flatMap(([id, pin]) => {
    const old = was.get(id);
    return old === undefined || same(old, pin) ? [] : [id];
  });
}

/** The pins of these ids, in their order; of what isn't there, none. */
export function pinsOf(layout: Layout, ids: readonly string[]): readonly Pin[] {
  const pins = pinsById(layout);
  return ids.flatMap((id) => pins.get(id) ?? []);
}

/** What a link says of places of which a hand chose some. */
export interface ByHand {
  /** As a look has it; "" where nothing was moved. */
  readonly text: string;
  /** Places chosen by hand, or pushed aside for one, that are in it. */
  readonly held: number;
  /** Those that don't fit. */
  readonly left: number;
  /** Whoever opens the link sees each thing at the place that it has here, as long as the same things are there. */
  readonly alike: boolean;
}

export const NONE_BY_HAND: ByHand = { text: "", held: 0, left: 0, alike: true };

const samePlaces = (a: Layout, b: Layout): boolean =>
  a.nodes.length === b.nodes.length && a.boxes.length === b.boxes.length && changedPlaces(a, b).length === 0;

/**
 * All places where they fit, so that nothing depends on what the reader's map is laid out from; else the hand's, the last
 * ones first. None where nothing was moved and `cold`, what is drawn laid out afresh, has them anyway: a map that grew with
 * its mesh has not. `fresh`: what is drawn was laid out afresh, so that nobody needs to do it again.
 */
export function byHandOf(layout: Layout, cold: () => Layout, fresh = false): ByHand {
  const hand = pinsOf(layout, (layout.byHand ?? []).toReversed());
  if (fresh && hand.length === 0) return NONE_BY_HAND;
  const whole = writePins([...pinsById(layout).values()]);
  if (whole.left === 0) {
    if (hand.length === 0 && samePlaces(layout, cold())) return NONE_BY_HAND;
    return { text: whole.text, held: hand.length, left: 0, alike: true };
  }
  const { text, left } = writePins(hand);
  return { text, held: hand.length - left, left, alike: false };
}

/** Ids by key; of two that share one, neither. */
function idsByKey({ nodes, boxes }: Layout): ReadonlyMap<string, string> {
  const ids = Map.groupBy(
    [...nodes, ...boxes].map(({ id }) => id),
    keyOfId,
  );
  return new Map(
    [...ids].flatMap(([key, [id, ...others]]) => (id === undefined || others.length > 0 ? [] : [[key, id]])),
  );
}

/** The nearest place in a parent that grows as far as it takes. */
function placeFor(plane: Plane, parent: Box, wanted: Rect, taken: readonly Rect[]): Rect | null {
  const area = plane.area(parent, wanted.width, wanted.height);
  const right = Math.max(area.x + area.width, ...[wanted, ...taken].map(({ x, width }) => x + width));
  const bottom = Math.max(area.y + area.height, ...[wanted, ...taken].map(({ y, height }) => y + height));
  const room = {
    ...area,
    width: right + TOUCH.x + wanted.width - area.x,
    height: bottom + TOUCH.y + wanted.height - area.y,
  };
  return freePlace(wanted, room, taken, TOUCH);
}

function putInto(plane: Plane, parent: Box, pins: ReadonlyMap<string, Pin>): void {
  const idOf = (thing: Thing) => ("box" in thing ? thing.box.id : (plane.input.nodes[thing.node]?.id ?? ""));
  const things = plane.things(parent);
  const held = new Map(things.map((thing) => [idOf(thing), thing]));
  // All of them are in the hand at once, so that two may have changed places.
  const others = things.filter((thing) => !pins.has(idOf(thing)));
  const first = others.length * 2 < things.length;
  const taken = first ? [] : others.map(({ rect }) => rect);
  const origin = plane.rects.get(parent) ?? { x: 0, y: 0 };
  const put = (thing: Thing, at: { readonly x: number; readonly y: number }) => {
    const from = { ...thing.rect };
    const to = placeFor(plane, parent, { ...from, x: at.x, y: at.y }, taken) ?? from;
    plane.carry(thing, to.x - from.x, to.y - from.y);
    taken.push(to);
  };
  for (const [id, { x, y, size }] of pins) {
    const thing = held.get(id);
    if (thing === undefined) continue;
    if ("box" in thing && size !== null) {
      // What it holds gets room, if that is too little.
      thing.rect.width = first ? size.width : Math.max(thing.rect.width, size.width);
      thing.rect.height = first ? size.height : Math.max(thing.rect.height, size.height);
    }
    put(thing, { x: origin.x + x, y: origin.y + y });
  }
  // Where most have a pin, it is the few others that give way.
  if (first) for (const thing of others) put(thing, thing.rect);
  plane.grow(parent);
}

/** The layout with pins in force, and the ids that they were of; stale ones do nothing. `layout` is the input's. O(n + pins × n). */
export function pinned(
  input: LayoutInput,
  layout: Layout,
  pins: readonly Pin[],
): { readonly layout: Layout; readonly ids: readonly string[] } {
  const ids = idsByKey(layout);
  const known = new Map(
    pins.flatMap((pin): readonly (readonly [string, Pin])[] => {
      const id = ids.get(pin.key);
      return id === undefined || Math.max(pin.x, pin.y) > FARTHEST ? [] : [[id, pin]];
    }),
  );
  if (known.size === 0) return { layout, ids: [] };
  const plane = new Plane(hierarchy(input));
  keepSurvivors(plane, layout);
  for (const parent of [plane.input.root, ...plane.input.boxes]) putInto(plane, parent, known);
  return { layout: { ...layout, ...plane.toLayout() }, ids: [...known.keys()] };
}
