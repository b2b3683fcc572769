/** Namespaces `orders` and `payments`: what happens after the basket, and most of what goes wrong. */
import type { KubeObject } from "../kube/object.ts";
import { deployment, INJECTED, istio, namespace, service, serviceAccount, workload } from "./manifests.ts";

export function orders(): KubeObject[] {
  const ns = "orders";
  return [
    namespace(ns, INJECTED),
    ...["checkout", "shipping", "orders-db", "mailer", "till"].map((a) => serviceAccount(ns, a)),
    service(ns, "checkout"),
    service(ns, "shipping", { protocol: "grpc", port: 9090 }),
    service(ns, "orders-db", { protocol: "tcp", port: 5432, target: 5432 }),
    service(ns, "mailer"),
    deployment({
      namespace: ns,
      name: "checkout",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 9, p99: 60 },
        calls: [
          {
            host: "payments.payments",
            protocol: "grpc",
            port: 9090,
            path: "/payments.Payments/Charge",
            share: 1,
            critical: true,
          },
          { host: "shipping", protocol: "grpc", port: 9090, path: "/shipping.Shipping/Quote", share: 0.8 },
        ],
        flows: [
          {
            host: "orders-db",
            protocol: "tcp",
            port: 5432,
            rate: 0.6,
            connection: { seconds: 40, sent: 2500, received: 4000 },
          },
          // Nobody registered this broker: TCP through PassthroughCluster, which has no host at all.
          {
            host: "mq.broker.example",
            protocol: "tcp",
            port: 5672,
            rate: 0.5,
            connection: { seconds: 12, sent: 300, received: 120 },
          },
        ],
      },
    }),
    deployment({
      namespace: ns,
      name: "shipping",
      version: "v1",
      behaviour: {
        latency: { p50: 20, p99: 180, slow: { share: 0.01, p50: 3000 } },
        calls: [{ host: "mailer", protocol: "http", path: "/send", share: 0.5 }],
        trouble: [
          { kind: "error", status: 5, share: 0.01 },
          { kind: "error", status: 3, share: 0.005 },
        ],
      },
    }),
    workload("StatefulSet", { namespace: ns, name: "orders-db", version: "15" }),
    // Outside the mesh, on both ends: a server that proxies see, and a client that only its server's proxy sees.
    deployment({
      namespace: ns,
      name: "mailer",
      version: "v1",
      labels: { "sidecar.istio.io/inject": "false" },
      behaviour: { latency: { p50: 30, p99: 150 } },
    }),
    deployment({
      namespace: ns,
      name: "till",
      labels: { "sidecar.istio.io/inject": "false" },
      behaviour: { flows: [{ host: "catalog.shop", protocol: "http", path: "/prices", rate: 4 }] },
    }),
    // Impatient with the slow tail: UT for the client, DC at the server.
    istio("networking", "VirtualService", ns, "shipping", {
      hosts: ["shipping"],
      http: [
        { match: [{ uri: { prefix: "/shipping.Tracker/" } }], route: [{ destination: { host: "shipping" } }] },
        { route: [{ destination: { host: "shipping" } }], timeout: "1.5s" },
      ],
    }),
  ];
}

export function payments(): KubeObject[] {
  const ns = "payments";
  return [
    namespace(ns, INJECTED),
    ...["payments", "fraud", "audit"].map((a) => serviceAccount(ns, a)),
    service(ns, "payments", { protocol: "grpc", port: 9090 }),
    service(ns, "fraud"),
    service(ns, "audit"),
    // Shared with east-1, where its pods run.
    service(ns, "ledger"),
    deployment({
      namespace: ns,
      name: "payments",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 15, p99: 90 },
        calls: [
          { host: "fraud", protocol: "http", path: "/score", share: 1, critical: true },
          { host: "api.cardnet.example", protocol: "http", path: "/v2/charges", share: 0.9 },
          { host: "ledger", protocol: "http", path: "/entries", share: 0.9 },
          { host: "audit", protocol: "http", path: "/events", share: 0.6 },
          // This namespace may only call what is registered: BlackHoleCluster.
          { host: "telemetry.vendor.example", protocol: "http", path: "/collect", share: 0.3 },
        ],
        trouble: [
          { kind: "error", status: 9, share: 0.012 },
          { kind: "error", status: 14, share: 0.004 },
        ],
      },
    }),
    deployment({
      namespace: ns,
      name: "fraud",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 35, p99: 300 },
        // Twenty seconds in every two minutes nobody listens on half of the calls; a little fails always.
        trouble: [
          { kind: "refuse", share: 0.5, during: { every: 120, for: 20, offset: 40 } },
          { kind: "error", code: 503, share: 0.06 },
        ],
      },
    }),
    // Its proxy isn't scraped: calls from it are known from their servers alone.
    deployment({
      namespace: ns,
      name: "audit",
      version: "v1",
      annotations: { "prometheus.io/scrape": "false" },
      behaviour: {
        latency: { p50: 4, p99: 25 },
        calls: [{ host: "catalog.shop", protocol: "http", path: "/items", share: 0.7 }],
      },
    }),
    istio("networking", "VirtualService", ns, "fraud", {
      hosts: ["fraud"],
      http: [{ route: [{ destination: { host: "fraud" } }], retries: { attempts: 2, retryOn: "5xx,connect-failure" } }],
    }),
    istio("networking", "ServiceEntry", ns, "cardnet", {
      hosts: ["api.cardnet.example"],
      ports: [{ number: 443, name: "https", protocol: "HTTPS" }],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
    }),
    istio("networking", "Sidecar", ns, "default", {
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      egress: [{ hosts: ["*/*"] }],
    }),
  ];
}
