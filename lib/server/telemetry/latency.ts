/**
 * The latency numbers of one poller. A scan of all buckets can cost ten times what rates cost, so it runs at its own
 * pace and its numbers carry their own instant.
 */
import { type Milliseconds, milliseconds, type Seconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Source, Timed } from "./source.ts";

/** Once rates are there, a scan that has earlier numbers isn't worth a longer wait: the next poll shows the new ones. */
const PATIENCE = milliseconds(250);
/** The scan gets this share of the time: one that takes 3 s runs every 12 s at most. */
const DUTY = 4;
/** Older numbers are dropped rather than shown beside today's rates. */
const KEEP_SECONDS = 300;

export class LatencyReader {
  readonly #source: Source;
  readonly #timers: Timers;
  readonly #poll: Seconds;
  #last: { readonly read: Timed; readonly window: Seconds } | null = null;
  #flight: Promise<void> | null = null;

  constructor(source: Source, timers: Timers, poll: Seconds) {
    this.#source = source;
    this.#timers = timers;
    this.#poll = poll;
  }

  /** The newest numbers of that window; null before the first and once they are too old. */
  current(window: Seconds): Timed | null {
    const read = this.#last?.window === window ? this.#last.read : null;
    if (read === null) return null;
    const rest = this.#timers.monotonic() - read.startedAt - DUTY * read.tookMs;
    return this.#timers.now() - read.at > KEEP_SECONDS && rest > 0 ? null : read;
  }

  /** Starts a scan unless one runs or the last one's cost says that it is too early. */
  start(window: Seconds, signal?: AbortSignal): void {
    const last = this.#last?.window === window ? this.#last.read : null;
    if (this.#flight !== null || (last !== null && !this.#due(last))) return;
    const flight = this.#source.read("latency", window, signal).then(
      (read) => {
        const failed = read.answers.size === 0 && read.failures.length > 0;
        // A failed scan keeps the numbers before it (their instant says how old they are) beside its own failure.
        const kept = failed && last !== null ? { ...last, failures: read.failures, startedAt: read.startedAt } : read;
        this.#last = { read: kept, window };
      },
      () => undefined,
    );
    this.#flight = flight.finally(() => {
      this.#flight = null;
    });
  }

  /** Waits for the running scan: for the first one as long as it takes, later only briefly. */
  async settle(window: Seconds): Promise<void> {
    if (this.#flight === null) return;
    if (this.#last?.window !== window) return this.#flight;
    const over = new AbortController();
    await Promise.race([this.#flight, this.#timers.sleep(PATIENCE, over.signal)]);
    over.abort();
  }

  #due(last: Timed): boolean {
    // A little less than a poll, so that a tick that comes a moment early doesn't skip a turn.
    const pause: Milliseconds = milliseconds(Math.max(this.#poll * 900, DUTY * last.tookMs));
    return this.#timers.monotonic() - last.startedAt >= pause;
  }
}
