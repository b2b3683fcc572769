import { describe, expect, test } from "vitest";
import { type MadeIn, madeIn, type Peer, type Place, peerOf, placeOf, workloadOfName } from "./place.ts";
import { type Sketch, traceOf } from "./spans.test-support.ts";

const place = (sketch: Partial<Sketch>): Place =>
  placeOf(traceOf([{ id: "a", at: 0, ms: 1, service: "", ...sketch }]), 0);
const peer = (tags: Sketch["tags"]): Peer | null =>
  peerOf(traceOf([{ id: "a", at: 0, ms: 1, ...(tags ? { tags } : {}) }]), 0);
const istio = {
  "istio.canonical_service": "reviews",
  "istio.canonical_revision": "v2",
  "istio.cluster_id": "west",
  "istio.namespace": "shop",
};
const waypoint = {
  ...istio,
  node_id: "waypoint~10.1.0.9~waypoint-6d5f7c9b8d-x2k4z.insights~insights.svc.cluster.local",
  "istio.source_workload": "profiles",
  "istio.source_namespace": "insights",
  "istio.source_canonical_service": "profiles",
  "istio.destination_workload": "ranking-v1",
  "istio.destination_namespace": "models",
  "istio.destination_cluster_id": "east",
  "istio.destination_canonical_revision": "v1",
};

describe("a span's place", () => {
  test.each<[string, Partial<Sketch>, Partial<Place>]>([
    [
      "a sidecar, by its pod",
      { tags: { ...istio, node_id: "sidecar~10.1.0.7~reviews-v2-5c9f7b8d4d-x2k9z.shop~shop.svc.cluster.local" } },
      {
        cluster: "west",
        namespace: "shop",
        workload: "reviews-v2",
        pod: "reviews-v2-5c9f7b8d4d-x2k9z",
        app: "reviews",
        version: "v2",
        proxy: "sidecar",
        basis: "node_id",
      },
    ],
    [
      "a gateway",
      { tags: { node_id: "router~10.1.0.1~ingress-0.edge~edge.svc.cluster.local" } },
      { namespace: "edge", workload: "ingress", proxy: "gateway" },
    ],
    [
      "a waypoint that serves: the destination",
      { tags: waypoint, kind: "server" },
      {
        cluster: "east",
        namespace: "models",
        workload: "ranking-v1",
        version: "v1",
        proxy: "waypoint",
        basis: "waypoint",
      },
    ],
    [
      "a waypoint that asks: the source",
      { tags: waypoint, kind: "client" },
      { cluster: "west", namespace: "insights", workload: "profiles", app: "profiles" },
    ],
    [
      "a waypoint that tells no ends: itself",
      { tags: { node_id: waypoint.node_id }, kind: "server" },
      { namespace: "insights", workload: "waypoint", proxy: "waypoint", basis: "node_id" },
    ],
    [
      "Istio's tags without a pod",
      { tags: istio },
      { cluster: "west", namespace: "shop", workload: null, app: "reviews", basis: "istio" },
    ],
    [
      "a program, by Kubernetes",
      {
        resource: {
          "k8s.cluster.name": "west",
          "k8s.namespace.name": "shop",
          "k8s.deployment.name": "cart",
          "k8s.pod.name": "cart-7d4b9c6f5d-abcde",
          "service.name": "cart",
          "service.version": "3",
        },
      },
      {
        cluster: "west",
        namespace: "shop",
        workload: "cart",
        pod: "cart-7d4b9c6f5d-abcde",
        app: "cart",
        version: "3",
        basis: "kubernetes",
      },
    ],
    [
      "a program, by its pod alone",
      { resource: { "k8s.namespace.name": "shop", "k8s.pod.name": "db-2" } },
      { namespace: "shop", workload: "db", basis: "kubernetes" },
    ],
    [
      "a program, by its service's namespace",
      { resource: { "service.namespace": "shop", "service.name": "cart" } },
      { namespace: "shop", workload: null, app: "cart" },
    ],
    ["Istio's default name", { service: "cart.shop" }, { namespace: "shop", app: "cart", basis: "name" }],
    ["a host", { service: "cart.shop.svc.cluster.local" }, { namespace: "shop", app: "cart", basis: "name" }],
    ["a name that tells nothing", { service: "frontend" }, { namespace: null, basis: "nothing" }],
    ["a site isn't a namespace", { service: "api.example.com" }, { namespace: null, basis: "nothing" }],
    [
      "Istio's word for no answer",
      { tags: { "istio.canonical_service": "unknown", "istio.namespace": "shop" } },
      { namespace: null },
    ],
    ["a node id that isn't one", { tags: { node_id: "constructor~x~..~" } }, { namespace: null }],
    ["hostile tags", { tags: { node_id: "sidecar~x~pod.<script>~" }, service: "__proto__.x y" }, { namespace: null }],
  ])("%s", (_, sketch, expected) => {
    expect(place(sketch)).toMatchObject(expected);
  });

  test("the cluster's objects know workloads better than names do", () => {
    const trace = traceOf([{ id: "a", at: 0, ms: 1, tags: { ...istio, node_id: "sidecar~1~odd-name-1.shop~x" } }]);
    const asked: unknown[] = [];
    const found = placeOf(trace, 0, (where) => {
      asked.push(where);
      return "odd";
    });
    expect([found.workload, asked]).toEqual(["odd", [{ cluster: "west", namespace: "shop", pod: "odd-name-1" }]]);
  });

  test.each([
    ["reviews-v2-5c9f7b8d4d-x2k9z", "reviews-v2"],
    ["agent-x2k9z", "agent"],
    ["db-12", "db"],
    ["plain", "plain"],
    ["cart-v1", "cart-v1"],
  ])("pod %s belongs to %s", (pod, workload) => {
    expect(workloadOfName(pod)).toBe(workload);
  });
});

