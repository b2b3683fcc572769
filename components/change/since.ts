/** Windows after a change. Pure. */
import { WINDOWS, type Window, windowSeconds } from "#lib/api/windows.ts";

/** The longest window that holds nothing from before; the shortest there is while even that one does. */
export function windowSince(elapsedSeconds: number): Window {
  return WINDOWS.findLast((window) => windowSeconds(window) <= elapsedSeconds) ?? WINDOWS[0];
}
