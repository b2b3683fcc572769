/** What probes found out about one Prometheus's Istio telemetry, as it travels in Capabilities.facts. */
import type { Capabilities, RequestFact } from "#lib/mesh/port.ts";

export interface Facts {
  /** The labels that name the scraped pod and its namespace; null where targets carry none. */
  readonly podLabel: string | null;
  readonly namespaceLabel: string | null;
  /** Is there a `cluster` label on targets (added by relabelling or federation)? */
  readonly clusterLabel: boolean;
  /** The label whose value `ztunnel` tells ztunnels from sidecars; null where none does. */
  readonly ztunnelLabel: string | null;
  /** Do ztunnels report at all? */
  readonly ztunnel: boolean;
  /** Pods that two targets report, one example; null where every pod reports once. */
  readonly doubles: { readonly pods: number; readonly example: string } | null;
  /** Names of clients that servers name and that don't report themselves. */
  readonly silent: readonly string[];
  /** Windows, in seconds, for which recordings are there and fresh. */
  readonly recorded: readonly number[];
  readonly buckets: "classic" | "native" | "none";
  /** The label that names operations, where any request carries one; null where requests aren't classified. */
  readonly operationLabel: string | null;
  /** What labels that somebody added tell of requests at servers and waypoints. */
  readonly requestFacts: readonly RequestFact[];
  /** Do proxies say which version they are (`istio_build`)? */
  readonly builds: boolean;
  /** Scrape jobs that carry Istio's metrics. */
  readonly jobs: readonly string[];
}

export const NO_FACTS: Facts = {
  podLabel: null,
  namespaceLabel: null,
  clusterLabel: false,
  ztunnelLabel: null,
  ztunnel: false,
  doubles: null,
  silent: [],
  recorded: [],
  buckets: "none",
  operationLabel: null,
  requestFacts: [],
  builds: false,
  jobs: [],
};

/** The adapter's own findings inside capabilities that it made. */
export function factsOf(capabilities: Pick<Capabilities, "facts"> | null): Facts {
  const facts: Partial<Facts> = capabilities?.facts ?? {};
  return { ...NO_FACTS, ...facts };
}
