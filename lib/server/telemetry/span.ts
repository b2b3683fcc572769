/**
 * What sources said at every step of a span, by one range query a read. The last few answers are kept for a while:
 * viewers of the same span share them, whatever part of the mesh each one looks at.
 */
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import type { Matrix } from "#lib/promql/result.ts";
import { vectorAt } from "#lib/promql/slice.ts";
import { type Milliseconds, milliseconds, type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { SingleFlight } from "./flight.ts";
import { type PastGraph, type PastGraphDeps, pastGraph, toldOf, untold } from "./past-graph.ts";
import type { Asked, AskedRange, Source } from "./source.ts";

/** Instants start, start + step, …, `count` of them. */
export interface Span {
  readonly start: UnixSeconds;
  readonly step: Seconds;
  readonly count: number;
}

interface SourceSpan {
  readonly source: Source;
  readonly window: Window;
  readonly rates: AskedRange | null;
  readonly latency: AskedRange | null;
  /** Why there is nothing at all. */
  readonly problem: Problem | null;
}

export const instantOf = ({ start, step }: Span, index: number): UnixSeconds => unixSeconds(start + index * step);

/** An answer of the size of limits.upstreamBytes may stand behind each. */
const KEPT = 2;
/** Whoever else is sent the same link opens it within this. */
const KEPT_FOR = milliseconds(120_000);

/** A span as it was read: graphs are made from it one at a time, because all at once would not fit. */
export class ReadSpan {
  readonly span: Span;
  readonly #asked: Window;
  readonly #latency: boolean;
  readonly #sources: readonly SourceSpan[];
  readonly #deps: PastGraphDeps;

  constructor(span: Span, asked: Window, latency: boolean, sources: readonly SourceSpan[], deps: PastGraphDeps) {
    this.span = span;
    this.#asked = asked;
    this.#latency = latency;
    this.#sources = sources;
    // All frames show their sources as they were when the span was read.
    const { now, ...timers } = deps.timers;
    const readAt = now();
    this.#deps = { ...deps, timers: { ...timers, now: () => readAt } };
  }

  /** Why no source could be read; null where one could. */
  get problem(): Problem | null {
    const problems = this.#sources.flatMap(({ problem }) => problem ?? []);
    return problems.length === this.#sources.length ? (problems[0] ?? null) : null;
  }

  /** What another try could bring: the first thing that any source failed in. */
  get failure(): { readonly source: string; readonly problem: Problem } | null {
    for (const { source, problem, rates, latency } of this.#sources) {
      const [failed] = [...(rates?.failures ?? []), ...(latency?.failures ?? [])];
      const found = problem ?? failed?.problem;
      if (found !== undefined) return { source: source.info.name, problem: found };
    }
    return null;
  }

  graph(index: number): PastGraph {
    const at = instantOf(this.span, index);
    const told = this.#sources.map(({ source, window, rates, latency, problem }) =>
      problem !== null || rates === null
        ? untold(source, problem ?? NOTHING, this.#deps.timers.now())
        : toldOf(source, { window, rates: slice(rates, at), latency: latency && slice(latency, at) }, at, this.#deps),
    );
    return pastGraph(told, { asked: this.#asked, at, latency: this.#latency, hour: null, trial: null }, this.#deps);
  }
}

const NOTHING: Problem = { code: "upstream_bad", detail: "Prometheus gave no answer." };

function slice({ answers, ...rest }: AskedRange, at: UnixSeconds): Asked {
  return {
    ...rest,
    answers: new Map([...answers].map(([id, matrix]: [string, Matrix]) => [id, vectorAt(matrix, at)])),
  };
}

export class Spans {
  readonly #sources: readonly Source[];
  readonly #deps: PastGraphDeps;
  readonly #kept = new Map<string, { readonly read: ReadSpan; readonly readAt: Milliseconds }>();
  readonly #flights = new SingleFlight<ReadSpan>();

  constructor(sources: readonly Source[], deps: PastGraphDeps) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** A source that fails is a state to show, as in every graph. Rejects only by the signal. */
  async read(asked: Window, span: Span, latency: boolean, signal?: AbortSignal): Promise<ReadSpan> {
    const now = this.#deps.timers.monotonic();
    for (const [key, { readAt }] of this.#kept) if (now - readAt > KEPT_FOR) this.#kept.delete(key);
    const key = JSON.stringify([asked, span.start, span.step, span.count, latency]);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.read;
    return this.#flights.run(
      key,
      async (inner) => {
        const sources = await Promise.all(
          this.#sources.map((source) => this.#ask(source, asked, span, latency, inner)),
        );
        inner.throwIfAborted();
        const read = new ReadSpan(span, asked, latency, sources, this.#deps);
        if (read.failure === null) this.#keep(key, read);
        return read;
      },
      signal,
    );
  }

  async #ask(source: Source, asked: Window, span: Span, latency: boolean, signal: AbortSignal): Promise<SourceSpan> {
    const nothing = { source, window: asked, rates: null, latency: null };
    try {
      await source.learn(signal);
      const window = raiseWindow(asked, seconds(4 * (source.scrapeInterval() ?? 0)));
      const length = windowSeconds(window);
      const range = { start: span.start, end: instantOf(span, span.count - 1), step: span.step };
      const [rates, buckets] = await Promise.all([
        source.askRange(source.questions("rates", length, true), range, signal),
        latency ? source.askRange(source.questions("latency", length, true), range, signal) : null,
        source.horizon.look(unixSeconds(span.start - length), signal),
      ]);
      const [failure] = rates.failures;
      const problem = rates.answers.size === 0 && failure ? failure.problem : null;
      return { source, window, rates, latency: buckets, problem };
    } catch (thrown) {
      return { ...nothing, problem: problemOf(thrown) };
    }
  }

  #keep(key: string, read: ReadSpan): void {
    this.#kept.set(key, { read, readAt: this.#deps.timers.monotonic() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
