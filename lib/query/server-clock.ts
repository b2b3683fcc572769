/**
 * What time it is where the graph is made. A browser's clock may be wrong by hours; then an age would be wrong, "now" would lie in the
 * server's future or past, and a graph that nobody refreshes would look new. So every answer of our own server sets it right.
 */

/** Milliseconds of difference that are none: the Date header has whole seconds, and an answer is under way for a moment. */
const SLACK_MS = 3_000;

let ahead = 0;

/** Takes in the Date header of an answer (https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1) that came at `now` (unix milliseconds). */
export function hearDate(header: string | null, now: number): void {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told)) return;
  const off = told - now;
  ahead = Math.abs(off) <= SLACK_MS ? 0 : off;
}

/** Unix milliseconds by the server's clock; by the browser's own until the server has told, or where they agree. */
export const serverNow = (now: number = Date.now()): number => now + ahead;
