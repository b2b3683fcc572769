/** How often a window is read: one of days hardly moves from one poll to the next, and each read scans all of it. */
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import { type Seconds, seconds } from "#lib/units.ts";

/** Up to this long a window follows every poll. */
const LONG = seconds(24 * 3600);
/** In this time a window of 7 days moves by a twentieth of a per cent. */
const SLOW = seconds(300);

/** From one read of a window to the next. */
export function paceOf(window: Window, poll: Seconds): Seconds {
  return windowSeconds(window) <= LONG ? poll : seconds(Math.max(poll, SLOW));
}
