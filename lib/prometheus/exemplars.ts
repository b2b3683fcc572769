/**
 * Answers of /api/v1/query_exemplars: samples that name the trace they come from. What isn't as documented is left out.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars
 */
import type { Exemplar } from "#lib/promql/result.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Success } from "./decode.ts";

/** More dots than this are no help; a Prometheus keeps up to hundreds of thousands. */
export const MOST_EXEMPLARS = 500;

/** The specification of OpenMetrics names `trace_id`; libraries write the others. */
const TRACE_LABELS = ["trace_id", "traceID", "traceId", "TraceID"] as const;
const TRACE_ID = /^[0-9a-fA-F]{16,32}$/;

/** The newest, newest first; those without a trace or a number are no way to a trace and left out. */
export function decodeExemplars({ data }: Pick<Success, "data">): readonly Exemplar[] {
  const found: Exemplar[] = [];
  for (const series of Array.isArray(data) ? (data as readonly unknown[]) : []) {
    const labels = isObject(series) && isObject(series["seriesLabels"]) ? series["seriesLabels"] : {};
    const metric = typeof labels["__name__"] === "string" ? labels["__name__"] : "";
    const exemplars = isObject(series) && Array.isArray(series["exemplars"]) ? series["exemplars"] : [];
    for (const each of exemplars as readonly unknown[]) {
      const exemplar = exemplarOf(each, metric);
      if (exemplar !== null) found.push(exemplar);
      // Many more than are kept: sorted once in a while, so that memory is bound.
      if (found.length >= 4 * MOST_EXEMPLARS) found.splice(0, found.length, ...newest(found));
    }
  }
  return newest(found);
}

function newest(found: readonly Exemplar[]): readonly Exemplar[] {
  const byTrace = new Map<string, Exemplar>();
  for (const each of found) byTrace.set(`${each.traceId} ${each.at} ${each.value}`, each);
  return [...byTrace.values()].sort((a, b) => b.at - a.at || (a.traceId < b.traceId ? -1 : 1)).slice(0, MOST_EXEMPLARS);
}

function exemplarOf(raw: unknown, metric: string): Exemplar | null {
  if (!isObject(raw) || !isObject(raw["labels"])) return null;
  const { labels, timestamp } = raw as { labels: Record<string, unknown>; timestamp?: unknown };
  const value = typeof raw["value"] === "string" && raw["value"].trim() !== "" ? Number(raw["value"]) : Number.NaN;
  const label = TRACE_LABELS.find((name) => Object.hasOwn(labels, name));
  const traceId = label === undefined ? null : labels[label];
  if (typeof traceId !== "string" || !TRACE_ID.test(traceId)) return null;
  if (!Number.isFinite(value) || typeof timestamp !== "number" || !Number.isFinite(timestamp)) return null;
  return { metric, traceId: traceId.toLowerCase(), value, at: unixSeconds(timestamp) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
