/** Annotations that Istio reads, and on what. https://istio.io/latest/docs/reference/config/annotations/ */

export type On =
  | "Pod"
  | "Service"
  | "Ingress"
  | "Namespace"
  | "AuthorizationPolicy"
  | "Any"
  | "ServiceEntry"
  | "Gateway";

export interface Known {
  readonly on: readonly On[];
  /** Absent: stable or beta. */
  readonly state?: "alpha" | "deprecated";
  readonly value?: "boolean" | "ports" | "number";
}

const pod = (more: Omit<Known, "on"> = {}): Known => ({ on: ["Pod"], ...more });
const ports = pod({ value: "ports", state: "alpha" });
const alpha = pod({ state: "alpha" });

export const ANNOTATIONS: ReadonlyMap<string, Known> = new Map<string, Known>([
  ["sidecar.istio.io/inject", pod({ value: "boolean", state: "deprecated" })],
  ["sidecar.istio.io/status", alpha],
  ["sidecar.istio.io/rewriteAppHTTPProbers", pod({ value: "boolean", state: "alpha" })],
  ["sidecar.istio.io/proxyImage", alpha],
  ["sidecar.istio.io/proxyImageType", alpha],
  ["sidecar.istio.io/proxyCPU", alpha],
  ["sidecar.istio.io/proxyCPULimit", alpha],
  ["sidecar.istio.io/proxyMemory", alpha],
  ["sidecar.istio.io/proxyMemoryLimit", alpha],
  ["sidecar.istio.io/logLevel", alpha],
  ["sidecar.istio.io/componentLogLevel", alpha],
  ["sidecar.istio.io/agentLogLevel", alpha],
  ["sidecar.istio.io/interceptionMode", alpha],
  ["sidecar.istio.io/bootstrapOverride", alpha],
  ["sidecar.istio.io/discoveryAddress", pod({ state: "deprecated" })],
  ["sidecar.istio.io/controlPlaneAuthPolicy", pod({ state: "deprecated" })],
  ["sidecar.istio.io/enableCoreDump", pod({ value: "boolean", state: "alpha" })],
  ["sidecar.istio.io/statsInclusionPrefixes", pod({ state: "deprecated" })],
  ["sidecar.istio.io/statsInclusionRegexps", pod({ state: "deprecated" })],
  ["sidecar.istio.io/statsInclusionSuffixes", pod({ state: "deprecated" })],
  ["sidecar.istio.io/statsHistogramBuckets", alpha],
  ["sidecar.istio.io/statsCompression", alpha],
  ["sidecar.istio.io/extraStatTags", alpha],
  ["sidecar.istio.io/userVolume", alpha],
  ["sidecar.istio.io/userVolumeMount", alpha],
  ["sidecar.istio.io/nativeSidecar", pod({ value: "boolean" })],
  ["status.sidecar.istio.io/port", pod({ value: "number", state: "alpha" })],
  ["readiness.status.sidecar.istio.io/applicationPorts", ports],
  ["readiness.status.sidecar.istio.io/failureThreshold", pod({ value: "number", state: "alpha" })],
  ["readiness.status.sidecar.istio.io/initialDelaySeconds", pod({ value: "number", state: "alpha" })],
  ["readiness.status.sidecar.istio.io/periodSeconds", pod({ value: "number", state: "alpha" })],
  ["traffic.sidecar.istio.io/includeInboundPorts", ports],
  ["traffic.sidecar.istio.io/excludeInboundPorts", ports],
  ["traffic.sidecar.istio.io/includeOutboundPorts", ports],
  ["traffic.sidecar.istio.io/excludeOutboundPorts", ports],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", alpha],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", alpha],
  ["traffic.sidecar.istio.io/excludeInterfaces", alpha],
  ["traffic.sidecar.istio.io/kubevirtInterfaces", pod({ state: "deprecated" })],
  ["istio.io/reroute-virtual-interfaces", alpha],
  ["istio.io/connect-strategy", alpha],
  ["proxy.istio.io/config", pod()],
  ["proxy.istio.io/overrides", alpha],
  ["inject.istio.io/templates", alpha],
  ["prometheus.istio.io/merge-metrics", pod({ value: "boolean", state: "alpha" })],
  ["ambient.istio.io/redirection", { on: ["Pod", "Namespace"] }],
  ["ambient.istio.io/waypoint-inbound-binding", { on: ["Any"], state: "alpha" }],
  ["ambient.istio.io/bypass-inbound-capture", pod({ value: "boolean", state: "alpha" })],
  ["ambient.istio.io/dns-capture", pod({ value: "boolean", state: "alpha" })],
  ["istio.io/dry-run", { on: ["AuthorizationPolicy"], state: "alpha", value: "boolean" }],
  ["istio.io/rev", { on: ["Any"] }],
  ["galley.istio.io/analyze-suppress", { on: ["Any"], state: "alpha" }],
  ["internal.istio.io/parents", { on: ["Any"] }],
  ["internal.istio.io/service-semantics", { on: ["Any"] }],
  ["networking.istio.io/exportTo", { on: ["Service", "ServiceEntry"], state: "alpha" }],
  ["networking.istio.io/traffic-distribution", { on: ["Service", "ServiceEntry", "Namespace"] }],
  ["networking.istio.io/service-type", { on: ["Gateway"], state: "alpha" }],
  ["networking.istio.io/address-type", { on: ["Gateway"], state: "alpha" }],
  ["topology.istio.io/controlPlaneClusters", { on: ["Namespace"], state: "alpha" }],
  ["topology.istio.io/subzone", { on: ["Any"] }],
  ["install.operator.istio.io/chart-owner", { on: ["Any"], state: "alpha" }],
  ["install.operator.istio.io/owner-generation", { on: ["Any"], state: "alpha" }],
  ["kubernetes.io/ingress.class", { on: ["Ingress"] }],
]);
