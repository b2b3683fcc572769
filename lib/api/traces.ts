/** GET /traces, /traces/{id} and what helps to search: answers. Span times are decimal strings of unix nanoseconds. */
import { KINDS, STATUSES } from "#lib/tracing/model.ts";
import { sourceSchema } from "./graph.ts";
import { z } from "./zod.ts";

const nanoseconds = z.string().meta({ description: "decimal nanoseconds" });
const count = z.number().nullable().meta({ description: "null: the backend doesn't say" });
const serviceCount = z
  .object({ name: z.string(), spans: z.number(), errors: z.number() })
  .meta({ id: "TraceServiceCount" });
const hidden = z
  .object({ spans: z.number(), errors: z.number() })
  .meta({ id: "TraceHidden", description: "spans in namespaces that the viewer may not see" });
const problems = z.array(z.object({ source: z.string(), code: z.string(), detail: z.string() }));
const partial = z.object({ reason: z.enum(["bytes", "spans"]), detail: z.string() }).meta({ id: "TracePartial" });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const attributes = z.record(z.string(), scalar);

const head = { sources: z.array(sourceSchema), problems };

export const tracesSchema = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          backend: z.string(),
          root: z
            .object({ service: z.string(), operation: z.string() })
            .nullable()
            .meta({ description: "null: missing, or not to be seen" }),
          services: z.array(z.string()),
          counts: z.array(serviceCount),
          spans: count,
          errors: count,
          start: z.iso.datetime(),
          startNs: nanoseconds,
          durationMs: z.number(),
          hidden: hidden.exactOptional(),
        })
        .meta({ id: "TraceItem" }),
    ),
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    ...head,
    partial: z.array(partial.extend({ source: z.string() })),
    full: z
      .array(z.string())
      .meta({ description: "backends that found as many as were asked for: there are probably more" }),
    hidden: z.number().meta({ description: "traces of which the viewer may see nothing" }),
    warnings: z.array(z.string()),
  })
  .meta({ id: "Traces" });

export const traceCallsSchema = z
  .object({
    items: z.array(
      z
        .object({
          trace: z.string(),
          backend: z.string(),
          span: z.string().meta({ description: "its name in the address of the trace's page" }),
          service: z.string().meta({ description: "who made the span: the client, where it has one" }),
          operation: z.string(),
          start: z.iso.datetime(),
          startNs: nanoseconds,
          durationMs: z.number(),
          failed: z.boolean(),
        })
        .meta({ id: "TraceCall" }),
    ),
    more: z.number().meta({ description: "calls that were found and are too many to be listed" }),
    traces: z.number().meta({ description: "traces that were read for them" }),
    exemplars: z
      .array(z.object({ trace: z.string(), at: z.iso.datetime(), durationMs: z.number() }))
      .meta({ description: "traces that Prometheus names beside its latencies; empty where it keeps none" }),
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    ...head,
    partial: z.array(partial.extend({ source: z.string() })),
    full: z
      .array(z.string())
      .meta({ description: "backends that found as many traces as were asked for: there are probably more" }),
    warnings: z.array(z.string()),
  })
  .meta({ id: "TraceCalls" });

const warning = z.object({
  spanId: z.string().nullable().meta({ description: "null: of the trace" }),
  row: z.number().meta({ description: "of spans; -1: of the trace" }),
  code: z.string(),
  detail: z.string(),
});

const spanSchema = z
  .object({
    spanId: z.string(),
    parentSpanId: z.string().meta({ description: "empty: none" }),
    service: z.string(),
    name: z.string(),
    kind: z.enum(KINDS),
    status: z.enum(STATUSES),
    statusMessage: z.string(),
    scope: z.string(),
    startNs: nanoseconds,
    durationNs: nanoseconds,
    attributes,
    resource: attributes,
    events: z.array(z.object({ atNs: nanoseconds, name: z.string(), attributes })),
    links: z.array(z.object({ traceId: z.string(), spanId: z.string(), attributes })),
    node: z.string().nullable().meta({ description: "the node of the graph where it was made; null: not known" }),
  })
  .meta({ id: "Span" });

