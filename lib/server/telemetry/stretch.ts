/**
 * Traffic between two instants, whatever their distance: one set of reads a source for the whole mesh, shared by all who ask, and kept,
 * because a stretch that has ended never changes.
 */
import { type Problem, problemOf } from "#lib/errors.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Decoded } from "#lib/mesh/port.ts";
import { type Milliseconds, milliseconds, seconds, type UnixSeconds } from "#lib/units.ts";
import { SingleFlight } from "./flight.ts";
import type { HoursDeps } from "./hour.ts";
import { answersOf, type Source } from "./source.ts";

export interface Stretch {
  readonly graph: WorkloadGraph;
  /** Was any telemetry of this cluster read that holds something of the stretch? */
  readonly told: (cluster: string) => boolean;
  /** By source name: why it could not say all that was there. */
  readonly failures: ReadonlyMap<string, Problem>;
}

interface Kept {
  readonly stretch: Stretch;
  readonly readAt: Milliseconds;
}

const KEPT = 8;
/** What a failing source left out may be there at the next try. */
const RETRY = milliseconds(15_000);
/** A stretch that ended no longer ago has the scrapes and the pods of now: they make coverage. */
const NOW = seconds(60);

interface Answer {
  readonly source: Source;
  readonly decoded: readonly Decoded[];
  readonly empty: boolean;
}

export class Stretches {
  readonly #sources: readonly Source[];
  readonly #deps: HoursDeps;
  readonly #flights = new SingleFlight<Stretch>();
  readonly #kept = new Map<string, Kept>();

  constructor(sources: readonly Source[], deps: HoursDeps) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** Both whole seconds. A source that fails adds nothing and is named. Rejects only by the signal. */
  async read(from: UnixSeconds, to: UnixSeconds, signal?: AbortSignal): Promise<Stretch> {
    const { timers } = this.#deps;
    const key = `${from} ${to}`;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept !== undefined && (kept.stretch.failures.size === 0 || timers.monotonic() - kept.readAt < RETRY)) {
      this.#kept.set(key, kept);
      return kept.stretch;
    }
    return this.#flights.run(
      key,
      async (inner) => {
        const stretch = await this.#read(from, to, inner);
        this.#kept.set(key, { stretch, readAt: timers.monotonic() });
        const [oldest] = this.#kept.keys();
        if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
        return stretch;
      },
      signal,
    );
  }

  async #read(from: UnixSeconds, to: UnixSeconds, signal: AbortSignal): Promise<Stretch> {
    const { timers, inventories, health, errorRate } = this.#deps;
    const failures = new Map<string, Problem>();
    const asked = await Promise.all(
      this.#sources.map(async (source): Promise<Answer> => {
        try {
          return await this.#ask(source, from, to, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return { source, decoded: [], empty: true };
        }
      }),
    );
    signal.throwIfAborted();
    const ended = timers.now() - to > NOW;
    const told = (cluster: string) =>
      asked.some(({ source, empty }) => !empty && source.info.clusters.includes(cluster));
    const decoded = asked.flatMap((each) => each.decoded).map((each) => (ended ? { ...each, pods: [] } : each));
    const graph = mergeGraph({
      ...{ decoded, inventory: inventories.current(), at: to, window: seconds(to - from), edges: "live" },
      ...{ health, errorRate, measured: told, past: ended },
    });
    return { graph, told, failures };
  }

  async #ask(
    source: Source,
    from: UnixSeconds,
    to: UnixSeconds,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<Answer> {
    await source.learn(signal);
    const window = seconds(to - from);
    // Recordings exist for the usual windows alone.
    const asked = await source.ask(source.questions("rates", window, true), to, signal);
    const [failure] = asked.failures;
    if (failure !== undefined) failures.set(source.info.name, failure.problem);
    const { clusters } = source.info;
    const context = {
      ...this.#deps.context(),
      ...{ defaultCluster: clusters.length === 1 ? (clusters[0] ?? null) : null, at: to, window, past: true },
    };
    return {
      source,
      decoded: source
        .present()
        .map(({ adapter, capabilities }) =>
          adapter.decode(answersOf(adapter.mesh, asked.answers), capabilities, context),
        ),
      // Targets answer even where nothing flows: no series at all means that there is nothing of that time.
      empty: [...asked.answers.values()].every(({ samples }) => samples.length === 0),
    };
  }
}
