"use client";

import { useQuery } from "@tanstack/react-query";
import { useUrl } from "#components/shell/use-url.ts";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { traceBackendsQuery, tracesQuery } from "#lib/query/trace-search.ts";
import { configuredKept, isWhole, type Kept, measuredKept, whyUnknown } from "../kept.ts";
import { type Counted, countedOf } from "./counted.ts";
import { tracesIn } from "./results.ts";
import { apiParams, questionOf, type TraceSearch } from "./state.ts";
import { useServiceSeries } from "./use-service-series.ts";

export interface SearchCounted {
  readonly inbound: Counted | null;
  readonly outbound: Counted | null;
  /** Calls that begin, or continue, a trace of the service: those to it, or what a gateway sends. */
  readonly calls: number;
  readonly failed: number;
}

/** Traces that are read to measure the share: more of them make it unknown here, and the analysis' matter. */
const MOST = 200;

/** Does it look for the service alone, or its failures? */
export const isPlain = ({ service, operation, tags, minDuration, maxDuration }: TraceSearch): boolean =>
  service !== "" && [operation, tags, minDuration, maxDuration].every((each) => each === "");

/** What Prometheus counted of the service in that time; null where it can't be found there, or in several clusters. */
export function useCounted(search: TraceSearch, answer: TracesAnswer): SearchCounted | null {
  const { clusters } = useUrl().state.view;
  const { answers } = useServiceSeries(search.service || null, answer, clusters, "requests");
  const found = answers.flatMap(({ data }) => {
    const inbound = data === undefined ? null : countedOf(data, "inbound");
    const outbound = data === undefined ? null : countedOf(data, "outbound");
    const calls = (inbound ?? outbound)?.requests;
    const failed = (inbound?.failed ?? 0) + (outbound?.failed ?? 0);
    return calls === undefined ? [] : [{ inbound, outbound, calls, failed }];
  });
  const [first, other] = found;
  return first === undefined || other !== undefined ? null : first;
}

/**
 * Which share of its calls leaves a trace: measured by all of its traces of that time, where that is few enough, else as
 * configured; and where neither is known, why.
 */
export function useKept(
  search: TraceSearch,
  answer: TracesAnswer,
  counted: SearchCounted | null,
): { readonly kept: Kept | null; readonly why: string | null } {
  const { clusters } = useUrl().state.view;
  const { data: backends } = useQuery(traceBackendsQuery());
  // What follows changes its time with each answer: there the settings have to do.
  const measures = isPlain(search) && search.errors && !search.tail && counted !== null && counted.failed >= 0.5;
  const all: TraceSearch = { ...search, errors: false, start: answer.start, end: answer.end, limit: MOST };
  const { data, isPlaceholderData } = useQuery({
    ...tracesQuery(questionOf(all), (now) => apiParams(all, now), false),
    enabled: measures,
    retry: false,
  });
  const measured =
    measures && data !== undefined && !isPlaceholderData && isWhole(data)
      ? measuredKept(tracesIn(data), counted.calls)
      : null;
  const kept = measured ?? configuredKept(backends?.sampling ?? null, clusters);
  return { kept, why: kept === null ? whyUnknown(backends?.samplingUnknown ?? [], clusters) : null };
}
