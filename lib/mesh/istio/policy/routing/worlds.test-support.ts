/** A small cluster for tests: service `reviews` in namespace shop with pods v1, v2 and v3, and what is written about it. */
import { controller, join, namespace, owned, pod, service } from "#lib/inventory/records.test-support.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { IntendedChanges, PolicyWorld } from "#lib/policy/port.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";

export const REVIEWS = { cluster: "west", namespace: "shop", name: "reviews" };
export const HOST = "reviews.shop.svc.cluster.local";

const API: Readonly<Record<string, string>> = {
  VirtualService: "networking.istio.io/v1",
  DestinationRule: "networking.istio.io/v1",
  PeerAuthentication: "security.istio.io/v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  Namespace: "v1",
};

export function made(
  kind: string,
  name: string,
  spec: JsonObject,
  metadata: Partial<Manifest["metadata"]> = {},
): Manifest {
  return { apiVersion: API[kind] ?? "v1", kind, metadata: { name, namespace: "shop", ...metadata }, spec };
}

const VERSIONS = ["v1", "v2", "v3"] as const;
const labels = (version: string) => ({ app: "reviews", version });

const INVENTORY = join({
  namespaces: [namespace("shop", { "istio-injection": "enabled" }), namespace("istio-system")],
  controllers: VERSIONS.map((v) => controller(`reviews-${v}`, { labels: labels(v) })),
  owned: VERSIONS.map((v) => owned("ReplicaSet", `reviews-${v}-1`, { kind: "Deployment", name: `reviews-${v}` })),
  pods: VERSIONS.map((v) =>
    pod(`reviews-${v}-1-a`, {
      labels: labels(v),
      owner: { kind: "ReplicaSet", name: `reviews-${v}-1` },
      ready: v !== "v3",
    }),
  ),
  services: [
    service(
      "reviews",
      { app: "reviews" },
      { ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: "http" }] },
    ),
    ...VERSIONS.map((v) => service(`reviews-${v}`, labels(v))),
    service("ratings", { app: "ratings" }),
  ],
});

export function worldOf(manifests: readonly Manifest[], inventory: PolicyWorld["inventory"] = INVENTORY): PolicyWorld {
  return {
    cluster: "west",
    rootNamespace: "istio-system",
    objects: (kind) => manifests.filter((one) => one.kind === kind),
    inventory,
  };
}

/** The objects after the changes were written. */
export function written(before: readonly Manifest[], { manifests, deletions }: IntendedChanges): readonly Manifest[] {
  const gone = new Set([...deletions, ...manifests.map((one) => refOf("west", one))].map(refKey));
  return [...before.filter((one) => !gone.has(refKey(refOf("west", one)))), ...manifests];
}

export const to = (subset: string | null, weight?: number): JsonObject => ({
  destination: { host: "reviews", ...(subset !== null && { subset }) },
  ...(weight !== undefined && { weight }),
});

export const virtualService = (http: readonly JsonObject[], more: JsonObject = {}): Manifest =>
  made("VirtualService", "reviews", { hosts: ["reviews"], http, ...more });

export const destinationRule = (versions: readonly string[], more: JsonObject = {}): Manifest =>
  made("DestinationRule", "reviews", {
    host: "reviews",
    subsets: versions.map((version) => ({ name: version, labels: { version } })),
    ...more,
  });

export const httpRoute = (rules: readonly JsonObject[]): Manifest =>
  made("HTTPRoute", "reviews", { parentRefs: [{ group: "", kind: "Service", name: "reviews", port: 80 }], rules });
