/** What carries the shop: control plane, ingress, and the ambient namespace `insights` with its waypoint. */
import type { KubeObject } from "../kube/object.ts";
import {
  AMBIENT,
  deployment,
  istio,
  istiod,
  namespace,
  SCRAPED,
  service,
  serviceAccount,
  workload,
} from "./manifests.ts";

export function infrastructure(): KubeObject[] {
  const ns = "istio-ingress";
  return [
    serviceAccount("istio-system", "istiod"),
    ...istiod(),
    serviceAccount("istio-system", "ztunnel"),
    workload("DaemonSet", {
      namespace: "istio-system",
      name: "ztunnel",
      annotations: SCRAPED,
      container: "istio-proxy",
    }),
    namespace(ns),
    serviceAccount(ns, "ingress"),
    service(ns, "ingress", { selector: { istio: "ingress" } }),
    deployment({
      namespace: ns,
      name: "ingress",
      replicas: 2,
      labels: { istio: "ingress" },
      annotations: { ...SCRAPED, "inject.istio.io/templates": "gateway" },
      container: "istio-proxy",
      behaviour: {
        flows: [
          // A tenth of the customers agreed to try what is new: what A/B routes tell apart.
          {
            host: "shop.example",
            protocol: "http",
            path: "/",
            rate: 44,
            abandon: 0.004,
            users: [{ share: 0.1, headers: { "x-shop-group": "beta", cookie: "group=beta" } }],
          },
          { host: "shop.example", protocol: "http", path: "/checkout", rate: 9 },
          // A name that was retired but is still linked to: 404 NR, answered by the gateway itself.
          { host: "old.shop.example", protocol: "http", path: "/", rate: 1.5 },
        ],
      },
    }),
    istio("networking", "Gateway", ns, "shop", {
      selector: { istio: "ingress" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*.example", "shop.example"] }],
    }),
    istio("networking", "VirtualService", ns, "shop", {
      hosts: ["shop.example"],
      gateways: ["shop"],
      http: [
        {
          match: [{ uri: { prefix: "/checkout" } }],
          route: [{ destination: { host: "checkout.orders.svc.cluster.local", port: { number: 80 } } }],
        },
        { route: [{ destination: { host: "storefront.shop.svc.cluster.local", port: { number: 80 } } }] },
      ],
    }),
  ];
}

export function ambient(): KubeObject[] {
  const ns = "insights";
  return [
    namespace(ns, AMBIENT),
    ...["profiles", "recommend", "features", "waypoint"].map((a) => serviceAccount(ns, a)),
    service(ns, "profiles"),
    // Only this service's clients go through the waypoint.
    service(ns, "recommend", { protocol: "grpc", port: 9090, labels: { "istio.io/use-waypoint": "waypoint" } }),
    service(ns, "features"),
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "waypoint", namespace: ns, labels: { "istio.io/waypoint-for": "service" } },
      spec: { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
    },
    deployment({
      namespace: ns,
      name: "waypoint",
      labels: {
        "gateway.networking.k8s.io/gateway-name": "waypoint",
        "gateway.istio.io/managed": "istio.io-mesh-controller",
      },
      annotations: SCRAPED,
      container: "istio-proxy",
    }),
    deployment({
      namespace: ns,
      name: "profiles",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 7, p99: 45 },
        calls: [
          { host: "recommend", protocol: "grpc", port: 9090, path: "/recommend.Recommender/List", share: 0.8 },
          // No waypoint before it: all that is known of these calls are their connections and bytes.
          { host: "features", protocol: "http", path: "/vector", share: 0.7 },
        ],
      },
    }),
    deployment({
      namespace: ns,
      name: "recommend",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 22, p99: 200 },
        calls: [{ host: "catalog.shop", protocol: "http", path: "/items", share: 0.5 }],
        trouble: [
          { kind: "error", status: 8, share: 0.01 },
          { kind: "error", status: 13, share: 0.008 },
        ],
      },
    }),
    deployment({ namespace: ns, name: "features", version: "v1", behaviour: { latency: { p50: 3, p99: 12 } } }),
  ];
}
