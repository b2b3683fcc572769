/** What flowed within the last hour, for `edges=all`: one cheap existence read a source, shared by all windows. */
import { type Problem, problemOf } from "#lib/errors.ts";
import type { HealthRules } from "#lib/graph/health.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ErrorRule } from "#lib/graph/outcome.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Decoded } from "#lib/mesh/port.ts";
import { type Milliseconds, milliseconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Inventories } from "../inventory.ts";
import { SingleFlight } from "./flight.ts";
import { type DecodeInput, readAnswers } from "./reading.ts";
import type { Source } from "./source.ts";

export interface Hour {
  /** Hops without traffic. */
  readonly graph: WorkloadGraph;
  /** By source name: why it could not say what was there. */
  readonly failures: ReadonlyMap<string, Problem>;
}

export interface HoursDeps {
  readonly timers: Timers;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  readonly inventories: Inventories;
  readonly context: () => DecodeInput;
}

/** An hour that a source failed in is read again after this: soon, but not at every poll, because it costs. */
const RETRY = milliseconds(15_000);

export class Hours {
  readonly #sources: readonly Source[];
  readonly #deps: HoursDeps;
  readonly #flights = new SingleFlight<Hour>();
  #kept: { readonly minute: UnixSeconds; readonly hour: Hour; readonly readAt: Milliseconds } | null = null;

  constructor(sources: readonly Source[], deps: HoursDeps) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** The hour before `at`, by the minute. A source that fails adds nothing and is named. Rejects only by the signal. */
  async before(at: UnixSeconds, signal?: AbortSignal): Promise<Hour> {
    const { timers } = this.#deps;
    const minute = unixSeconds(Math.floor(at / 60) * 60);
    const kept = this.#kept?.minute === minute ? this.#kept : null;
    if (kept !== null && (kept.hour.failures.size === 0 || timers.monotonic() - kept.readAt < RETRY)) return kept.hour;
    const hour = await this.#flights.run(String(minute), (inner) => this.#read(minute, inner), signal);
    this.#kept = { minute, hour, readAt: timers.monotonic() };
    return hour;
  }

  async #read(at: UnixSeconds, signal: AbortSignal): Promise<Hour> {
    const { inventories, health, errorRate } = this.#deps;
    const failures = new Map<string, Problem>();
    const decoded = await Promise.all(
      this.#sources.map(async (source) => {
        try {
          return await this.#ask(source, at, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    const merged = { decoded: decoded.flat(), inventory: inventories.current(), at, health, errorRate };
    return { graph: mergeGraph({ ...merged, window: seconds(60), edges: "all" }), failures };
  }

  async #ask(
    source: Source,
    at: UnixSeconds,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<readonly Decoded[]> {
    // What to ask depends on what the source holds: before the first probe there would be nothing to ask.
    await source.learn(signal);
    const asked = await source.ask(source.questions("history", seconds(60)), at, signal);
    const [failure] = asked.failures;
    if (failure !== undefined) failures.set(source.info.name, failure.problem);
    const answered = { rates: { ...asked, at }, latency: null, latencyAsked: false };
    return readAnswers(source, "1m", answered, this.#deps.context()).reading.decoded;
  }
}

/** States that also tell whose part of the hour is missing. */
export function withHour(statuses: readonly SourceStatus[], hour: Hour | null): readonly SourceStatus[] {
  if (hour === null || hour.failures.size === 0) return statuses;
  return statuses.map((status) => {
    const failure = status.kind === "prometheus" ? hour.failures.get(status.name) : undefined;
    if (failure === undefined) return status;
    const warning = `Edges that are silent now may be missing: what flowed in the last hour could not be read. ${failure.detail}`;
    return { ...status, warnings: [...status.warnings, warning] };
  });
}
