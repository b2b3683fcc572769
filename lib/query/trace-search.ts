import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  TraceBackendsAnswer,
  TraceCallsAnswer,
  TraceOperationsAnswer,
  TraceServicesAnswer,
  TracesAnswer,
} from "#lib/api/traces.ts";
import { getJson } from "./fetch.ts";
import { serverNow } from "./server-clock.ts";

/** New traces are asked for this often while somebody follows them. */
const TAIL_MS = 5_000;
/** Names change with deployments, not with requests. */
const NAMES_MS = 60_000;

/** What is configured, and what it can be asked. Empty where no backend is. */
export function traceBackendsQuery() {
  return queryOptions({
    queryKey: ["trace-backends"],
    staleTime: NAMES_MS,
    queryFn: ({ signal }) => getJson<TraceBackendsAnswer>("/api/v1/traces/backends", new URLSearchParams(), signal),
  });
}

const named = (backends: readonly string[]) =>
  new URLSearchParams(backends.length === 0 ? {} : { backends: backends.join(",") });

/** Services that have spans. `backends` empty: of all. */
export function traceServicesQuery(backends: readonly string[]) {
  return queryOptions({
    queryKey: ["trace-services", backends],
    staleTime: NAMES_MS,
    queryFn: ({ signal }) => getJson<TraceServicesAnswer>("/api/v1/traces/services", named(backends), signal),
  });
}

export function traceOperationsQuery(service: string, backends: readonly string[] = []) {
  return queryOptions({
    queryKey: ["trace-operations", service, backends],
    staleTime: NAMES_MS,
    queryFn: ({ signal }) => {
      const params = named(backends);
      params.set("service", service);
      return getJson<TraceOperationsAnswer>("/api/v1/traces/operations", params, signal);
    },
  });
}

/** Calls of one edge or node, as traces have them: read once, for whoever asks for it. */
export function traceCallsQuery(params: Readonly<Record<string, string>>) {
  return queryOptions({
    queryKey: ["trace-calls", params],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => getJson<TraceCallsAnswer>("/api/v1/traces/calls", new URLSearchParams(params), signal),
  });
}

/**
 * Traces that fit. `question` tells searches apart, `params` writes one for an instant (unix seconds); the last answer stands
 * until the next is there. `tail`: asked for again by itself.
 */
export function tracesQuery(question: unknown, params: (now: number) => URLSearchParams, tail: boolean) {
  return queryOptions({
    queryKey: ["traces", question],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    refetchInterval: tail ? TAIL_MS : false,
    queryFn: ({ signal }) => getJson<TracesAnswer>("/api/v1/traces", params(Math.floor(serverNow() / 1000)), signal),
  });
}
