/**
 * The kinds that are policy in Istio, with the versions that can be read, the preferred first. By the CRDs that Istio and
 * Gateway API publish: https://istio.io/latest/docs/reference/config/ and https://gateway-api.sigs.k8s.io/reference/spec/
 */
import type { PolicyArea, PolicyKind } from "#lib/policy/kind.ts";

export const NETWORKING = "networking.istio.io";
const SECURITY = "security.istio.io";
const TELEMETRY = "telemetry.istio.io";
const EXTENSIONS = "extensions.istio.io";
export const GATEWAY_API = "gateway.networking.k8s.io";

type Versions = PolicyKind["versions"];
type Row = readonly [kind: string, plural: string, area: PolicyArea, versions: Versions, about: string];

const V1: Versions = ["v1", "v1beta1", "v1alpha3"];
const STABLE: Versions = ["v1", "v1beta1"];
const L4_ROUTES: Versions = ["v1", "v1alpha2"];

const rows: Readonly<Record<string, readonly Row[]>> = {
  [NETWORKING]: [
    ["VirtualService", "virtualservices", "routing", V1, "Routes calls to hosts by match, weight and rewrite."],
    ["DestinationRule", "destinationrules", "routing", V1, "Names a host's subsets and how clients treat it."],
    ["Gateway", "gateways", "routing", V1, "Opens ports of gateway workloads for hosts."],
    ["ServiceEntry", "serviceentries", "routing", V1, "Makes hosts outside the registry known to the mesh."],
    ["Sidecar", "sidecars", "routing", V1, "Limits which hosts and ports workloads' proxies know."],
    ["WorkloadEntry", "workloadentries", "membership", V1, "Describes one workload that is no pod."],
    ["WorkloadGroup", "workloadgroups", "membership", V1, "Describes what workloads that are no pods share."],
    ["EnvoyFilter", "envoyfilters", "extension", ["v1alpha3"], "Patches the proxies' generated configuration."],
    ["ProxyConfig", "proxyconfigs", "extension", ["v1beta1"], "Sets how proxies start."],
  ],
  [SECURITY]: [
    ["PeerAuthentication", "peerauthentications", "security", STABLE, "Says which mutual TLS workloads accept."],
    ["RequestAuthentication", "requestauthentications", "security", STABLE, "Says which JWTs workloads accept."],
    ["AuthorizationPolicy", "authorizationpolicies", "security", STABLE, "Allows or denies calls to workloads."],
  ],
  [TELEMETRY]: [
    ["Telemetry", "telemetries", "telemetry", ["v1", "v1alpha1"], "Sets metrics, access logs and traces of proxies."],
  ],
  [EXTENSIONS]: [
    ["WasmPlugin", "wasmplugins", "extension", ["v1alpha1"], "Loads a WebAssembly filter into proxies."],
    ["TrafficExtension", "trafficextensions", "extension", ["v1alpha1"], "Loads WebAssembly or Lua into proxies."],
  ],
  [GATEWAY_API]: [
    ["Gateway", "gateways", "gateway-api", STABLE, "Asks for a gateway or waypoint with listeners."],
    ["GatewayClass", "gatewayclasses", "gateway-api", STABLE, "Names a controller that gateways are made by."],
    ["HTTPRoute", "httproutes", "gateway-api", STABLE, "Routes HTTP calls of gateways or services."],
    ["GRPCRoute", "grpcroutes", "gateway-api", ["v1"], "Routes gRPC calls of gateways or services."],
    ["TCPRoute", "tcproutes", "gateway-api", L4_ROUTES, "Routes TCP connections of gateways or services."],
    ["TLSRoute", "tlsroutes", "gateway-api", ["v1", "v1alpha3", "v1alpha2"], "Routes TLS connections by server name."],
    ["UDPRoute", "udproutes", "gateway-api", L4_ROUTES, "Routes UDP packets of gateways."],
    ["ReferenceGrant", "referencegrants", "gateway-api", STABLE, "Lets other namespaces' routes name objects here."],
    ["BackendTLSPolicy", "backendtlspolicies", "gateway-api", ["v1", "v1alpha3"], "Sets TLS from gateway to backend."],
    ["ListenerSet", "listenersets", "gateway-api", ["v1"], "Adds listeners to a gateway."],
  ],
  // Its labels decide whether pods join the mesh.
  "": [["Namespace", "namespaces", "membership", ["v1"], "Says by its labels whether its pods join the mesh."]],
};

const CLUSTER_SCOPED: ReadonlySet<string> = new Set(["GatewayClass", "Namespace"]);

export const kinds: readonly PolicyKind[] = Object.entries(rows).flatMap(([group, list]) =>
  list.map(([kind, plural, area, versions, about]) => ({
    group,
    versions,
    kind,
    plural,
    namespaced: !CLUSTER_SCOPED.has(kind),
    area,
    about,
  })),
);
