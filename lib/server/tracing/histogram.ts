/** Latencies of all requests to a service, or of one caller's, by Prometheus: what a sample of traces is weighed against. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Histogram } from "#lib/graph/observation.ts";
import { type Seconds, seconds, type UnixSeconds } from "#lib/units.ts";
import type { Source } from "../telemetry/source.ts";

export interface HistogramDeps {
  readonly sources: readonly Pick<Source, "learn" | "present" | "client">[];
  readonly timeout: Seconds;
  /** Configured cluster name → metricsName. */
  readonly metricsNameOf: (cluster: string) => string;
}

/** Whose requests: all to a node, or those of one caller. */
export interface Counted {
  readonly node: NodeKey;
  readonly caller: NodeKey | null;
}

/** The first source's that knows the node; null where none does. A source that fails counts as one that doesn't. */
export async function histogramOf(
  { sources, timeout, metricsNameOf }: HistogramDeps,
  { node, caller }: Counted,
  { start, end }: { readonly start: UnixSeconds; readonly end: UnixSeconds },
  signal: AbortSignal,
): Promise<Histogram | null> {
  const window = seconds(Math.max(1, Math.round(end - start)));
  for (const source of sources) {
    await source.learn(signal).catch(() => undefined);
    for (const { adapter, capabilities } of source.present()) {
      const query = adapter.histogram?.(node, capabilities, { window, metricsNameOf, caller }) ?? null;
      if (query === null) continue;
      const answer = await source.client.query(query, { at: end, timeout, signal }).catch(() => null);
      const found =
        answer === null ? null : (adapter.buckets?.(answer, window, caller === null ? "server" : "client") ?? null);
      if (found !== null) return found;
    }
  }
  return null;
}
