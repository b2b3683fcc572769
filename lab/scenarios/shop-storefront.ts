/** Namespace `shop`: what customers look at. Sidecars everywhere. */
import type { KubeObject } from "../kube/object.ts";
import { BEHAVIOUR } from "../sim/behaviour.ts";
import { byArgo, deployment, INJECTED, istio, namespace, service, serviceAccount } from "./manifests.ts";

const NS = "shop";

export function shopNamespace(): KubeObject[] {
  return [
    namespace(NS, INJECTED),
    ...["storefront", "catalog", "reviews", "cart", "search", "giftcards", "reindex"].map((a) => serviceAccount(NS, a)),
    service(NS, "storefront"),
    service(NS, "catalog"),
    service(NS, "reviews"),
    service(NS, "cart"),
    service(NS, "search"),
    service(NS, "giftcards"),
    // Its workload was removed, its callers were not: UH.
    service(NS, "coupons"),
    ...workloads(),
    ...routing(),
  ];
}

function workloads(): KubeObject[] {
  return [
    deployment({
      namespace: NS,
      name: "storefront",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 6, p99: 40 },
        forwards: ["x-shop-group", "cookie"],
        calls: [
          { host: "catalog", protocol: "http", path: "/items", share: 0.5 },
          { host: "reviews", protocol: "http", path: "/reviews", share: 0.6 },
          { host: "search", protocol: "http", path: "/search", share: 0.25 },
          { host: "cart", protocol: "http", path: "/cart", share: 0.3, critical: true },
          { host: "profiles.insights", protocol: "http", path: "/profile", share: 0.2 },
          // A route that names a subset nobody defined: NC, with the raw host and port as its only name.
          { host: "giftcards:80", protocol: "http", path: "/balance", share: 0.05 },
          // An address outside the registry: PassthroughCluster.
          { host: "images.oldcdn.example", protocol: "http", path: "/logo.svg", share: 0.06 },
        ],
        flows: [
          {
            host: "shipping.orders",
            protocol: "grpc",
            path: "/shipping.Tracker/Watch",
            rate: 0.15,
            stream: { seconds: 90, messagesPerSecond: 2 },
          },
        ],
      },
    }),
    // What catalog is asked for is classified by its own proxy alone: its callers' don't know it.
    istio("telemetry", "Telemetry", NS, "catalog-operations", {
      selector: { matchLabels: { app: "catalog" } },
      metrics: [
        {
          providers: [{ name: "prometheus" }],
          overrides: [
            {
              match: { mode: "SERVER" },
              tagOverrides: {
                request_operation: {
                  value:
                    "request.url_path == '/items' ? 'ListItems' : request.url_path == '/prices' ? 'GetPrices' : request.url_path == '/bulk' ? 'Reindex' : 'unknown'",
                },
              },
            },
          ],
        },
      ],
    }),
    deployment({
      namespace: NS,
      name: "catalog",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 8, p99: 60, slow: { share: 0.02, p50: 700 } },
        measures: true,
        trouble: [
          { kind: "error", code: 404, share: 0.01, path: "/items" },
          { kind: "error", code: 429, share: 0.3, path: "/bulk" },
          { kind: "error", code: 409, share: 0.2, path: "/bulk" },
          { kind: "error", code: 500, share: 0.05, path: "/bulk" },
        ],
        flows: [
          {
            host: "orders-db.orders",
            protocol: "tcp",
            port: 5432,
            rate: 0.4,
            connection: { seconds: 30, sent: 900, received: 6000 },
          },
        ],
      },
    }),
    deployment({
      namespace: NS,
      name: "reviews-v1",
      app: "reviews",
      version: "v1",
      replicas: 2,
      behaviour: { latency: { p50: 12, p99: 70 } },
    }),
    deployment({
      namespace: NS,
      name: "reviews-v2",
      app: "reviews",
      version: "v2",
      behaviour: {
        latency: { p50: 18, p99: 120 },
        calls: [{ host: "catalog", protocol: "http", path: "/items", share: 0.8 }],
        trouble: [{ kind: "error", code: 500, share: 0.02 }],
      },
    }),
    deployment({
      namespace: NS,
      name: "cart",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 5, p99: 30 },
        calls: [
          { host: "coupons", protocol: "http", path: "/check", share: 0.15 },
          { host: "catalog", protocol: "http", path: "/items", share: 0.2 },
        ],
        trouble: [{ kind: "reset", share: 0.003 }],
      },
    }),
    deployment({
      namespace: NS,
      name: "search-v1",
      app: "search",
      version: "v1",
      replicas: 2,
      behaviour: { latency: { p50: 25, p99: 220 }, trouble: [{ kind: "overflow", share: 0.012 }] },
    }),
    // Gets mirrored copies of a third of the searches: seen by its own proxy alone.
    deployment({
      namespace: NS,
      name: "search-v2",
      app: "search",
      version: "v2",
      behaviour: { latency: { p50: 15, p99: 90 } },
    }),
    // Meshed and idle: the only route to its service leads nowhere.
    deployment({ namespace: NS, name: "giftcards", version: "v1" }),
  ];
}

function routing(): KubeObject[] {
  return [
    istio("networking", "VirtualService", NS, "reviews", {
      hosts: ["reviews"],
      http: [
        {
          route: [
            { destination: { host: "reviews", subset: "v1" }, weight: 90 },
            { destination: { host: "reviews", subset: "v2" }, weight: 10 },
          ],
        },
      ],
    }),
    istio("networking", "DestinationRule", NS, "reviews", {
      host: "reviews",
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
      ],
    }),
    istio("networking", "VirtualService", NS, "search", {
      hosts: ["search"],
      http: [
        {
          route: [{ destination: { host: "search", subset: "v1" } }],
          mirrors: [{ destination: { host: "search", subset: "v2" }, percentage: { value: 33 } }],
          fault: { abort: { httpStatus: 503, percentage: { value: 0.5 } } },
        },
      ],
    }),
    istio("networking", "DestinationRule", NS, "search", {
      host: "search",
      trafficPolicy: { connectionPool: { http: { http2MaxRequests: 12 } } },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
      ],
    }),
    byArgo(
      "shop",
      istio("networking", "VirtualService", NS, "giftcards", {
        hosts: ["giftcards"],
        http: [{ route: [{ destination: { host: "giftcards", subset: "v9" } }] }],
      }),
    ),
  ];
}

/** A Job that comes every few minutes and brings codes and flags nobody has seen since its last pod went. */
export function reindexJob(): KubeObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "reindex", namespace: NS, labels: { app: "reindex" } },
    spec: {
      template: {
        metadata: {
          labels: { app: "reindex" },
          annotations: {
            [BEHAVIOUR]: JSON.stringify({
              flows: [{ host: "catalog", protocol: "http", path: "/bulk", rate: 12 }],
            }),
          },
        },
        spec: {
          serviceAccountName: "reindex",
          restartPolicy: "Never",
          containers: [{ name: "reindex", image: "registry.example/reindex:1" }],
        },
      },
    },
  };
}
