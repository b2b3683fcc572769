/** Since when how many proxies are scraped, within the last 7 days: one read a source and scope, shared and kept as the week's pairs are. */
import { type Problem, problemOf } from "#lib/errors.ts";
import type { ScrapedOptions, ScrapeSpan } from "#lib/mesh/port.ts";
import { type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { HoursDeps } from "./hour.ts";
import { Keeper } from "./keeper.ts";
import { answersOf, type Source } from "./source.ts";
import { WEEK } from "./week.ts";

export interface ScrapesReading {
  readonly at: UnixSeconds;
  readonly window: Seconds;
  readonly spans: readonly ScrapeSpan[];
  /** Did any source answer? */
  readonly told: boolean;
  /** By source name: why it could not say. */
  readonly failures: ReadonlyMap<string, Problem>;
}

export class Scrapes {
  readonly #sources: readonly Source[];
  readonly #deps: Pick<HoursDeps, "timers" | "context">;
  readonly #keeper: Keeper<ScrapesReading>;

  constructor(sources: readonly Source[], deps: Pick<HoursDeps, "timers" | "context">) {
    this.#sources = sources;
    this.#deps = deps;
    this.#keeper = new Keeper(deps.timers);
  }

  /** Of a cluster's pods in these namespaces (null: all). A source that fails adds nothing and is named. Rejects only by the signal. */
  before(cluster: string, namespaces: ScrapedOptions["namespaces"], signal?: AbortSignal): Promise<ScrapesReading> {
    const covering = this.#sources.filter(({ info }) => info.clusters.includes(cluster));
    const sorted = namespaces === null ? null : [...new Set(namespaces)].toSorted();
    const key = JSON.stringify([covering.map(({ info }) => info.index), sorted]);
    return this.#keeper.get(key, (inner) => this.#read(covering, sorted, inner), signal);
  }

  async #read(
    sources: readonly Source[],
    namespaces: ScrapedOptions["namespaces"],
    signal: AbortSignal,
  ): Promise<ScrapesReading> {
    const at = unixSeconds(Math.floor(this.#deps.timers.now()));
    const failures = new Map<string, Problem>();
    const told = await Promise.all(
      sources.map(async (source) => {
        try {
          return await this.#ask(source, namespaces, at, failures, signal);
        } catch (thrown) {
          failures.set(source.info.name, problemOf(thrown));
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    const answers = told.flat();
    return { at, window: WEEK, spans: answers.flat(), told: answers.length > 0, failures };
  }

  /** One list for each mesh that answered. */
  async #ask(
    source: Source,
    namespaces: ScrapedOptions["namespaces"],
    at: UnixSeconds,
    failures: Map<string, Problem>,
    signal: AbortSignal,
  ): Promise<readonly (readonly ScrapeSpan[])[]> {
    await source.learn(signal);
    const reads = source.present().flatMap(({ adapter, capabilities }) => {
      const read = adapter.scraped?.({ window: WEEK, namespaces }, capabilities) ?? null;
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
    const context = { ...this.#deps.context(), defaultCluster, at, window: WEEK };
    return reads.flatMap(({ adapter, capabilities, read }) => {
      const answer = answersOf(adapter.mesh, answers).get(read.id);
      return answer === undefined ? [] : [adapter.scrapeSpans?.(answer, capabilities, context) ?? []];
    });
  }
}
