/** Tempo's answers that hold no spans. https://grafana.com/docs/tempo/latest/api_docs/ */
import { traceIdOf } from "../ids.ts";
import { isObject, listOf, type Obj, stringOf } from "../json/shape.ts";
import { bigOf } from "../numbers.ts";
import type { TraceSummary } from "../port.ts";

/** What a search found; null for what is no such answer. Go leaves out what is empty. */
export function foundOf(json: unknown): { summaries: TraceSummary[]; unread: number } | null {
  if (!isObject(json) || !("traces" in json || "metrics" in json)) return null;
  const listed = listOf(json.traces);
  const summaries = listed.flatMap((each) => (isObject(each) ? (summaryOf(each) ?? []) : []));
  return { summaries, unread: listed.length - summaries.length };
}

function summaryOf(raw: Obj): TraceSummary | null {
  const traceId = traceIdOf(raw.traceID);
  const startNs = bigOf(raw.startTimeUnixNano ?? 0);
  if (traceId === null || startNs === null) return null;
  const service = stringOf(raw.rootServiceName);
  // What Tempo writes where the beginning hasn't come.
  const root =
    service === "" || service === "<root span not yet received>"
      ? null
      : { service, operation: stringOf(raw.rootTraceName) };
  const services = isObject(raw.serviceStats)
    ? Object.entries(raw.serviceStats).map(([name, stats]) => ({
        name,
        spans: countOf(isObject(stats) ? stats.spanCount : 0),
        errors: countOf(isObject(stats) ? stats.errorCount : 0),
      }))
    : null;
  const sum = (of: "spans" | "errors"): number | null =>
    services === null ? null : services.reduce((all, each) => all + each[of], 0);
  const ms = typeof raw.durationMs === "number" && raw.durationMs >= 0 ? raw.durationMs : 0;
  return {
    ...{ traceId, root, spans: sum("spans"), errors: sum("errors"), startNs },
    services: services ?? (root === null ? [] : [{ name: root.service, spans: 0, errors: 0 }]),
    durationNs: BigInt(Math.round(ms * 1e6)),
  };
}

function countOf(raw: unknown): number {
  return typeof raw === "number" && Number.isInteger(raw) && raw >= 0 ? raw : 0;
}

/** Values of a tag, in either version's form; null for what is no such answer. */
export function valuesOf(json: unknown): string[] | null {
  if (!isObject(json) || !("tagValues" in json)) return null;
  return listOf(json.tagValues).flatMap((each) => {
    const value = isObject(each) ? each.value : each;
    return typeof value === "string" ? [value] : [];
  });
}
