/**
 * Names of Istio's standard metrics and labels, and how a label's value reads.
 * https://istio.io/latest/docs/reference/config/metrics/
 */
import type { RequestFact } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";

export const REQUESTS = "istio_requests_total";
export const DURATION = "istio_request_duration_milliseconds";
/** Counters of layer 4 and of gRPC messages, by the meter that a row of the shared read is tagged with. */
export const METERS = {
  /** Client → server: Istio names bytes from the proxy's side of the downstream connection. Swapped here and nowhere else. */
  sent: "istio_tcp_received_bytes_total",
  received: "istio_tcp_sent_bytes_total",
  opened: "istio_tcp_connections_opened_total",
  closed: "istio_tcp_connections_closed_total",
  failed: "istio_tcp_connections_failed_total",
  requestMessages: "istio_request_messages_total",
  responseMessages: "istio_response_messages_total",
} as const;
/** Counters of body sizes, the `_sum` of Istio's histograms, as rows of the latency read; client → server is `sent`. */
export const BODIES = { sent: "istio_request_bytes_sum", received: "istio_response_bytes_sum" } as const;
/** ztunnel's gauge of connections open now. */
export const SOCKETS = "istio_tcp_sockets_open";
/**
 * The operation of a request, where Istio classifies requests; the name is that of the documented example.
 * https://istio.io/latest/docs/tasks/observability/metrics/classify-metrics/
 */
export const OPERATION = "request_operation";
/**
 * What a request asked for, where a Telemetry object adds it; the names are those of Istio's own example.
 * https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/
 */
export const FACT_LABELS: Readonly<Record<RequestFact, string>> = {
  method: "request_method",
  host: "request_host",
  port: "destination_port",
};
/** The label that tells the questions of a shared read apart. */
export const METER = "meter";

export const SOURCE = ["source_cluster", "source_workload_namespace", "source_workload"] as const;
export const DESTINATION = [
  "destination_cluster",
  "destination_workload_namespace",
  "destination_workload",
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
] as const;
const CANONICAL = [
  "source_canonical_service",
  "source_canonical_revision",
  "destination_canonical_service",
  "destination_canonical_revision",
] as const;
export const SECURITY = ["connection_security_policy", "source_principal", "destination_principal"] as const;

/** The ends of a call, as few labels as tell them apart: what latency is grouped by. */
export const ENDS = ["reporter", ...SOURCE, ...DESTINATION, "request_protocol"] as const;
export const REQUEST_LABELS = [
  ...ENDS,
  ...CANONICAL,
  ...SECURITY,
  "response_code",
  "grpc_response_status",
  "response_flags",
] as const;
export const L4_LABELS = [...ENDS, ...CANONICAL, ...SECURITY, "response_flags"] as const;

/** The label's value; null where it is absent, empty, or Istio's own word for not knowing. */
export function known(labels: Labels, name: string): string | null {
  const value = labels[name];
  return value === undefined || value === "" || value === "unknown" ? null : value;
}
