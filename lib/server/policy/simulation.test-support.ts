/** Requests that are asked about in tests, and the world that they are asked of. */
import { type SimulationRequest, simulationRequestSchema } from "#lib/api/simulation.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Question, Rights } from "../rights/model.ts";
import type { PolicyDeps } from "./deps.ts";
import { showSimulation } from "./meaning.ts";
import { readingPort } from "./port.ts";
import { rootNamespaces } from "./settings.ts";

const NOW = unixSeconds(1_700_000_000);
export const HOST = "reviews.shop.svc.cluster.local";
export const object = (kind: string, namespace: string, spec: object, group = "security", name = "it"): Manifest => ({
  ...{ apiVersion: `${group}.istio.io/v1`, kind, spec: spec as never },
  metadata: { namespace, name, creationTimestamp: "2026-01-01T00:00:00Z" },
});
export const peer = (mode: string, namespace = "shop") => object("PeerAuthentication", namespace, { mtls: { mode } });
export const policy = (spec: object, namespace = "shop") => object("AuthorizationPolicy", namespace, spec);
export const from = (source: object, action = "ALLOW") => policy({ action, rules: [{ from: [{ source }] }] });
export const dr = (spec: object, namespace = "shop") =>
  object("DestinationRule", namespace, { host: HOST, ...spec }, "networking");
export const vs = (http: object[], namespace = "shop", more: object = {}) =>
  object("VirtualService", namespace, { hosts: [HOST], http, ...more }, "networking");
export const to = (subset: string, more: object = {}) => ({
  route: [{ destination: { host: HOST, subset } }],
  ...more,
});
export const BYTES = { service: { namespace: "shop", name: "bytes" } };
export const CIPHER = { service: { namespace: "shop", name: "cipher" } };
export const tcp = (match: object[] = [], hosts = ["bytes"]) => vs([], "shop", { hosts, tcp: [to("v1", { match })] });
export const tls = (match: object[], hosts = ["cipher"]) => vs([], "shop", { hosts, tls: [to("v1", { match })] });
export const NARROW = object("Sidecar", "shop", { egress: [{ hosts: ["bank/*"] }] }, "networking");
export const V1 = dr({ subsets: [{ name: "v1", labels: { version: "v1" } }] });

export const REVISED = vs([to("v1")]);
Object.assign(REVISED.metadata, { labels: { "istio.io/rev": "canary" } });

const at = (ip: string | null): Workload["pods"] => [{ name: "p", ip, ready: true, phase: "Running", reports: true }];
const workload = (namespace: string, name: string, dataplane: Workload["dataplane"], more: Partial<Workload> = {}) => ({
  ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: null, dataplane },
  ...{ serviceAccounts: [name], labels: { app: name, version: name.slice(-2) }, annotations: {}, services: [] },
  ...{
    goneAt: null,
    createdAt: null,
    pods: at(null),
    ...more,
  },
});
const service = (name: string, workloads: string[], more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name, selector: { app: name }, headless: false, workloads },
  ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
  ...more,
});
const byKey = <T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));
export const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: NOW, namespaces: new Map(), externalHosts: [], unread: [] },
  workloadByIp: new Map([
    ["10.0.0.7", "shop/r-v1"],
    ["10.0.0.8", "shop/old"],
  ]),
  workloads: byKey([
    ...[workload("shop", "web", "sidecar"), workload("shop", "r-v1", "sidecar", { pods: at("10.0.0.7") })],
    workload("shop", "r-v2", "sidecar"),
    ...[
      workload("shop", "amb", "ambient"),
      workload("shop", "k-v1", "ambient"),
      workload("shop", "door", "waypoint", { labels: { "gateway.networking.k8s.io/gateway-name": "door" } }),
      workload("shop", "edge", "gateway", { services: ["gate"] }),
      workload("shop", "portal", "gateway", {
        ...{ services: ["gate-api"], labels: { "gateway.networking.k8s.io/gateway-name": "portal" } },
      }),
      workload("shop", "slow-v1", "sidecar", {
        pods: [{ name: "p", ip: null, ready: false, phase: "Running", reports: true }],
      }),
      workload("shop", "old", "none", { pods: at("10.0.0.8") }),
      workload("shop", "e-v1", "ambient", { labels: { "istio.io/use-waypoint": "door" } }),
    ],
    ...[
      workload("shop", "rev", "sidecar", { labels: { "istio.io/rev": "canary" } }),
      workload("bank", "till", "sidecar"),
    ],
  ]),
  services: byKey([
    service("reviews", ["r-v1", "r-v2"]),
    service("empty", []),
    service("early", ["slow-v1"], { publishesUnready: true }),
    service("late", ["slow-v1"]),
    service("manual", [], { selector: {} }),
    service("gate", ["edge"]),
    service("gate-api", ["portal"]),
    service("keys", ["k-v1"]),
    service("store", ["k-v1"], { waypoint: { name: "door", namespace: null } }),
    service("fronted", ["k-v1"], { waypoint: { name: "door", namespace: null }, ingressWaypoint: true }),
    service("headed", ["k-v1"], {
      ...{ waypoint: { name: "door", namespace: null }, ingressWaypoint: true, headless: true },
    }),
    service("own", ["r-v1", "r-v2"], { headless: true }),
    service("mixed", ["r-v1", "old"], { headless: true }),
    service("bare", [], { headless: true }),
    service("enrolled", ["e-v1"], { headless: true }),
    service("stream", ["k-v1"], {
      ...{ waypoint: { name: "door", namespace: null } },
      ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("shut", ["k-v1"], { waypoint: { name: "nobody", namespace: null } }),
    service("plain", ["old"]),
    service("cipher", ["r-v1"], {
      ports: [{ name: "tls", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("placed", ["r-v1"], {
      addresses: ["10.1.2.3"],
      ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("slow", ["amb"], { waypoint: { name: "door", namespace: null } }),
    service("vault", ["till"], {
      namespace: "bank",
      ports: [{ name: "http", port: 9000, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("bytes", ["r-v1"], {
      ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
  ]),
};
export const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["west", { user: "ana", token: "t" }]]),
};
export const client = (name: string, namespace = "shop") => ({ kind: "workload" as const, namespace, name });
export const OUTSIDE = { kind: "outside" as const, ip: "10.0.0.9" };
export const ASKED: SimulationRequest = {
  ...{ cluster: "west", client: client("web"), service: { namespace: "shop", name: "reviews" }, port: 80 },
  ...{ method: "GET", path: "/a", host: "reviews", headers: {}, token: "none", autoMtls: true },
};

export function ask(
  objects: readonly Manifest[],
  more: Partial<SimulationRequest> = {},
  credential: Credential = ANONYMOUS,
  base: object = ASKED,
  allowed: (question: Question) => boolean = () => true,
  running: ClusterInventory = inventory,
) {
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map((each) => ({ allowed: allowed(each), reason: "" })),
  };
  const policies = {
    ...{ cluster: "west", asOf: NOW, kind: () => null, unread: [] },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  const istiodNamespace = () => "istio-system";
  const store = { clusters: () => new Map([["west", policies]]) } as unknown as PolicyDeps["store"];
  const given = { store, inventory: () => new Map([["west", running]]) };
  const deps = {
    ...{ port: readingPort, rights, clients: new Map([["west", {}]]) },
    ...{ ...given, istiodNamespace, rootNamespace: rootNamespaces(given, istiodNamespace) },
  } as unknown as PolicyDeps;
  return showSimulation(deps, credential, simulationRequestSchema.parse({ ...base, ...more }));
}
