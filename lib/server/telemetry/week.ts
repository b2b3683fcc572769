/** Which pairs were seen within the last 7 days: one read a source and scope, shared by all who ask, and kept for some minutes. */
import { type Problem, problemOf } from "#lib/errors.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Decoded, ExistenceOptions } from "#lib/mesh/port.ts";
import { seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { HoursDeps } from "./hour.ts";
import { Keeper } from "./keeper.ts";
import { answersOf, type Source } from "./source.ts";

export const WEEK = seconds(7 * 24 * 3600);

export interface Week {
  /** Hops without traffic. null: nobody could be asked. */
  readonly graph: WorkloadGraph | null;
  /** By source name: why it could not say what was there. */
  readonly failures: ReadonlyMap<string, Problem>;
}

export class Weeks {
  readonly #sources: readonly Source[];
  readonly #deps: HoursDeps;
  readonly #keeper: Keeper<Week>;

  constructor(sources: readonly Source[], deps: HoursDeps) {
    this.#sources = sources;
    this.#deps = deps;
    this.#keeper = new Keeper(deps.timers);
  }

  /** The days before now. A source that fails adds nothing and is named. Rejects only by the signal. */
  before(scope: ExistenceOptions["scope"], signal?: AbortSignal): Promise<Week> {
    return this.#keeper.get(JSON.stringify(scope), (inner) => this.#read(scope, inner), signal);
  }

  async #read(scope: ExistenceOptions["scope"], signal: AbortSignal): Promise<Week> {
    const { timers, inventories, health, errorRate } = this.#deps;
    const at = unixSeconds(Math.floor(timers.now()));
    const failures = new Map<string, Problem>();
    const decoded = await Promise.all(
      this.#sources.map(async (source) => {
        try {
          return await this.#ask(source, scope, at, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    const all = decoded.flat();
    const merged = { decoded: all, inventory: inventories.current(), at, health, errorRate };
    return { graph: all.length === 0 ? null : mergeGraph({ ...merged, window: WEEK, edges: "all" }), failures };
  }

  async #ask(
    source: Source,
    scope: ExistenceOptions["scope"],
    at: UnixSeconds,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<readonly Decoded[]> {
    await source.learn(signal);
    const reads = source.present().flatMap(({ adapter, capabilities }) => {
      const read = adapter.existence?.(capabilities, { window: WEEK, scope });
      return read === undefined ? [] : [{ adapter, capabilities, read }];
    });
    const asked = await source.ask(
      reads.map(({ adapter, read }) => ({ id: `${adapter.mesh}/${read.id}`, query: read.query })),
      at,
      signal,
    );
    const [failure] = asked.failures;
    if (failure !== undefined) failures.set(source.info.name, failure.problem);
    const { clusters } = source.info;
    const defaultCluster = clusters.length === 1 ? (clusters[0] ?? null) : null;
    return reads.flatMap(({ adapter, capabilities }) => {
      const answers = answersOf(adapter.mesh, asked.answers);
      if (answers.size === 0) return [];
      return [adapter.decode(answers, capabilities, { ...this.#deps.context(), defaultCluster, at, window: WEEK })];
    });
  }
}
