/** Readings of days, which change slowly and cost: shared by all who ask, and kept for some minutes. */
import type { Problem } from "#lib/errors.ts";
import { type Milliseconds, milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { SingleFlight } from "./flight.ts";

/** So long a reading is kept, and so soon one that failed in part is tried again. */
const KEEP = milliseconds(10 * 60_000);
const RETRY = milliseconds(30_000);
/** Different readings kept at once. */
const MOST = 32;

interface Reading {
  /** By source name: why it could not say what was there. */
  readonly failures: ReadonlyMap<string, Problem>;
}

export class Keeper<T extends Reading> {
  readonly #timers: Timers;
  readonly #flights = new SingleFlight<T>();
  readonly #kept = new Map<string, { readonly reading: T; readonly readAt: Milliseconds }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** What was read under this key, or is read now. Rejects as `read` does, and by the signal. */
  async get(key: string, read: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const kept = this.#kept.get(key);
    const good = kept !== undefined && kept.reading.failures.size === 0 ? KEEP : RETRY;
    if (kept !== undefined && this.#timers.monotonic() - kept.readAt < good) return kept.reading;
    const reading = await this.#flights.run(key, read, signal);
    this.#kept.delete(key);
    this.#kept.set(key, { reading, readAt: this.#timers.monotonic() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }
}
