/** Traces that a Prometheus names beside its latencies, where it keeps any. Envoy writes none; others may. */
import { problemOf } from "#lib/errors.ts";
import type { CallsSubject } from "#lib/mesh/port.ts";
import type { Exemplar } from "#lib/promql/result.ts";
import { traceIdOf } from "#lib/tracing/ids.ts";
import { type Milliseconds, milliseconds, type UnixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { HistogramDeps } from "./histogram.ts";
import type { Window } from "./sample.ts";

/** One that doesn't know the address (older ones, and many that only speak its language) isn't asked again for so long. */
const ASK_AGAIN = milliseconds(600_000);
/** One that is down or slow: whoever wants dots shouldn't wait for it each time. */
const RECOVERING = milliseconds(60_000);
const PASSING: ReadonlySet<string> = new Set(["upstream_unreachable", "upstream_timeout", "upstream_busy"]);

/** A trace that a latency names. */
export interface NamedTrace {
  readonly traceId: string;
  readonly at: UnixSeconds;
  readonly ms: Milliseconds;
}

/** Prometheus's names end with their unit: https://prometheus.io/docs/practices/naming/ */
const msOf = ({ metric, value }: Exemplar): Milliseconds =>
  milliseconds(/_seconds(_bucket)?$/.test(metric) ? value * 1000 : value);

export class Exemplars {
  readonly #deps: HistogramDeps;
  readonly #timers: Pick<Timers, "monotonic">;
  /** Until when each isn't asked. */
  readonly #unable = new Map<unknown, Milliseconds>();

  constructor(deps: HistogramDeps, timers: Pick<Timers, "monotonic">) {
    this.#deps = deps;
    this.#timers = timers;
  }

  /** Never rejects: what can't be read isn't there, for nobody is promised any. */
  async of(calls: CallsSubject, { start, end }: Window, signal: AbortSignal): Promise<readonly NamedTrace[]> {
    const { sources, timeout, metricsNameOf } = this.#deps;
    const asked = sources.map(async (source): Promise<readonly Exemplar[]> => {
      if (this.#timers.monotonic() < (this.#unable.get(source) ?? 0)) return [];
      await source.learn(signal).catch(() => undefined);
      const queries = source.present().flatMap(({ adapter }) => adapter.exemplars?.(calls, { metricsNameOf }) ?? []);
      const answers = queries.map((query) => source.client.queryExemplars(query, { start, end, timeout, signal }));
      try {
        return (await Promise.all(answers)).flat();
      } catch (thrown) {
        const pause = PASSING.has(problemOf(thrown).code) ? RECOVERING : ASK_AGAIN;
        if (!signal.aborted) this.#unable.set(source, milliseconds(this.#timers.monotonic() + pause));
        return [];
      }
    });
    const found = (await Promise.all(asked)).flat();
    return found.flatMap((each) => {
      const traceId = traceIdOf(each.traceId);
      return traceId === null || each.at < start || each.at > end ? [] : [{ traceId, at: each.at, ms: msOf(each) }];
    });
  }
}