test.each<[string, Sketch["tags"], Partial<Peer> | null]>([
  [
    "Envoy's cluster",
    { upstream_cluster: "outbound|8080|v2|reviews.shop.svc.cluster.local" },
    { host: "reviews.shop.svc.cluster.local", port: 8080, subset: "v2", service: "reviews", namespace: "shop" },
  ],
  [
    "with semicolons, as a metric's label has it",
    { upstream_cluster: "outbound;80;;reviews.shop.svc.cluster.local;" },
    { service: "reviews", subset: null },
  ],
  [
    "an outside host",
    { upstream_cluster: "outbound|443||api.example.com" },
    { host: "api.example.com", service: null, namespace: null },
  ],
  ["inbound says nothing of others", { upstream_cluster: "inbound|8080||", "peer.service": "x" }, null],
  ["a program's word", { "peer.service": "postgres" }, { host: "postgres", namespace: null }],
  ["an address", { "server.address": "db.data.svc" }, { service: "db", namespace: "data" }],
  ["nothing", {}, null],
])("whom a span calls: %s", (_, tags, expected) => {
  if (expected === null) expect(peer(tags)).toBeNull();
  else expect(peer(tags)).toMatchObject(expected);
});

test.each<[string, Partial<Sketch>, MadeIn | null]>([
  [
    "a proxy, a waypoint's too, by its own name",
    { tags: waypoint },
    { namespace: "insights", pod: "waypoint-6d5f7c9b8d-x2k4z", container: "istio-proxy", proxy: "waypoint" },
  ],
  [
    "a program, by its resource",
    { resource: { "k8s.namespace.name": "shop", "k8s.pod.name": "web-1", "k8s.container.name": "web" } },
    { namespace: "shop", pod: "web-1", container: "web", proxy: null },
  ],
  [
    "a program whose service name tells the namespace",
    { service: "web.shop", resource: { "k8s.pod.name": "web-1" } },
    { namespace: "shop", pod: "web-1", container: null, proxy: null },
  ],
  ["a pod in no namespace", { service: "web", resource: { "k8s.pod.name": "web-1" } }, null],
  ["a namespace alone", { resource: { "k8s.namespace.name": "shop" } }, null],
  ["a namespace that can't be", { resource: { "k8s.namespace.name": "../x", "k8s.pod.name": "web-1" } }, null],
])("%s made it", (_, sketch, expected) => {
  expect(madeIn(traceOf([{ id: "a", at: 0, ms: 1, service: "", ...sketch }]), 0)).toEqual(expected);
});
