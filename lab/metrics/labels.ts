/**
 * The labels of Istio's standard metrics, observer by observer. Read from Istio's stats filter
 * (https://github.com/istio/proxy/blob/master/source/extensions/filters/http/istio_stats/istio_stats.cc) and ztunnel
 * (https://github.com/istio/ztunnel/blob/master/src/proxy/metrics.rs); documented at
 * https://istio.io/latest/docs/reference/config/metrics/.
 */

/** What a proxy knows of a workload, its own or its peer's. Empty or null = not known. */
export interface Identity {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string | null;
  readonly version: string | null;
  readonly canonicalService: string;
  readonly canonicalRevision: string;
  readonly cluster: string;
  /** spiffe://TRUST_DOMAIN/ns/NS/sa/SA, whether or not a connection proves it. */
  readonly principal: string;
}

/** The service a call was for, as the reporting proxy knows it; null = unknown. */
export interface ServiceLabels {
  /** FQDN, or the raw Host header where the proxy has no cluster for the call. */
  readonly host: string | null;
  /** Short name; PassthroughCluster, BlackHoleCluster, or the raw Host header. */
  readonly name: string | null;
  readonly namespace: string | null;
}

export type SidecarReporter = "source" | "destination" | "waypoint";

export interface TrafficLabels {
  readonly reporter: SidecarReporter;
  readonly source: Identity | null;
  readonly destination: Identity | null;
  readonly service: ServiceLabels;
  /** Did mutual TLS carry the call, so that both ends' principals are proven? */
  readonly mtls: boolean;
}

export type Labels = readonly (readonly [name: string, value: string])[];

const UNKNOWN = "unknown";
const orUnknown = (value: string | null | undefined): string => (value ? value : UNKNOWN);

/**
 * The twenty labels that every metric of a sidecar, gateway or waypoint carries. A principal appears only where mTLS
 * proved it, on both reports; an unknown peer's revision is `latest`, but `unknown` as a waypoint's destination.
 * A waypoint learns its backend from endpoint metadata, which holds neither app nor version.
 */
export function trafficLabels(t: TrafficLabels): Labels {
  const { source, destination, service, mtls } = t;
  const waypoint = t.reporter === "waypoint";
  const principal = (end: Identity | null): string => (mtls ? orUnknown(end?.principal) : UNKNOWN);
  const serviceNamespace = t.reporter === "destination" ? destination?.namespace : service.namespace;
  return [
    ["reporter", t.reporter],
    ["source_workload", orUnknown(source?.workload)],
    ["source_canonical_service", orUnknown(source?.canonicalService)],
    ["source_canonical_revision", source === null ? "latest" : source.canonicalRevision],
    ["source_workload_namespace", orUnknown(source?.namespace)],
    ["source_principal", principal(source)],
    ["source_app", orUnknown(source?.app)],
    ["source_version", orUnknown(source?.version)],
    ["source_cluster", orUnknown(source?.cluster)],
    ["destination_workload", orUnknown(destination?.workload)],
    ["destination_workload_namespace", orUnknown(destination?.namespace)],
    ["destination_principal", principal(destination)],
    ["destination_app", waypoint ? UNKNOWN : orUnknown(destination?.app)],
    ["destination_version", waypoint ? UNKNOWN : orUnknown(destination?.version)],
    ["destination_service", orUnknown(service.host)],
    ["destination_canonical_service", orUnknown(destination?.canonicalService)],
    ["destination_canonical_revision", destination?.canonicalRevision ?? (waypoint ? UNKNOWN : "latest")],
    ["destination_service_name", orUnknown(service.name)],
    ["destination_service_namespace", orUnknown(serviceNamespace)],
    ["destination_cluster", orUnknown(destination?.cluster)],
  ];
}

/** A client's proxy doesn't know whether its own connection is mTLS; servers and waypoints do. */
export function securityPolicy(reporter: SidecarReporter, mtls: boolean): "unknown" | "mutual_tls" | "none" {
  if (reporter === "source") return UNKNOWN;
  return mtls ? "mutual_tls" : "none";
}

/** What the labels of a finished HTTP or gRPC request add. Code "0": no response was sent. */
export interface Outcome {
  readonly protocol: "http" | "grpc";
  readonly code: string;
  /** gRPC status as a number; empty for HTTP and where no status arrived. */
  readonly grpcStatus: string;
  /** Envoy's short flags, `-` for none, comma-separated for several. */
  readonly flags: string;
}

export const requestLabels = (t: TrafficLabels, outcome: Outcome): Labels => [
  ...trafficLabels(t),
  ["request_protocol", outcome.protocol],
  ["response_code", outcome.code],
  ["grpc_response_status", outcome.grpcStatus],
  ["response_flags", outcome.flags],
  ["connection_security_policy", securityPolicy(t.reporter, t.mtls)],
];

export const tcpLabels = (t: TrafficLabels, flags: string): Labels => [
  ...trafficLabels(t),
  ["request_protocol", "tcp"],
  ["response_flags", flags],
  ["connection_security_policy", securityPolicy(t.reporter, t.mtls)],
];

export interface ZtunnelLabels {
  readonly reporter: "source" | "destination";
  readonly source: Identity | null;
  readonly destination: Identity | null;
  readonly service: ServiceLabels;
  readonly mtls: boolean;
  readonly flags: string;
}

/**
 * A ztunnel's labels: `unknown` where its Envoy twins would say `none` or `latest`; app and version are the canonical
 * ones; the destination's principal is the expected identity, the source's only what TLS proved.
 */
export function ztunnelLabels(z: ZtunnelLabels): Labels {
  const { source, destination, service, mtls } = z;
  return [
    ["reporter", z.reporter],
    ["source_workload", orUnknown(source?.workload)],
    ["source_canonical_service", orUnknown(source?.canonicalService)],
    ["source_canonical_revision", orUnknown(source?.canonicalRevision)],
    ["source_workload_namespace", orUnknown(source?.namespace)],
    ["source_principal", mtls ? orUnknown(source?.principal) : UNKNOWN],
    ["source_app", orUnknown(source?.canonicalService)],
    ["source_version", orUnknown(source?.canonicalRevision)],
    ["source_cluster", orUnknown(source?.cluster)],
    ["destination_service", orUnknown(service.host)],
    ["destination_service_namespace", orUnknown(service.namespace)],
    ["destination_service_name", orUnknown(service.name)],
    ["destination_workload", orUnknown(destination?.workload)],
    ["destination_canonical_service", orUnknown(destination?.canonicalService)],
    ["destination_canonical_revision", orUnknown(destination?.canonicalRevision)],
    ["destination_workload_namespace", orUnknown(destination?.namespace)],
    ["destination_principal", orUnknown(destination?.principal)],
    ["destination_app", orUnknown(destination?.canonicalService)],
    ["destination_version", orUnknown(destination?.canonicalRevision)],
    ["destination_cluster", orUnknown(destination?.cluster)],
    ["request_protocol", "tcp"],
    ["response_flags", z.flags],
    ["connection_security_policy", mtls ? "mutual_tls" : UNKNOWN],
  ];
}

/** `a="1",b="2"` with the text format's escapes, ready to stand between braces. */
export function printLabels(labels: Labels): string {
  return labels
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"`)
    .join(",");
}
