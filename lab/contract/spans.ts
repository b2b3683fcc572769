/** Spans for contracts: a little trace with all that a span can have, and others to be told from it. */
import { randomBytes } from "node:crypto";
import type { AnyValue, Attribute, ExportRequest, OtlpSpan } from "../tracing/model.ts";

export const hex = (bytes: number): string => randomBytes(bytes).toString("hex");

const attribute = (key: string, value: AnyValue): Attribute => ({ key, value });
const text = (key: string, stringValue: string): Attribute => attribute(key, { stringValue });

/** Nanoseconds of an instant in milliseconds, with a rest that microseconds can't tell. */
const nanos = (ms: number): string => (BigInt(Math.round(ms * 1000)) * 1000n + 7n).toString();

/** A trace of three spans in two services. Services have names of their own, so that tests don't see each other's. */
export interface SampleTrace {
  readonly traceId: string;
  /** Unix milliseconds of its beginning. */
  readonly startMs: number;
  readonly web: string;
  readonly db: string;
  /** Of the root, the call and the query. */
  readonly ids: readonly [string, string, string];
  readonly request: ExportRequest;
}

/** The root takes 100 ms and fails, its call 80 ms, the query 60 ms. */
export function sampleTrace(startMs: number, own: string = hex(4)): SampleTrace {
  const traceId = hex(16);
  const ids = [hex(8), hex(8), hex(8)] as const;
  const [web, db] = [`web-${own}.shop`, `db-${own}.data`];
  const times = (at: number, ms: number): Pick<OtlpSpan, "startTimeUnixNano" | "endTimeUnixNano"> => ({
    startTimeUnixNano: nanos(startMs + at),
    endTimeUnixNano: nanos(startMs + at + ms),
  });
  const root: OtlpSpan = {
    ...{ traceId, spanId: ids[0], name: "GET /cart", kind: 2, ...times(0, 100) },
    attributes: [
      text("http.status_code", "503"),
      attribute("items", { intValue: "42" }),
      attribute("cached", { boolValue: true }),
      attribute("share", { doubleValue: 0.5 }),
      attribute("list", { arrayValue: { values: [{ stringValue: "x" }] } }),
      text("error", "true"),
    ],
    events: [
      { timeUnixNano: nanos(startMs + 50), name: "exception", attributes: [text("exception.type", "OutOfStock")] },
    ],
    status: { code: 2, message: "out of stock" },
  };
  const call: OtlpSpan = {
    ...{ traceId, spanId: ids[1], parentSpanId: ids[0], name: "query db", kind: 3, ...times(10, 80) },
    links: [{ traceId: hex(16), spanId: hex(8) }],
  };
  const query: OtlpSpan = {
    traceId,
    spanId: ids[2],
    parentSpanId: ids[1],
    name: "select",
    kind: 2,
    ...times(20, 60),
    status: { code: 1 },
  };
  const resource = (service: string, pod: string) => ({
    attributes: [text("k8s.pod.name", pod), text("service.name", service)],
  });
  return {
    ...{ traceId, startMs, web, db, ids },
    request: {
      resourceSpans: [
        {
          resource: resource(web, "web-1"),
          scopeSpans: [{ scope: { name: "envoy", version: "1" }, spans: [root, call] }],
        },
        { resource: resource(db, "db-0"), scopeSpans: [{ scope: {}, spans: [query] }] },
      ],
    },
  };
}
