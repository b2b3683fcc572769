/**
 * What time it is where the graph is made. A browser's clock may be wrong by hours; then an age would be wrong, "now" would lie in the
 * server's future or past, and a graph that nobody refreshes would look new. So every answer of our own server sets it right.
 */
import { differenceHeard } from "#lib/clock-difference.ts";

let ahead = 0;

/** Takes in the Date header of an answer that was asked for at `sent` and came at `received` (unix milliseconds). */
export function hearDate(header: string | null, sent: number, received: number): void {
  ahead = differenceHeard(ahead, header, sent, received);
}

/** Unix milliseconds by the server's clock; by the browser's own until the server has told, or where they agree. */
export const serverNow = (now: number = Date.now()): number => now + ahead;
