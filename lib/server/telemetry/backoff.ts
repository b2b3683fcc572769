/** How long to leave a failing source alone. */
import { type Milliseconds, milliseconds, type Seconds } from "#lib/units.ts";

/** A source that came back is noticed within this time (or one poll, if that is longer). */
const LONGEST_MS = 15_000;

/**
 * The wait before try number `failures + 1`: two polls at the usual pace, then doubling up to 15 s, spread by ±10 % so
 * that replicas of the console don't knock together. `random` is in [0, 1).
 */
export function retryDelay(failures: number, poll: Seconds, random: number): Milliseconds {
  const usual = poll * 1000;
  const grown = usual * 2 ** Math.min(10, Math.max(0, failures - 2));
  return milliseconds(Math.round(Math.min(grown, Math.max(usual, LONGEST_MS)) * (0.9 + 0.2 * random)));
}
