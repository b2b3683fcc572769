/** What the canvas shows, as it is asked by what happens on it. */
import type { Scene, Strings } from "#lib/layout/scene.ts";
import type { Picked, Point, Renderer } from "#lib/render/renderer.ts";
import { type Cursor, cursorId, describeCursor, findCursor } from "./walk.ts";

/** What is drawn, kept beside React: a scene goes from the worker to the renderer without a render between. */
export interface Drawn {
  readonly scene: Scene;
  readonly strings: Strings;
}

/** CSS pixels of a box from its top that stand for all of it; below it a press is a press on nothing. */
const TITLE = 30;

export function onTitle(drawn: Drawn | null, id: string, renderer: Renderer, at: Point | null): boolean {
  const box = drawn?.strings.boxes.find((one) => one.id === id);
  if (box === undefined || at === null) return false;
  const { y, k } = renderer.getCamera();
  return at.y - (box.y * k + y) <= TITLE;
}

/** Boxes only hold things together: a press inside one is a press on nothing. */
export function isBox(drawn: Drawn | null, id: string): boolean {
  return drawn !== null && drawn.strings.boxes.some((box) => box.id === id) && !drawn.strings.nodeIds.includes(id);
}

/** What a press there takes into the hand instead of moving the map: the selected mark, or the selected box by its title; else null. */
export function gripped(
  drawn: Drawn | null,
  selected: string | null,
  renderer: Renderer | null,
  at: Point,
): string | null {
  const picked = selected === null || renderer === null ? null : renderer.pick(at);
  if (picked === null || renderer === null || picked.id !== selected || picked.kind === "edge") return null;
  return picked.kind === "node" || onTitle(drawn, picked.id, renderer, at) ? picked.id : null;
}

/** What keys move: the mark that the walk stands on, else the selected mark or box; null where that is an edge, or nothing. */
export function movable({ strings }: Drawn, cursor: Cursor | null, selected: string | null) {
  const id = cursor === null ? selected : cursor.kind === "node" ? cursorId(strings, cursor) : null;
  if (id === null) return null;
  const name = strings.nodeLabels[strings.nodeIds.indexOf(id)] ?? strings.boxes.find((box) => box.id === id)?.label;
  return name === undefined ? null : { id, name };
}

/** Where a node is in the drawing; of an edge, where it ends. */
export function placeOf(drawn: Drawn | null, id: string): Point | null {
  const cursor = drawn === null ? null : findCursor(drawn.strings, id);
  if (drawn === null || cursor === null) return null;
  const { nodes, edges } = drawn.scene;
  const index = cursor.kind === "node" ? cursor.index : (edges.target[cursor.index] ?? 0);
  return { x: nodes.x[index] ?? 0, y: nodes.y[index] ?? 0 };
}

export interface Pointed {
  readonly thing: Picked | null;
  readonly at: Point | null;
}

/** Says beside the pointer what it is on. Written past React: the pointer moves more often than anything should render. */
export function showTip(tip: HTMLDivElement | null, drawn: Drawn | null, { thing, at }: Pointed): void {
  if (tip === null) return;
  const cursor = drawn !== null && thing !== null && thing.kind !== "box" ? findCursor(drawn.strings, thing.id) : null;
  tip.hidden = cursor === null || at === null;
  if (cursor === null || at === null || drawn === null) return;
  tip.textContent = describeCursor(drawn.scene, drawn.strings, cursor);
  tip.style.transform = `translate(${at.x + 14}px, ${at.y + 14}px)`;
}

/** The walk goes on from the same thing when the drawing's indexes have changed. */
export function sameStop(before: Drawn | null, strings: Strings, cursor: Cursor | null): Cursor | null {
  if (before === null || cursor === null) return null;
  const id = cursorId(before.strings, cursor);
  return id === null ? null : findCursor(strings, id);
}
