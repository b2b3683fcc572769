/**
 * What time it is where the graph is made. A browser's clock may be wrong by hours; then an age would be wrong, "now" would lie in the
 * server's future or past, and a graph that nobody refreshes would look new. So every answer of our own server sets it right.
 */

/** Milliseconds of difference that are none: the Date header has whole seconds, and an answer is under way for a moment. */
const SLACK_MS = 3_000;

let ahead = 0;

/** An answer that took longer says too little of when it was dated: the page may have slept between asking and hearing. */
const LONGEST_MS = 10_000;

/**
 * Takes in the Date header of an answer (https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1) that was asked for at `sent` and came at
 * `received` (unix milliseconds). What is known already stays where the header fits it.
 */
export function hearDate(header: string | null, sent: number, received: number): void {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told) || received < sent || received - sent > LONGEST_MS) return;
  const fits = (by: number) => told >= sent + by - SLACK_MS && told <= received + by + SLACK_MS;
  if (fits(0)) ahead = 0;
  else if (!fits(ahead)) ahead = told - received;
}

/** Unix milliseconds by the server's clock; by the browser's own until the server has told, or where they agree. */
export const serverNow = (now: number = Date.now()): number => now + ahead;
