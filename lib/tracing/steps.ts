/** Long work in steps: between two of them whoever drives it may let others have their turn. Pure. */

/** Yields wherever it may pause, mostly after MOST_ROWS rows: a few milliseconds of work. */
export type Steps<T> = Generator<void, T, void>;

/** Rows of a trace between two pauses. */
const MOST_ROWS = 1_000;

export const mayPause = (row: number): boolean => row % MOST_ROWS === MOST_ROWS - 1;

/** All of it without a pause, for where nobody else waits: a worker, a test. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
