import type { AreaStart } from "./area-zoom.tsx";

/** A press that moves less, in CSS pixels, is a click. */
const SLOP = 4;

/** Follows a press with Shift until it has become a drag, or has ended before: nothing listens while nobody presses. */
export function watchShiftDrag(
  press: { readonly clientX: number; readonly clientY: number },
  begin: (start: AreaStart) => void,
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
