/** Asking one Zipkin by /api/v2. https://zipkin.io/zipkin-api/ */
import { type Asker, type AskerDeps, createAsker, type TracingTarget } from "../client/asker.ts";
import { badQuery, notThis, unlike } from "../client/problem.ts";
import { readSpans } from "../client/traces.ts";
import type { Asking, TraceQuery, TracingBackend, TracingCapabilities } from "../port.ts";

/** The server's own default for what it will answer is higher; pages don't show more. */
const MAX_LIMIT = 1_000;

const CAPABILITIES: TracingCapabilities = {
  api: "Zipkin, /api/v2",
  ...{ serviceOptional: true, tags: true, durations: true, errorsOnly: true, operations: true, summaries: false },
  maxLimit: MAX_LIMIT,
  language: null,
};

export function createZipkinClient(target: TracingTarget, deps: AskerDeps): TracingBackend {
  const asker = createAsker(target, "Zipkin", deps);
  const refuse = (status: number, text: string, html: boolean) =>
    status === 400 && !html ? badQuery(text, asker.named) : notThis(asker.named, unlike({ status, html }));

  async function names(path: string, o: Asking): Promise<string[]> {
    const { status, json, html } = await asker.json(path, o);
    if (status === 200 && Array.isArray(json)) return json.filter((each) => typeof each === "string");
    if (status === 404) await refuseFirstVersion(asker, o);
    throw refuse(status, JSON.stringify(json ?? ""), html);
  }

  return {
    name: target.name,
    kind: "zipkin",
    async capabilities(o) {
      await names("/api/v2/services", o);
      return CAPABILITIES;
    },
    services: (o) => names("/api/v2/services", o),
    async operations(service, o) {
      const listed = await names(`/api/v2/spans?${new URLSearchParams({ serviceName: service })}`, o);
      return listed.map((name) => ({ name, kind: null }));
    },
    async search(query, o) {
      const spans = await asker.ask(`/api/v2/traces?${zipkinQuery(query)}`, o, (head) =>
        readSpans(head, "zipkin", asker.named),
      );
      if ("status" in spans) throw refuse(spans.status, spans.text, spans.html);
      return { ...spans, summaries: null, more: spans.traces.length >= query.limit };
    },
    async trace(traceId, o) {
      const spans = await asker.ask(`/api/v2/trace/${traceId}`, o, (head) => readSpans(head, "zipkin", asker.named));
      if ("status" in spans) {
        if (spans.status === 404 && !spans.html) return null;
        throw refuse(spans.status, spans.text, spans.html);
      }
      // Lenient servers mix traces whose ids end alike.
      const trace = spans.traces.find((each) => each.traceId === traceId.padStart(32, "0")) ?? spans.traces[0];
      return trace === undefined ? null : { trace, partial: spans.partial };
    },
    close: () => asker.close(),
  };
}

/** Zipkin 1 answers under /api/v1 alone. */
async function refuseFirstVersion(asker: Asker, o: Asking): Promise<void> {
  const { status, json } = await asker.json("/api/v1/services", o);
  if (status === 200 && Array.isArray(json))
    throw notThis(
      asker.named,
      "only the first version of Zipkin's API (/api/v1); version 2.4 or newer is needed. HTTP 404",
    );
}

/** A search as Zipkin wants it: back from an end, times in milliseconds, durations in microseconds. */
export function zipkinQuery(query: TraceQuery): URLSearchParams {
  const conditions = [...query.tags.map(([key, value]) => `${key}=${value}`), ...(query.errorsOnly ? ["error"] : [])];
  const micros = (seconds: number): string => String(Math.max(1, Math.round(seconds * 1e6)));
  const parameters = new URLSearchParams({
    endTs: String(Math.ceil(query.end * 1000)),
    lookback: String(Math.max(1, Math.ceil((query.end - query.start) * 1000))),
    limit: String(query.limit),
  });
  if (query.service !== null) parameters.set("serviceName", query.service);
  if (query.operation !== null) parameters.set("spanName", query.operation);
  if (conditions.length > 0) parameters.set("annotationQuery", conditions.join(" and "));
  // A longest duration is only accepted beside a shortest one.
  if (query.minDuration !== null || query.maxDuration !== null)
    parameters.set("minDuration", micros(query.minDuration ?? 0));
  if (query.maxDuration !== null) parameters.set("maxDuration", micros(query.maxDuration));
  return parameters;
}
