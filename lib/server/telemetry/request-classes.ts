/** What requests asked for, where labels tell it: one read a source, window and scope, shared by all who ask of the same instant. */
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import type { ClassOptions, RequestClassRates } from "#lib/mesh/port.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { SingleFlight } from "./flight.ts";
import type { HoursDeps } from "./hour.ts";
import { answersOf, type Source } from "./source.ts";

interface ClassesAsked extends Omit<ClassOptions, "window"> {
  readonly window: Window;
  readonly at: UnixSeconds;
}

interface ClassesReading {
  /** One for each source that has such labels and answered. */
  readonly rates: readonly RequestClassRates[];
  /** By source name: why it could not say. */
  readonly failures: ReadonlyMap<string, Problem>;
}

/** Readings kept at once. */
const MOST = 8;

export class RequestClasses {
  readonly #sources: readonly Source[];
  readonly #deps: Pick<HoursDeps, "context">;
  readonly #flights = new SingleFlight<ClassesReading>();
  readonly #kept = new Map<string, ClassesReading>();

  constructor(sources: readonly Source[], deps: Pick<HoursDeps, "context">) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /** The window before an instant. A source that fails adds nothing and is named. Rejects only by the signal. */
  async before(asked: ClassesAsked, signal?: AbortSignal): Promise<ClassesReading> {
    const key = JSON.stringify([asked.window, asked.at, asked.scope, asked.of]);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.failures.size === 0) return kept;
    const reading = await this.#flights.run(key, (inner) => this.#read(asked, inner), signal);
    this.#kept.delete(key);
    this.#kept.set(key, reading);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }

  async #read(asked: ClassesAsked, signal: AbortSignal): Promise<ClassesReading> {
    const failures = new Map<string, Problem>();
    const rates = await Promise.all(
      this.#sources.map(async (source) => {
        try {
          return await this.#ask(source, asked, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    return { rates: rates.flat(), failures };
  }

  async #ask(
    source: Source,
    { at, window, scope, of }: ClassesAsked,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<readonly RequestClassRates[]> {
    await source.learn(signal);
    const length = windowSeconds(window);
    const reads = source.present().flatMap(({ adapter, capabilities }) => {
      const read = adapter.requestClasses?.({ window: length, scope, of }, capabilities) ?? null;
      return read === null ? [] : [{ adapter, capabilities, read }];
    });
    const { answers, failures: failed } = await source.ask(
      reads.map(({ adapter, read }) => ({ id: `${adapter.mesh}/${read.id}`, query: read.query })),
      at,
      signal,
    );
    const [failure] = failed;
    if (failure !== undefined) failures.set(source.info.name, failure.problem);
    const { clusters } = source.info;
    const defaultCluster = clusters.length === 1 ? (clusters[0] ?? null) : null;
    const context = { ...this.#deps.context(), defaultCluster, at, window: length };
    return reads.flatMap(({ adapter, capabilities, read }) => {
      const answer = answersOf(adapter.mesh, answers).get(read.id);
      return answer === undefined ? [] : (adapter.requestClassRates?.(answer, capabilities, context) ?? []);
    });
  }
}
