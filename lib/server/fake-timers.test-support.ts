/** A clock that moves only when told; for tests. */
import type { Timers } from "#lib/server/clock.ts";
import { milliseconds, unixSeconds } from "#lib/units.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Lets everything that is ready run: promise chains and one round of I/O callbacks. */
async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeTimers implements Timers {
  #ms = 0;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = 1_787_234_400) {
    this.#start = start;
  }

  now = () => unixSeconds(this.#start + this.#ms / 1000);
  monotonic = () => milliseconds(this.#ms);

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const sleeper: Sleeper = {
        due: this.#ms + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });

  /** Moves time on, waking sleepers in order and letting each one's consequences run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    await settle();
    for (;;) {
      const next = [...this.#sleepers].filter((each) => each.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#ms = Math.max(this.#ms, next.due);
      next.wake();
      await settle();
    }
    this.#ms = end;
    await settle();
  }

  /** Moves from sleeper to sleeper until `work` has ended. Real I/O between them takes as long as it takes, and no time of this clock. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    ended.catch(() => undefined);
    for (;;) {
      await settle();
      if (over) return ended;
      const next = Math.min(...[...this.#sleepers].map(({ due }) => due));
      if (Number.isFinite(next)) await this.advance(Math.max(0, next - this.#ms));
    }
  }
}
