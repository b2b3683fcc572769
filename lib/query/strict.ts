import { queryOptions } from "@tanstack/react-query";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import type { StrictAnswer, StrictScope } from "#lib/api/strict.ts";
import { getJson } from "./fetch.ts";

/** Averages of an hour change slowly. */
const REFRESH_MS = 60_000;

/** What stands between PERMISSIVE and STRICT. */
export function strictQuery({ cluster, namespace }: StrictScope) {
  const path = [cluster, namespace ?? "-"].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["strict", path],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => getJson<StrictAnswer>(`/api/v1/meaning/strict/${path}`, new URLSearchParams(), signal),
  });
}

/** Who called a workload, by its proxies' access logs. Read where somebody asks for it, and not again by itself. */
export function logCallersQuery(cluster: string, namespace: string, workload: string) {
  const path = [cluster, namespace].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["log-callers", path, workload],
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: ({ signal }) =>
      getJson<LogCallersAnswer>(`/api/v1/meaning/log-callers/${path}`, new URLSearchParams({ workload }), signal),
  });
}
