/**
 * Spans as Envoy's OpenTelemetry tracer sends them, with the tags of Envoy and those Istio adds, in OTLP's JSON form.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/observability/tracing#what-data-each-trace-contains
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { SimPod } from "../sim/pod.ts";
import type { DryRun } from "../sim/policy/guard.ts";
import { requestId, type SpanRecord } from "../sim/trace.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2 = server, 3 = client. */
  readonly kind: 2 | 3;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: 2 };
}

const attributes = (values: Readonly<Record<string, string | null>>): readonly Attribute[] =>
  Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [{ key, value: { stringValue: value } }]));

const nanos = (ms: number): string => (BigInt(Math.round(ms * 1000)) * 1000n).toString();

/** `KIND~IP~POD.NAMESPACE~DOMAIN`: how a proxy names itself to istiod. */
export function nodeId(pod: SimPod): string {
  const kind = pod.dataplane === "gateway" ? "router" : pod.dataplane === "waypoint" ? "waypoint" : "sidecar";
  return `${kind}~${pod.ip}~${pod.name}.${pod.namespace}~${pod.namespace}.svc.cluster.local`;
}

/** Istio's service name for spans: `<app>.<namespace>`. */
export const serviceName = (pod: SimPod): string => `${pod.identity.canonicalService}.${pod.namespace}`;

export function encodeSpan(span: SpanRecord): OtlpSpan {
  const { pod, outcome, peer } = span;
  const grpc = outcome.protocol === "grpc";
  const failed = outcome.code.startsWith("5") || (grpc && outcome.grpcStatus !== "0" && outcome.grpcStatus !== "");
  const host = span.host.includes(".svc.") ? span.host : span.upstreamCluster.split("|")[3] || span.host;
  const waypoint = pod.dataplane === "waypoint";
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId !== null && { parentSpanId: span.parentId }),
    name: `${host}:${span.upstreamCluster.split("|")[1] || "80"}/*`,
    kind: span.kind === "server" ? 2 : 3,
    startTimeUnixNano: nanos(span.startMs),
    endTimeUnixNano: nanos(span.startMs + span.durationMs),
    attributes: attributes({
      component: "proxy",
      node_id: nodeId(pod),
      upstream_cluster: span.upstreamCluster,
      "upstream_cluster.name": span.upstreamCluster.replaceAll("|", ";"),
      "http.url": `http://${span.host}${span.path}`,
      "http.method": span.method,
      "http.protocol": grpc ? "HTTP/2" : "HTTP/1.1",
      "http.status_code": outcome.code,
      "grpc.status_code": grpc && outcome.grpcStatus !== "" ? outcome.grpcStatus : null,
      user_agent: grpc ? "grpc-go/1.74.0" : "shop/1.0",
      "peer.address": peer?.ip ?? null,
      request_size: String(span.requestBytes),
      response_size: String(span.responseBytes),
      response_flags: outcome.flags,
      "guid:x-request-id": requestId(span.traceId),
      error: failed ? "true" : null,
      "istio.canonical_service": pod.identity.canonicalService,
      "istio.canonical_revision": pod.identity.canonicalRevision,
      "istio.mesh_id": "cluster.local",
      "istio.namespace": pod.namespace,
      "istio.cluster_id": pod.cluster,
      ...(waypoint && peer !== null && sides("source", peer)),
      ...Object.fromEntries((span.dryRuns ?? []).flatMap(onTrial)),
    }),
    status: failed ? { code: 2 } : {},
  };
}

/** A waypoint tells whom it stands between. */
const sides = (side: "source" | "destination", pod: SimPod): Record<string, string> => ({
  [`istio.${side}_workload`]: pod.identity.workload,
  [`istio.${side}_namespace`]: pod.namespace,
  [`istio.${side}_cluster_id`]: pod.cluster,
  [`istio.${side}_canonical_service`]: pod.identity.canonicalService,
  [`istio.${side}_canonical_revision`]: pod.identity.canonicalRevision,
});

/** https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/#check-dry-run-result-in-tracing-using-zipkin */
const onTrial = ({ action, result, rule }: DryRun): [string, string | null][] => [
  [`istio.authorization.dry_run.${action}_policy.name`, rule],
  [`istio.authorization.dry_run.${action}_policy.result`, result],
];

/** One export request: spans grouped by the service that made them. */
export function encodeRequest(spans: readonly SpanRecord[]): unknown {
  const byService = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const name = serviceName(span.pod);
    byService.set(name, [...(byService.get(name) ?? []), span]);
  }
  return {
    resourceSpans: [...byService].map(([name, list]) => ({
      resource: { attributes: attributes({ "service.name": name }) },
      scopeSpans: [{ scope: { name: "envoy" }, spans: list.map(encodeSpan) }],
    })),
  };
}
