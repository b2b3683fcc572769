/** How far the server's clock is ahead of the browser's, by the Date headers of its answers. Pure. */

/** Milliseconds of difference that are none: the Date header has whole seconds, and an answer is under way for a moment. */
const SLACK_MS = 3_000;
/** An answer that took longer says too little of when it was dated: the page may have slept between asking and hearing. */
const LONGEST_MS = 10_000;

/**
 * Milliseconds to add to the browser's clock, after an answer with this Date header
 * (https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1) that was asked for at `sent` and came at `received` (unix milliseconds).
 * What is known already stays where the header fits it, or says nothing.
 */
export function differenceHeard(known: number, header: string | null, sent: number, received: number): number {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told) || received < sent || received - sent > LONGEST_MS) return known;
  const fits = (by: number) => told >= sent + by - SLACK_MS && told <= received + by + SLACK_MS;
  if (fits(0)) return 0;
  return fits(known) ? known : told - received;
}
