"use client";

import { useQuery } from "@tanstack/react-query";
import { configuredKept, type Kept } from "#components/traces/kept.ts";
import { traceBackendsQuery } from "#lib/query/trace-search.ts";

/** Which share of calls leaves a trace, as a cluster's Telemetry sets it; null where none does. Asks nothing that the panel doesn't ask anyway. */
export function useConfiguredKept(cluster: string | undefined): Kept | null {
  const { data } = useQuery(traceBackendsQuery());
  return data === undefined || cluster === undefined ? null : configuredKept(data.sampling, [cluster]);
}