export const traceSchema = z
  .object({
    id: z.string(),
    backend: z.string(),
    externalUrl: z.string().exactOptional(),
    start: z.iso.datetime(),
    durationMs: z.number(),
    services: z.array(serviceCount),
    spans: z.array(spanSchema).meta({ description: "with format=spans" }).exactOptional(),
    columns: z.looseObject({}).meta({ description: "with format=columns: ours alone, may change" }).exactOptional(),
    nodes: z
      .array(z.string().nullable())
      .meta({ description: "with format=columns: each span's node of the graph" })
      .exactOptional(),
    warnings: z.array(warning).meta({
      description: "with format=columns without those that building the tree finds: lost callers, clocks that disagree",
    }),
    partial: partial.nullable(),
    hidden: hidden.exactOptional(),
    also: z
      .array(z.object({ backend: z.string(), spans: z.number() }))
      .meta({ description: "other backends that have spans of it: it is shown from the one that has most" })
      .exactOptional(),
    ...head,
  })
  .meta({ id: "Trace" });

export const traceServicesSchema = z
  .object({ items: z.array(z.object({ name: z.string(), backends: z.array(z.string()) })), ...head })
  .meta({ id: "TraceServices" });

export const traceOperationsSchema = z
  .object({
    items: z.array(z.object({ name: z.string(), kind: z.string().nullable(), backends: z.array(z.string()) })),
    ...head,
  })
  .meta({ id: "TraceOperations" });

const samplingRate = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    name: z.string().meta({ description: "of the Telemetry, of the workload with an annotation, of the ConfigMap" }),
    where: z.enum(["mesh", "namespace", "workloads"]).meta({ description: "for whom it counts" }),
    from: z.enum(["telemetry", "proxy", "settings", "istiod", "default"]).meta({
      description:
        "a Telemetry; a workload's annotation proxy.istio.io/config; defaultConfig or enableTracing of the mesh's settings; istiod's PILOT_TRACE_SAMPLING; none of them, all of which were read: Istio's default",
    }),
    percent: z.number().meta({ description: "0 to 100, of the traces that begin there" }),
  })
  .meta({ id: "TraceSamplingRate" });

export const traceBackendsSchema = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["jaeger", "zipkin", "tempo"]),
        externalUrl: z.string().exactOptional(),
        capabilities: z
          .object({
            api: z.string(),
            serviceOptional: z.boolean(),
            tags: z.boolean(),
            durations: z.boolean(),
            errorsOnly: z.boolean(),
            operations: z.boolean(),
            summaries: z.boolean(),
            maxLimit: z.number(),
            language: z.literal("TraceQL").nullable(),
          })
          .nullable()
          .meta({ description: "null: it doesn't answer, so nobody knows" }),
      }),
    ),
    sampling: z
      .array(samplingRate)
      .nullable()
      .meta({ description: "what objects in sight set, and the mesh's settings; null: they can't be read" }),
    samplingUnknown: z
      .array(z.object({ cluster: z.string(), why: z.string() }))
      .meta({ description: "clusters whose mesh-wide rate isn't known" }),
    ...head,
  })
  .meta({ id: "TraceBackends" });

export type TracesAnswer = z.infer<typeof tracesSchema>;
export type TraceItem = TracesAnswer["items"][number];
export type TraceCallsAnswer = z.infer<typeof traceCallsSchema>;
export type TraceCall = TraceCallsAnswer["items"][number];
export type TraceAnswer = z.infer<typeof traceSchema>;
export type TraceServicesAnswer = z.infer<typeof traceServicesSchema>;
export type SamplingRate = z.infer<typeof samplingRate>;
export type TraceOperationsAnswer = z.infer<typeof traceOperationsSchema>;
export type TraceBackendsAnswer = z.infer<typeof traceBackendsSchema>;
