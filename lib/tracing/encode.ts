/**
 * A trace as a file that others read: OTLP, Jaeger's or Zipkin's JSON. What the model holds is written; lists and maps are texts
 * by then, Jaeger and Zipkin count in microseconds, and Zipkin knows neither links nor types.
 */
import type { Format } from "./decode.ts";
import {
  attributesOf,
  durationNs,
  eventsAt,
  KINDS,
  kindOf,
  linksAt,
  nameOf,
  type Scalar,
  STATUSES,
  serviceOf,
  startNs,
  statusOf,
  type Trace,
  textAt,
} from "./model.ts";

type Pairs = readonly (readonly [string, Scalar])[];

/** The whole text of a file. */
export function writeTrace(format: Format, trace: Trace): string {
  return writeTraces(format, [trace]);
}

/** Several traces in one file; Zipkin's is a list of spans, which name their trace. */
export function writeTraces(format: Format, traces: readonly Trace[]): string {
  const rowsOf = ({ length }: Trace) => Array.from({ length }, (_, row) => row);
  const spans = (write: (trace: Trace, row: number) => unknown) =>
    traces.flatMap((trace) => rowsOf(trace).map((row) => write(trace, row)));
  if (format === "otlp") return JSON.stringify({ resourceSpans: spans(otlpSpan) });
  if (format === "zipkin") return JSON.stringify(spans(zipkinSpan));
  const data = traces.map((trace) => {
    const processes = Array.from(trace.resources.service, (_, resource) => [
      `p${resource}`,
      processOf(trace, resource),
    ]);
    const own = rowsOf(trace).map((row) => jaegerSpan(trace, row));
    return { traceID: trace.traceId, spans: own, processes: Object.fromEntries(processes) };
  });
  return JSON.stringify({ data });
}

function otlpSpan(trace: Trace, row: number): unknown {
  const start = startNs(trace, row);
  const status = STATUSES.indexOf(statusOf(trace, row));
  const message = textAt(trace, trace.statusMessage[row]);
  const scope = textAt(trace, trace.scope[row]);
  const span = {
    ...{
      traceId: trace.traceId,
      spanId: trace.spanId[row],
      parentSpanId: trace.parentId[row],
      name: nameOf(trace, row),
    },
    kind: trace.kind[row],
    startTimeUnixNano: start.toString(),
    endTimeUnixNano: (start + durationNs(trace, row)).toString(),
    attributes: otlpPairs(attributesOf(trace, trace.attributes, row)),
    events: eventsAt(trace, row).map(({ atNs, name, attributes }) => ({
      timeUnixNano: atNs.toString(),
      name,
      attributes: otlpPairs(attributes),
    })),
    links: linksAt(trace, row).map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: otlpPairs(attributes),
    })),
    status: { code: status, message },
  };
  return {
    resource: { attributes: otlpPairs(resourcePairs(trace, trace.resource[row] ?? -1)) },
    scopeSpans: [{ scope: { name: scope }, spans: [span] }],
  };
}

/** Formats without a field for the service name it as OpenTelemetry does. */
function resourcePairs(trace: Trace, resource: number): Pairs {
  const pairs = attributesOf(trace, trace.resources.attributes, resource);
  const named = pairs.some(([key]) => key === "service.name");
  const service = textAt(trace, trace.resources.service[resource]);
  return named || service === "" ? pairs : [["service.name", service], ...pairs];
}

function otlpPairs(pairs: Pairs): unknown[] {
  return pairs.map(([key, value]) => ({ key, value: otlpValue(value) }));
}

function otlpValue(value: Scalar): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function jaegerSpan(trace: Trace, row: number): unknown {
  const parent = trace.parentId[row] ?? "";
  const status = statusOf(trace, row);
  const scope = textAt(trace, trace.scope[row]);
  const message = textAt(trace, trace.statusMessage[row]);
  const fields: [string, Scalar][] = [
    ["span.kind", kindOf(trace, row)],
    ...(status === "unset" ? [] : [["otel.status_code", status.toUpperCase()] as [string, Scalar]]),
    ...(message === "" ? [] : [["otel.status_description", message] as [string, Scalar]]),
    ...(scope === "" ? [] : [["otel.scope.name", scope] as [string, Scalar]]),
  ];
  return {
    ...{ traceID: trace.traceId, spanID: trace.spanId[row], operationName: nameOf(trace, row) },
    references: [
      ...(parent === "" ? [] : [{ refType: "CHILD_OF", traceID: trace.traceId, spanID: parent }]),
      ...linksAt(trace, row).map(({ traceId, spanId }) => ({
        refType: "FOLLOWS_FROM",
        traceID: traceId,
        spanID: spanId,
      })),
    ],
    startTime: micros(startNs(trace, row)),
    duration: micros(durationNs(trace, row)),
    tags: jaegerTags([...attributesOf(trace, trace.attributes, row), ...fields]),
    logs: eventsAt(trace, row).map(({ atNs, name, attributes }) => ({
      timestamp: micros(atNs),
      fields: jaegerTags([["event", name], ...attributes]),
    })),
    processID: `p${trace.resource[row] ?? 0}`,
  };
}

function processOf(trace: Trace, resource: number): unknown {
  const tags = attributesOf(trace, trace.resources.attributes, resource).filter(([key]) => key !== "service.name");
  return { serviceName: textAt(trace, trace.resources.service[resource]), tags: jaegerTags(tags) };
}

function jaegerTags(pairs: Pairs): unknown[] {
  return pairs.map(([key, value]) => ({ key, type: jaegerType(value), value }));
}

function jaegerType(value: Scalar): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) ? "int64" : "float64";
}

function zipkinSpan(trace: Trace, row: number): unknown {
  const kind = kindOf(trace, row);
  const failed = statusOf(trace, row) === "error";
  const message = textAt(trace, trace.statusMessage[row]);
  const parent = trace.parentId[row] ?? "";
  const pairs = [
    ...attributesOf(trace, trace.resources.attributes, trace.resource[row] ?? -1),
    ...attributesOf(trace, trace.attributes, row),
  ];
  const tags = Object.fromEntries(pairs.map(([key, value]) => [key, String(value)]));
  return {
    ...{
      traceId: trace.traceId,
      id: trace.spanId[row],
      ...(parent === "" ? {} : { parentId: parent }),
      name: nameOf(trace, row),
    },
    ...(KINDS.indexOf(kind) > 1 ? { kind: kind.toUpperCase() } : {}),
    ...(trace.shared[row] === 1 ? { shared: true } : {}),
    timestamp: micros(startNs(trace, row)),
    duration: micros(durationNs(trace, row)),
    localEndpoint: { serviceName: serviceOf(trace, row) },
    tags: failed && tags["error"] === undefined ? { ...tags, error: message || "true" } : tags,
    annotations: eventsAt(trace, row).map(({ atNs, name }) => ({ timestamp: micros(atNs), value: name })),
  };
}

/** Whole microseconds: what both formats have. */
function micros(ns: bigint): number {
  return Number(ns / 1000n);
}
