/** How long to wait before another try. */

export interface Backoff {
  /** Milliseconds until the next try; longer each time. */
  next(): number;
  /** Something worked: begin anew. */
  reset(): void;
}

/**
 * Doubles from `first` to `most`, each between half and the whole of that at random, so that many consoles (and the many
 * watches of one) don't return in step.
 */
export function createBackoff(random: () => number, first = 500, most = 15_000): Backoff {
  let tries = 0;
  return {
    next() {
      const full = Math.min(most, first * 2 ** Math.min(tries, 30));
      tries++;
      return full / 2 + (random() * full) / 2;
    },
    reset() {
      tries = 0;
    },
  };
}
