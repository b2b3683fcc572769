/**
 * Since when a Prometheus knows anything: what lies before is beyond its retention, or before it began. Found by asking
 * for `up`, which every scrape writes, at ever finer steps; that costs a few hundred samples and is asked rarely.
 */
import { countBy, metric } from "#lib/promql/build.ts";
import { type Milliseconds, milliseconds, type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { SingleFlight } from "./flight.ts";
import type { QueryClient } from "./query-client.ts";

export interface HorizonDeps {
  readonly timers: Timers;
  readonly timeout: Seconds;
}

/** The first sample after an instant; null: there is none. */
interface Found {
  readonly from: UnixSeconds;
  readonly first: UnixSeconds | null;
  readonly readAt: Milliseconds;
}

/** Retention moves on slowly; a Prometheus that has just begun soon knows enough. */
const KEPT_FOR = milliseconds(120_000);
const POINTS = 100;
/** Nobody scrapes more often. */
const FINEST = 1;
const UP = countBy([], metric("up"));

export class Horizon {
  readonly #client: QueryClient;
  readonly #deps: HorizonDeps;
  readonly #flights = new SingleFlight<void>();
  #found: Found | null = null;

  constructor(client: QueryClient, deps: HorizonDeps) {
    this.#client = client;
    this.#deps = deps;
  }

  /** Finds out about what lies after `from`. Never rejects: without an answer nothing is claimed. */
  async look(from: UnixSeconds, signal?: AbortSignal): Promise<void> {
    if (this.#covering(from) !== null) return;
    await this.#flights.run(String(from), (inner) => this.#search(from, inner), signal).catch(() => undefined);
  }

  /**
   * The first instant after `from` of which it knows something; `from` itself where it knows that; null: nothing is known
   * after it, or nobody has looked.
   */
  first(from: UnixSeconds): UnixSeconds | null {
    const first = this.#covering(from)?.first ?? null;
    return first === null ? null : unixSeconds(Math.max(from, first));
  }

  #covering(from: UnixSeconds): Found | null {
    const found = this.#found;
    if (found === null || this.#deps.timers.monotonic() - found.readAt > KEPT_FOR) return null;
    return from >= found.from ? found : null;
  }

  async #search(from: UnixSeconds, signal: AbortSignal): Promise<void> {
    const { timers } = this.#deps;
    let [length, end] = [timers.now() - from, timers.now()];
    let first: UnixSeconds | null = null;
    for (;;) {
      const step = seconds(Math.max(FINEST, Math.ceil(length / POINTS)));
      // Counted back from the end, which so is one of the steps.
      const start = unixSeconds(end - step * Math.ceil(length / step));
      const { series } = await this.#client.queryRange(UP, { start, end, step, timeout: this.#deps.timeout, signal });
      first = series[0]?.times[0] ?? first;
      if (first === null || first <= start || step <= FINEST) break;
      [length, end] = [step, first];
    }
    this.#found = { from, first, readAt: timers.monotonic() };
  }
}
