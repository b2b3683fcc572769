/**
 * Graphs of past instants. They never change, so a few are kept; `at` is rounded (lib/api/graph-query.ts), so viewers of
 * the same moment share one.
 */
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { type Milliseconds, milliseconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Trial } from "./dry-runs.ts";
import { SingleFlight } from "./flight.ts";
import type { Hour, Hours } from "./hour.ts";
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

/** What a graph is drawn from, but for its marks. */
interface Read {
  readonly told: readonly Told[];
  readonly hour: Hour | null;
}

interface Kept {
  readonly past: PastGraph;
  readonly read: Read;
  /** Whether all but the marks is whole, which needn't be read again for them. */
  readonly whole: boolean;
  readonly trial: Trial | null | undefined;
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

  /**
   * The graph of an instant, with the state of its sources at the time of reading. `hour` comes with `edges=all`; `trials`: with the marks
   * of what policies on trial would have denied.
   */
  async graph(
    asked: Window,
    at: UnixSeconds,
    wants: { readonly latency: boolean; readonly hour: boolean; readonly trials?: boolean },
    signal?: AbortSignal,
  ): Promise<PastGraph> {
    const { trials = false } = wants;
    const key = JSON.stringify([asked, at, wants.latency, wants.hour, trials]);
    const kept = this.#kept.get(key);
    if (kept && (kept.past.whole || this.#deps.timers.monotonic() - kept.readAt < RETRY)) {
      this.#keep(key, kept);
      return kept.past;
    }
    return this.#flights.run(
      key,
      async (inner) => {
        const before = kept?.whole ? kept : null;
        const hour = wants.hour && before === null ? await this.#deps.hours.before(at, inner) : null;
        // A graph doesn't wait for long, nor fail, for want of the marks on it.
        const over = new AbortController();
        const trying = trials ? this.#try(asked, at, AbortSignal.any([inner, over.signal])) : null;
        const read = before?.read ?? {
          told: await Promise.all(this.#sources.map((source) => this.#ask(source, asked, at, wants.latency, inner))),
          hour,
        };
        const tried = await trying;
        // What was read of them before is better than nothing.
        const trial = tried === undefined ? kept?.trial : tried;
        over.abort();
        inner.throwIfAborted();
        const drawn = pastGraph(read.told, { asked, at, latency: wants.latency, hour: read.hour, trial }, this.#deps);
        const past = { ...drawn, whole: drawn.whole && trial !== undefined && !trial?.failures.size };
        this.#keep(key, { past, read, whole: drawn.whole, trial, readAt: this.#deps.timers.monotonic() });
        return past;
      },
      signal,
    );
  }

  /** undefined: no answer came in time. */
  #try(asked: Window, at: UnixSeconds, signal: AbortSignal): Promise<Trial | null | undefined> {
    return Promise.race([
      this.#deps.trials(asked, at, signal).catch(() => undefined),
      this.#deps.timers.sleep(PATIENCE, signal).then(() => undefined),
    ]);
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

  #keep(key: string, kept: Kept): void {
    // Last used, last dropped.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
