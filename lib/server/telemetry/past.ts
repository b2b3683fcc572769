/**
 * Graphs of past instants. They never change, so a few are kept; `at` is rounded (lib/api/graph-query.ts), so viewers of
 * the same moment share one.
 */
import { formatInstant } from "#lib/api/instant.ts";
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import type { HealthRules } from "#lib/graph/health.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ErrorRule } from "#lib/graph/outcome.ts";
import { type Milliseconds, milliseconds, seconds, type UnixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { configurationAt, type Gap, type Inventories, withGaps } from "../inventory.ts";
import { SingleFlight } from "./flight.ts";
import { type Hour, type Hours, withHour } from "./hour.ts";
import { Publication } from "./publication.ts";
import { type DecodeInput, type Reading, readAnswers } from "./reading.ts";
import type { Source } from "./source.ts";
import { advance, type SourceEvent, unasked } from "./status.ts";
import { toldBy } from "./told.ts";

export interface PastDeps {
  readonly timers: Timers;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  readonly inventories: Inventories;
  readonly gaps: readonly Gap[];
  readonly hours: Hours;
  readonly context: () => DecodeInput;
}

export interface PastGraph {
  readonly publication: Publication;
  readonly sources: readonly SourceStatus[];
  /** Nothing is missing that another try could bring. */
  readonly whole: boolean;
}

/** A graph of 1,000 workloads with its buckets takes some 10 MB. */
const KEPT = 8;
/** What a failing source left out may be there at the next try: so soon, however many ask. */
export const RETRY = milliseconds(15_000);

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
        const past = await this.#read(asked, at, wants.latency, hour, inner);
        this.#keep(key, past);
        return past;
      },
      signal,
    );
  }

  async #read(
    asked: Window,
    at: UnixSeconds,
    latency: boolean,
    hour: Hour | null,
    signal: AbortSignal,
  ): Promise<PastGraph> {
    const { timers, inventories, gaps, health, errorRate } = this.#deps;
    const read = await Promise.all(this.#sources.map((source) => this.#readSource(source, asked, at, latency, signal)));
    signal.throwIfAborted();
    const readings = read.flatMap(({ reading }) => reading ?? []);
    const window = readings
      .map((each) => each.window)
      .reduce((a, b) => (windowSeconds(b) > windowSeconds(a) ? b : a), asked);
    const inventory = inventories.current();
    // Which pods exist is known of now, which of them answered is of then: that makes no coverage.
    const decoded = readings.flatMap((each) => each.decoded.map(({ observations }) => ({ observations, pods: [] })));
    const graph = mergeGraph({
      decoded,
      inventory,
      at,
      health,
      errorRate,
      window: windowSeconds(window),
      edges: "live",
      // Whether what is here now was there then, and reported, nobody knows: its silence is no finding.
      measured: () => false,
      past: true,
    });
    const latencyAt = readings.some((each) => each.latencyAt !== null) ? at : null;
    const instants = { at, latencyAt, configurationAt: configurationAt(inventory), window };
    const publication = new Publication(graph, instants, {
      takenAt: timers.monotonic(),
      latencyAsked: latency,
      hour: hour?.graph ?? null,
      told: toldBy(
        read.map(({ reading, status, empty }) => ({ clusters: status.clusters, answered: reading !== null && !empty })),
      ),
    });
    const telemetry = withHour(
      withGaps(
        read.map(({ status }) => status),
        gaps,
      ),
      hour,
    );
    const sources = [...telemetry, ...inventories.statuses()];
    const whole = sources.every((source) => source.problem === undefined) && !hour?.failures.size;
    return { publication, sources, whole };
  }

  async #readSource(
    source: Source,
    asked: Window,
    at: UnixSeconds,
    latency: boolean,
    signal: AbortSignal,
  ): Promise<{ reading: Reading | null; status: SourceStatus; empty: boolean }> {
    const { timers, context } = this.#deps;
    const { name, clusters } = source.info;
    const blank = unasked({ name, kind: "prometheus", clusters }, timers.now());
    try {
      await source.learn(signal);
      const window = raiseWindow(asked, seconds(4 * (source.scrapeInterval() ?? 0)));
      const length = windowSeconds(window);
      const [rates, buckets] = await Promise.all([
        source.ask(source.questions("rates", length, true), at, signal),
        latency ? source.ask(source.questions("latency", length, true), at, signal) : null,
      ]);
      const [failure] = rates.failures;
      if (rates.answers.size === 0 && failure)
        throw Object.assign(new Error(failure.problem.detail), { problem: failure.problem });
      const answered = { rates: { ...rates, at }, latency: buckets && { ...buckets, at }, latencyAsked: latency };
      const { reading, event } = readAnswers(source, window, answered, { ...context(), past: true });
      // Targets answer even where nothing flows: no series at all means that there is nothing of that time.
      const empty = [...rates.answers.values()].every(({ samples }) => samples.length === 0);
      const said = empty && rates.failures.length === 0 ? withNothing(event, name, at) : event;
      return { reading, status: advance(blank, said, timers.now()), empty };
    } catch (thrown) {
      const event = { type: "failed", problem: problemOf(thrown), retryInMs: milliseconds(0) } as const;
      return { reading: null, status: advance(blank, event, timers.now()), empty: true };
    }
  }

  #keep(key: string, past: PastGraph): void {
    this.#kept.set(key, { past, readAt: this.#deps.timers.monotonic() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** A Prometheus that answers well and holds nothing of then must not look like a mesh at rest. */
function withNothing(event: SourceEvent, name: string, at: UnixSeconds): SourceEvent {
  if (event.type !== "answered") return event;
  const note = `Prometheus '${name}' holds nothing of ${formatInstant(at)}: it keeps less than that (its retention), or read no proxy then.`;
  return { ...event, notes: [...event.notes, note] };
}
