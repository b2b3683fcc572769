/** A first text for each kind: the smallest that means something, with names to be replaced. Kinds that it doesn't know get a frame. */
import type { PolicyKind } from "#lib/policy/kind.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";

const SPECS: Readonly<Record<string, JsonObject>> = {
  VirtualService: { hosts: ["example"], http: [{ route: [{ destination: { host: "example" } }] }] },
  DestinationRule: {
    host: "example",
    subsets: [
      { name: "v1", labels: { version: "v1" } },
      { name: "v2", labels: { version: "v2" } },
    ],
  },
  Gateway: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["example.com"] }],
  },
  ServiceEntry: {
    hosts: ["api.example.com"],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
  },
  Sidecar: { egress: [{ hosts: ["./*", "istio-system/*"] }] },
  PeerAuthentication: { mtls: { mode: "PERMISSIVE" } },
  RequestAuthentication: { jwtRules: [{ issuer: "https://issuer.example.com" }] },
  AuthorizationPolicy: {
    selector: { matchLabels: { app: "example" } },
    action: "ALLOW",
    rules: [{ from: [{ source: { principals: ["cluster.local/ns/default/sa/example"] } }] }],
  },
  Telemetry: { tracing: [{ randomSamplingPercentage: 1 }] },
  HTTPRoute: {
    parentRefs: [{ group: "", kind: "Service", name: "example", port: 80 }],
    rules: [{ backendRefs: [{ name: "example", port: 80 }] }],
  },
  GRPCRoute: {
    parentRefs: [{ group: "", kind: "Service", name: "example", port: 80 }],
    rules: [{ backendRefs: [{ name: "example", port: 80 }] }],
  },
};

/** Istio and Gateway API both have a Gateway; this is the latter's. */
const GATEWAY_API: JsonObject = {
  gatewayClassName: "istio",
  listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
};

export function templateOf(kind: PolicyKind, namespace: string): string {
  const own = kind.kind === "Gateway" && kind.area === "gateway-api" ? GATEWAY_API : SPECS[kind.kind];
  const [version] = kind.versions;
  return writeYaml({
    apiVersion: kind.group === "" ? version : `${kind.group}/${version}`,
    kind: kind.kind,
    metadata: { name: "example", ...(kind.namespaced ? { namespace } : {}) },
    spec: own ?? {},
  });
}
