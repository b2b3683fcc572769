/** A search as Jaeger's three APIs want it. https://www.jaegertracing.io/docs/latest/apis/ */
import type { TraceQuery } from "../port.ts";

/**
 * /api/v3/traces and /api/v3/trace-summaries. Names with underscores are understood by all versions; of the two names of
 * the limit each version reads its own. Attributes are read since v2.19.
 */
export function v3Query(query: TraceQuery): URLSearchParams {
  const tags = Object.fromEntries(query.tags);
  return withValues({
    "query.service_name": query.service,
    "query.operation_name": query.operation,
    "query.start_time_min": new Date(query.start * 1000).toISOString(),
    "query.start_time_max": new Date(query.end * 1000).toISOString(),
    "query.duration_min": durationOf(query.minDuration),
    "query.duration_max": durationOf(query.maxDuration),
    "query.num_traces": String(query.limit),
    "query.search_depth": String(query.limit),
    "query.attributes": Object.keys(tags).length === 0 ? null : JSON.stringify(tags),
  });
}

/** /api/traces. */
export function legacyQuery(query: TraceQuery): URLSearchParams {
  const tags = Object.fromEntries(query.tags);
  return withValues({
    service: query.service,
    operation: query.operation,
    start: String(Math.floor(query.start * 1e6)),
    end: String(Math.ceil(query.end * 1e6)),
    minDuration: durationOf(query.minDuration),
    maxDuration: durationOf(query.maxDuration),
    limit: String(query.limit),
    tags: Object.keys(tags).length === 0 ? null : JSON.stringify(tags),
    raw: "true",
  });
}

/** A duration as Go reads it; Jaeger counts in microseconds. */
function durationOf(seconds: number | null): string | null {
  return seconds === null ? null : `${Math.round(seconds * 1e6)}us`;
}

function withValues(values: Readonly<Record<string, string | null>>): URLSearchParams {
  return new URLSearchParams(Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}
