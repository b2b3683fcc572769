/**
 * Jaeger's summaries of traces (/api/v3/trace-summaries, since v2.19).
 * https://github.com/jaegertracing/jaeger-idl/blob/main/proto/api_v3/query_service.proto (TraceSummary)
 */
import { traceIdOf } from "../ids.ts";
import { isObject, listOf, type Obj, stringOf } from "../json/shape.ts";
import { bigOf } from "../numbers.ts";
import type { TraceSummary } from "../port.ts";

/** The summaries of an answer, `unread` of them aside; null for what is no such answer. proto3 leaves an empty list out. */
export function summariesOf(json: unknown): { summaries: TraceSummary[]; unread: number } | null {
  if (!isObject(json)) return null;
  const body = isObject(json.result) ? json.result : json;
  const listed = listOf(body.summaries);
  const summaries = listed.flatMap((each) => (isObject(each) ? (summaryOf(each) ?? []) : []));
  return { summaries, unread: listed.length - summaries.length };
}

function summaryOf(raw: Obj): TraceSummary | null {
  const traceId = traceIdOf(raw.traceId ?? raw.traceID);
  const startNs = bigOf(raw.minStartTimeUnixNano ?? 0);
  const endNs = bigOf(raw.maxEndTimeUnixNano ?? 0);
  if (traceId === null || startNs === null || endNs === null) return null;
  const service = stringOf(raw.rootServiceName);
  return {
    traceId,
    root: service === "" ? null : { service, operation: stringOf(raw.rootOperationName) },
    services: listOf(raw.services).flatMap((each) =>
      isObject(each) && typeof each.name === "string"
        ? [{ name: each.name, spans: countOf(each.spanCount), errors: countOf(each.errorSpanCount) }]
        : [],
    ),
    spans: countOf(raw.spanCount),
    errors: countOf(raw.errorSpanCount),
    ...{ startNs, durationNs: endNs - startNs },
  };
}

/** proto3's JSON leaves zeros out. */
function countOf(raw: unknown): number {
  return typeof raw === "number" && Number.isInteger(raw) && raw >= 0 ? raw : 0;
}
