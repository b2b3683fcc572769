/** What policies on trial would have done: one read a source and window for the whole mesh, shared by all who ask within a round. */
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { DryRunCount } from "#lib/mesh/port.ts";
import { seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { SingleFlight } from "./flight.ts";
import type { HoursDeps } from "./hour.ts";
import { answersOf, type Source } from "./source.ts";

export interface DryRunReading {
  readonly at: UnixSeconds;
  /** The effective one; of several sources the longest. */
  readonly window: Window;
  readonly counts: readonly DryRunCount[];
  /** Did a source of this cluster answer? */
  readonly told: (cluster: string) => boolean;
  /** Sources whose series name no pod: what they count can't be told workload by workload. */
  readonly nameless: readonly string[];
  /** By source name: why it could not say what was counted. */
  readonly failures: ReadonlyMap<string, Problem>;
}

/** What marks on a graph need. */
export type Trial = Pick<DryRunReading, "counts" | "failures">;

/**
 * States that also tell where marks may be missing. `trial` null: nobody asked for marks; undefined: no answer came in time. `past`: of an
 * instant that is sent once, so that nobody would hear of another try.
 */
export function withTrial(
  statuses: readonly SourceStatus[],
  trial: Pick<Trial, "failures"> | null | undefined,
  past = false,
): readonly SourceStatus[] {
  if (trial === null || trial?.failures.size === 0) return statuses;
  return statuses.map((status) => {
    const late = ` in time. ${past ? "A retry asks again." : "The console tries again."}`;
    const why = trial === undefined ? late : reasonOf(trial.failures.get(status.name));
    if (status.kind !== "prometheus" || why === null) return status;
    return { ...status, warnings: [...status.warnings, `${UNREAD}${why}`] };
  });
}

const UNREAD = "What policies on trial would have denied could not be read";
const reasonOf = (failure: Problem | undefined): string | null =>
  failure === undefined ? null : `: ${failure.detail}`;

/** Who asks within it shares one reading. */
const ROUND_S = 15;
/** Windows kept at once. */
const MOST = 8;

interface Part {
  readonly source: Source;
  readonly window: Window;
  readonly counts: readonly DryRunCount[] | null;
}

export class DryRuns {
  readonly #sources: readonly Source[];
  readonly #deps: Pick<HoursDeps, "timers" | "context">;
  readonly #flights = new SingleFlight<DryRunReading>();
  readonly #kept = new Map<Window, DryRunReading>();

  constructor(sources: readonly Source[], deps: Pick<HoursDeps, "timers" | "context">) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** The window before an instant of the past, which is kept with the graph of then. */
  before(window: Window, at: UnixSeconds, signal: AbortSignal): Promise<DryRunReading> {
    return this.#read(window, at, signal);
  }

  /** The window before now. A source that fails adds nothing and is named. Rejects only by the signal. */
  async over(window: Window, signal?: AbortSignal): Promise<DryRunReading> {
    const at = unixSeconds(Math.floor(this.#deps.timers.now() / ROUND_S) * ROUND_S);
    const kept = this.#kept.get(window);
    if (kept !== undefined && kept.at === at && kept.failures.size === 0) return kept;
    const reading = await this.#flights.run(`${window} ${at}`, (inner) => this.#read(window, at, inner), signal);
    this.#kept.delete(window);
    this.#kept.set(window, reading);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }

  async #read(asked: Window, at: UnixSeconds, signal: AbortSignal): Promise<DryRunReading> {
    const failures = new Map<string, Problem>();
    const parts = await Promise.all(
      this.#sources.map(async (source) => {
        try {
          return await this.#ask(source, asked, at, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    const all = parts.flat();
    const answered = new Set(all.flatMap(({ source, counts }) => (counts === null ? [] : source.info.clusters)));
    return {
      at,
      window: all.reduce((longest, each) => raiseWindow(longest, windowSeconds(each.window)), asked),
      counts: all.flatMap(({ counts }) => counts ?? []),
      told: (cluster) => answered.has(cluster),
      nameless: all.flatMap(({ source, counts }) => (counts === null ? [source.info.name] : [])),
      failures,
    };
  }

  async #ask(
    source: Source,
    asked: Window,
    at: UnixSeconds,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<readonly Part[]> {
    await source.learn(signal);
    const window = raiseWindow(asked, seconds(4 * (source.scrapeInterval() ?? 0)));
    const length = windowSeconds(window);
    const reads = source.present().flatMap(({ adapter, capabilities }) => {
      if (adapter.dryRuns === undefined) return [];
      return [{ adapter, capabilities, read: adapter.dryRuns(length, capabilities) }];
    });
    const questions = reads.flatMap(({ adapter, read }) =>
      read === null ? [] : [{ id: `${adapter.mesh}/${read.id}`, query: read.query }],
    );
    const { answers, failures: failed } = await source.ask(questions, at, signal);
    const [failure] = failed;
    if (failure !== undefined) failures.set(source.info.name, failure.problem);
    const { clusters } = source.info;
    const defaultCluster = clusters.length === 1 ? (clusters[0] ?? null) : null;
    const context = { ...this.#deps.context(), defaultCluster, at, window: length };
    return reads.flatMap(({ adapter, capabilities, read }): Part[] => {
      if (read === null) return [{ source, window, counts: null }];
      const answer = answersOf(adapter.mesh, answers).get(read.id);
      if (answer === undefined) return [];
      return [{ source, window, counts: adapter.dryRunCounts?.(answer, capabilities, context) ?? null }];
    });
  }
}
