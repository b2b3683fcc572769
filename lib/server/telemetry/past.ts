/**
 * Graphs of past instants. They never change, so a few are kept; `at` is rounded (lib/api/graph-query.ts), so viewers of
 * the same moment share one.
 */
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { type Milliseconds, milliseconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { DryRunReading } from "./dry-runs.ts";
import { SingleFlight } from "./flight.ts";
import type { Hours } from "./hour.ts";
import { type PastGraph, type PastGraphDeps, pastGraph, type Told, toldOf, untold } from "./past-graph.ts";
import type { Source } from "./source.ts";

export interface PastDeps extends PastGraphDeps {
  readonly hours: Hours;
  /** What policies on trial would have denied then; null where the window is too long to ask that. */
  readonly trials: (window: Window, at: UnixSeconds, signal: AbortSignal) => Promise<Trial | null>;
}

/** A graph of 1,000 workloads with its buckets takes some 10 MB. */
const KEPT = 8;
/** The counters of dry runs are asked beside the rates, and have so long. */
const PATIENCE = milliseconds(2_000);
/** What a failing source left out may be there at the next try: so soon, however many ask. */
export const RETRY = milliseconds(15_000);

type Trial = Pick<DryRunReading, "counts" | "failures">;

interface Kept {
  readonly past: PastGraph;
  readonly readAt: Milliseconds;
}

export class Past {
  readonly #sources: readonly Source[];
  readonly #deps: PastDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #flights = new SingleFlight<PastGraph>();

  constructor(sources: readonly Source[], deps: PastDeps) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** The graph of an instant, with the state of its sources at the time of reading. `hour` comes with `edges=all`. */
  async graph(
    asked: Window,
    at: UnixSeconds,
    wants: { latency: boolean; hour: boolean },
    signal?: AbortSignal,
  ): Promise<PastGraph> {
    const key = JSON.stringify([asked, at, wants.latency, wants.hour]);
    const kept = this.#kept.get(key);
    // Last used, last dropped.
    this.#kept.delete(key);
    if (kept && (kept.past.whole || this.#deps.timers.monotonic() - kept.readAt < RETRY)) {
      this.#kept.set(key, kept);
      return kept.past;
    }
    return this.#flights.run(
      key,
      async (inner) => {
        const hour = wants.hour ? await this.#deps.hours.before(at, inner) : null;
        const { latency } = wants;
        // A graph doesn't wait for long, nor fail, for want of the marks on it.
        const over = new AbortController();
        const trial = Promise.race([
          this.#deps.trials(asked, at, AbortSignal.any([inner, over.signal])).catch(() => undefined),
          this.#deps.timers.sleep(PATIENCE, over.signal).then(() => undefined),
        ]);
        const told = await Promise.all(this.#sources.map((source) => this.#ask(source, asked, at, latency, inner)));
        const tried = await trial;
        over.abort();
        inner.throwIfAborted();
        const drawn = pastGraph(told, { asked, at, latency, hour, trials: tried?.counts ?? [] }, this.#deps);
        const past = { ...drawn, whole: drawn.whole && tried !== undefined && !tried?.failures.size };
        this.#keep(key, past);
        return past;
      },
      signal,
    );
  }

  async #ask(source: Source, asked: Window, at: UnixSeconds, latency: boolean, signal: AbortSignal): Promise<Told> {
    try {
      await source.learn(signal);
      const window = raiseWindow(asked, seconds(4 * (source.scrapeInterval() ?? 0)));
      const length = windowSeconds(window);
      const [rates, buckets] = await Promise.all([
        source.ask(source.questions("rates", length, true), at, signal),
        latency ? source.ask(source.questions("latency", length, true), at, signal) : null,
        source.horizon.look(unixSeconds(at - length), signal),
      ]);
      return toldOf(source, { window, rates, latency: buckets }, at, this.#deps);
    } catch (thrown) {
      return untold(source, problemOf(thrown), this.#deps.timers.now());
    }
  }

  #keep(key: string, past: PastGraph): void {
    this.#kept.set(key, { past, readAt: this.#deps.timers.monotonic() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
