import type { Point } from "#lib/render/camera.ts";

/** A drag that is under way, from a point of the page, in CSS pixels. */
export interface DragStart {
  readonly from: Point;
  readonly pointer: number;
}

/** What a hand does on the map beyond moving it: draw an area (`start`: null until something is pressed), or move a thing. */
export type Hand =
  | { readonly do: "area"; readonly start: DragStart | null }
  | { readonly do: "move"; readonly id: string; readonly start: DragStart };

/** A press that moves less, in CSS pixels, is a click. */
const SLOP = 4;

/** Follows a press until it has become a drag, or has ended before: nothing listens while nobody presses. */
export function watchDrag(
  press: { readonly clientX: number; readonly clientY: number },
  begin: (start: DragStart) => void,
): void {
  const watch = new AbortController();
  const { signal } = watch;
  const from = { x: press.clientX, y: press.clientY };
  const moved = ({ clientX, clientY, pointerId }: PointerEvent) => {
    if (Math.hypot(clientX - from.x, clientY - from.y) < SLOP) return;
    watch.abort();
    begin({ from, pointer: pointerId });
  };
  window.addEventListener("pointermove", moved, { signal });
  for (const end of ["pointerup", "pointercancel", "blur"])
    window.addEventListener(end, () => watch.abort(), { signal });
}

/** Takes a pointer for an element, which then hears all of its drag. false: the hand was quicker, and holds nothing any more. */
export function capture(element: Element, pointer: number): boolean {
  try {
    element.setPointerCapture(pointer);
    return true;
  } catch {
    return false;
  }
}
