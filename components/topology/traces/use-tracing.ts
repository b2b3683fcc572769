"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { TraceBackendsAnswer, TraceServicesAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { traceBackendsQuery, traceServicesQuery } from "#lib/query/trace-search.ts";
import type { Tracing } from "./presets.ts";

/** What can be searched; null while that isn't known, or where no backend is configured. */
export function useTracing(): Tracing | null {
  const { data: backends } = useQuery(traceBackendsQuery());
  const configured = (backends?.items.length ?? 0) > 0;
  const { data: services } = useQuery({ ...traceServicesQuery([]), enabled: configured });
  return useMemo(
    () => (backends === undefined || services === undefined ? null : tracingOf(backends, services)),
    [backends, services],
  );
}

/** Why nobody can say which services have spans, and how to ask again; null while that isn't so. */
export function useTracingProblem(): { readonly detail: string; readonly again: () => void } | null {
  const { data: backends } = useQuery(traceBackendsQuery());
  const configured = (backends?.items.length ?? 0) > 0;
  const { data, error, refetch } = useQuery({ ...traceServicesQuery([]), enabled: configured });
  if (!configured || data !== undefined || error === null) return null;
  return { detail: problemOf(error).detail, again: () => void refetch() };
}

export function tracingOf(backends: TraceBackendsAnswer, services: TraceServicesAnswer): Tracing {
  return {
    services: new Set(services.items.map(({ name }) => name)),
    tags: backends.items.some(({ capabilities }) => capabilities?.tags === true),
  };
}
