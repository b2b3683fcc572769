/** Traces that a Prometheus names beside its latencies, where it keeps any. Envoy writes none; others may. */
import type { CallsSubject } from "#lib/mesh/port.ts";
import type { Exemplar } from "#lib/promql/result.ts";
import { traceIdOf } from "#lib/tracing/ids.ts";
import { type Milliseconds, milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { HistogramDeps } from "./histogram.ts";
import type { Window } from "./sample.ts";

/** One that doesn't know the address (older ones, and many that only speak its language) isn't asked again for so long. */
const ASK_AGAIN = milliseconds(600_000);

export class Exemplars {
  readonly #deps: HistogramDeps;
  readonly #timers: Pick<Timers, "monotonic">;
  readonly #unable = new Map<unknown, Milliseconds>();

  constructor(deps: HistogramDeps, timers: Pick<Timers, "monotonic">) {
    this.#deps = deps;
    this.#timers = timers;
  }

  /** Never rejects: what can't be read isn't there, for nobody is promised any. */
  async of(calls: CallsSubject, { start, end }: Window, signal: AbortSignal): Promise<readonly Exemplar[]> {
    const { sources, timeout, metricsNameOf } = this.#deps;
    const asked = sources.map(async (source): Promise<readonly Exemplar[]> => {
      const since = this.#unable.get(source);
      if (since !== undefined && this.#timers.monotonic() - since < ASK_AGAIN) return [];
      await source.learn(signal).catch(() => undefined);
      const queries = source.present().flatMap(({ adapter }) => adapter.exemplars?.(calls, { metricsNameOf }) ?? []);
      const answers = queries.map((query) => source.client.queryExemplars(query, { start, end, timeout, signal }));
      try {
        return (await Promise.all(answers)).flat();
      } catch {
        if (!signal.aborted) this.#unable.set(source, this.#timers.monotonic());
        return [];
      }
    });
    const found = (await Promise.all(asked)).flat();
    return found.flatMap((each) => {
      const traceId = traceIdOf(each.traceId);
      return traceId === null || each.at < start || each.at > end ? [] : [{ ...each, traceId }];
    });
  }
}
