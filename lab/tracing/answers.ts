/** Stored spans as Jaeger's two APIs answer them. */
import { type AnyValue, type Attribute, KINDS, type Stored, textOf } from "./model.ts";

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0;

/** /api/v3: OTLP, grouped by resource and scope; what is empty is left out, but for scope and status. */
export function v3Traces(traces: readonly (readonly Stored[])[]): unknown {
  const resourceSpans: unknown[] = [];
  for (const trace of traces) {
    const groups = Map.groupBy(trace, ({ resource, scope }) => JSON.stringify([resource, scope]));
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      resourceSpans.push({
        resource: listed("attributes", [...first.resource].sort(byKey)),
        scopeSpans: [{ scope: first.scope, spans: group.map(v3Span) }],
      });
    }
  }
  return { result: { resourceSpans } };
}

function v3Span({ span }: Stored): unknown {
  const { attributes = [], events = [], links = [], kind, status, ...rest } = span;
  return {
    ...rest,
    ...(kind ? { kind } : {}),
    ...listed("attributes", [...attributes].sort(byKey)),
    ...listed("events", events),
    ...listed("links", links),
    status: status ?? {},
  };
}

const listed = (name: string, items: readonly unknown[]): object => (items.length === 0 ? {} : { [name]: items });

interface Tag {
  readonly key: string;
  readonly type: "string" | "bool" | "int64" | "float64" | "binary";
  readonly value: string | boolean | number;
}

/** /api: microseconds, typed tags, processes by name. */
export function legacyTrace(trace: readonly Stored[]): unknown {
  const processes = new Map<string, { name: string; process: unknown }>();
  const spans = trace.map((stored) => {
    const key = JSON.stringify(stored.resource);
    const known = processes.get(key) ?? { name: `p${processes.size + 1}`, process: processOf(stored) };
    processes.set(key, known);
    return legacySpan(stored, known.name);
  });
  return {
    traceID: trace[0]?.span.traceId,
    spans,
    processes: Object.fromEntries([...processes.values()].map(({ name, process }) => [name, process])),
    warnings: null,
  };
}

function processOf({ service, resource }: Stored): unknown {
  return {
    serviceName: service,
    tags: resource
      .filter(({ key }) => key !== "service.name")
      .map(tagOf)
      .sort(byKey),
  };
}

function legacySpan({ span, scope }: Stored, processID: string): unknown {
  const start = BigInt(span.startTimeUnixNano);
  const reference = (refType: string, traceID: string, spanID: string) => ({ refType, traceID, spanID });
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentSpanId ? [reference("CHILD_OF", span.traceId, span.parentSpanId)] : []),
      ...(span.links ?? []).map((link) => reference("FOLLOWS_FROM", link.traceId, link.spanId)),
    ],
    startTime: Number(start / 1000n),
    duration: Number((BigInt(span.endTimeUnixNano) - start) / 1000n),
    tags: [...(span.attributes ?? []).map(tagOf), ...fieldsOf({ span, scope })].sort(byKey),
    logs: (span.events ?? []).map((event) => ({
      timestamp: Number(BigInt(event.timeUnixNano) / 1000n),
      fields: [{ key: "event", type: "string", value: event.name }, ...(event.attributes ?? []).map(tagOf)],
    })),
    processID,
    warnings: null,
  };
}

/** Fields of OpenTelemetry's model become tags. */
function fieldsOf({ span, scope }: Pick<Stored, "span" | "scope">): Tag[] {
  const text = (key: string, value: string | undefined): Tag[] => (value ? [{ key, type: "string", value }] : []);
  const code = span.status?.code ?? 0;
  return [
    ...text("otel.scope.name", scope.name),
    ...text("otel.scope.version", scope.version),
    ...text("span.kind", KINDS[span.kind ?? 0]),
    ...text("otel.status_code", [undefined, "OK", "ERROR"][code]),
    ...text("otel.status_description", span.status?.message),
    ...(code === 2 ? [{ key: "error", type: "bool", value: true } as const] : []),
  ];
}

function tagOf({ key, value }: Attribute): Tag {
  return { key, ...typed(value) };
}

function typed(value: AnyValue): Pick<Tag, "type" | "value"> {
  if (value.boolValue !== undefined) return { type: "bool", value: value.boolValue };
  if (value.intValue !== undefined) return { type: "int64", value: Number(value.intValue) };
  if (value.doubleValue !== undefined) return { type: "float64", value: value.doubleValue };
  if (value.bytesValue !== undefined) return { type: "binary", value: value.bytesValue };
  return { type: "string", value: textOf(value) };
}
