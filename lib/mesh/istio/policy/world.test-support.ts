/** A small cluster for tests of policies: namespace `shop` with `reviews` in two versions, and a gateway in `edge`. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { kinds } from "./kinds.ts";

function workload(namespace: string, name: string, labels: Workload["labels"]): Workload {
  return {
    ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: "istio", labels },
    ...{ dataplane: "sidecar", serviceAccounts: [], annotations: {}, pods: [], services: [] },
    ...{ goneAt: null, createdAt: null },
  };
}

const workloads = [
  workload("shop", "reviews-v1", { app: "reviews", version: "v1" }),
  workload("shop", "reviews-v2", { app: "reviews", version: "v2" }),
  workload("edge", "ingress", { istio: "ingressgateway" }),
  workload("edge", "public", { "gateway.networking.k8s.io/gateway-name": "public" }),
  workload("edge", "reviews-copy", { app: "reviews" }),
];

const inventory: ClusterInventory = {
  ...{
    cluster: "west",
    asOf: 0 as UnixSeconds,
    namespaces: new Map(),
    externalHosts: [],
    workloadByIp: new Map(),
    unread: [],
  },
  workloads: new Map(workloads.map((w) => [`${w.namespace}/${w.name}`, w])),
  services: new Map([
    [
      "shop/reviews",
      {
        ...{ cluster: "west", namespace: "shop", name: "reviews", selector: { app: "reviews" }, ports: [] },
        ...{ headless: false, workloads: ["reviews-v1", "reviews-v2"] },
      },
    ],
  ]),
};

/** What the world holds besides its workloads and service. */
export function worldOf(...objects: readonly Manifest[]): PolicyWorld {
  return {
    ...{ cluster: "west", rootNamespace: "istio-system", inventory },
    objects: (key) => objects.filter((object) => manifestKindKey(object) === key),
  };
}

/** An object of one of Istio's or Gateway API's kinds; a Gateway is Istio's unless it says otherwise. */
export function policy(kind: string, place: string, spec: JsonObject, group?: string): Manifest {
  const known = kinds.find((candidate) => candidate.kind === kind && (group ?? candidate.group) === candidate.group);
  const [namespace = "", name = ""] = place.split("/");
  const prefix = known?.group ? `${known.group}/` : "";
  return { apiVersion: `${prefix}${known?.versions[0]}`, kind, metadata: { name, namespace }, spec };
}
