import { describe, expect, test } from "vitest";
import type { BadgeCounts } from "#lib/graph/badges.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { BADGE_KINDS, badges } from "./badges.ts";
import { kinds } from "./kinds.ts";
import { policy, worldOf } from "./world.test-support.ts";

const REVIEWS = "shop/reviews";
const plain = (counts: BadgeCounts | undefined) => Object.fromEntries(counts ?? []);
const of = (...objects: readonly Manifest[]) => {
  const found = badges(worldOf(...objects));
  return {
    service: plain(found.services.get(REVIEWS)),
    v1: plain(found.workloads.get("shop/reviews-v1")),
    v2: plain(found.workloads.get("shop/reviews-v2")),
    found,
  };
};
const to = (subset: string, weight?: number): JsonObject => ({
  destination: { host: "reviews", subset },
  ...(weight === undefined ? {} : { weight }),
});
const vs = (spec: JsonObject, place = REVIEWS) => policy("VirtualService", place, { hosts: ["reviews"], ...spec });
const http = (...rules: readonly JsonObject[]) => vs({ http: rules });

describe("rules of a VirtualService", () => {
  test.each<[string, JsonObject, object]>([
    ["a plain route", { route: [to("v1")] }, {}],
    ["weights", { route: [to("v1", 90), to("v2", 10)] }, { "traffic-shifting": 1 }],
    ["a weight of nothing", { route: [to("v1", 100), to("v2", 0)] }, {}],
    ["a match", { match: [{ headers: { "x-user": { exact: "a" } } }], route: [to("v1")] }, { "request-routing": 1 }],
    ["a match of everything", { match: [{ uri: { prefix: "/" } }], route: [to("v1")] }, {}],
    ["a timeout", { route: [to("v1")], timeout: "3s" }, { "request-timeout": 1 }],
    ["a timeout switched off", { route: [to("v1")], timeout: "0s" }, {}],
    ["a fault", { route: [to("v1")], fault: { abort: { httpStatus: 500 } } }, { "fault-injection": 1 }],
    ["a mirror", { route: [to("v1")], mirror: { host: "reviews", subset: "v2" } }, { mirroring: 1 }],
    ["mirrors", { route: [to("v1")], mirrors: [{ destination: { host: "reviews" } }] }, { mirroring: 1 }],
  ])("%s", (_, rule, expected) => {
    const { service, v1 } = of(http(rule));
    expect(service).toEqual({ "virtual-service": 1, ...expected });
    expect(v1).toEqual(service);
  });

  test("count one by one, objects too", () => {
    const timed = { route: [to("v1")], timeout: "1s" };
    expect(of(http(timed, timed), vs({}, "shop/other")).service).toEqual({
      "virtual-service": 2,
      "request-timeout": 2,
    });
  });

  test("of connections are shifted as connections", () => {
    expect(of(vs({ tcp: [{ route: [to("v1", 1), to("v2", 1)] }] })).service).toMatchObject({
      "tcp-traffic-shifting": 1,
    });
  });

  test("reach services by wildcard, and hosts outside by name", () => {
    expect(of(policy("VirtualService", "edge/all", { hosts: ["*.shop.svc.cluster.local"] })).service).toEqual({
      "virtual-service": 1,
    });
    const { found } = of(policy("VirtualService", "shop/api", { hosts: ["API.example.com"] }));
    expect(plain(found.hosts.get("api.example.com"))).toEqual({ "virtual-service": 1 });
  });

  test("of a delegate count at the host that delegates", () => {
    const root = vs({ http: [{ delegate: { name: "more", namespace: "shop" } }] });
    const more = policy("VirtualService", "shop/more", { http: [{ route: [to("v1")], timeout: "1s" }] });
    expect(of(root, more).service).toEqual({ "virtual-service": 1, "request-timeout": 1 });
  });
});

test("Gateway API routes of a Service give the same badges", () => {
  const route = policy("HTTPRoute", "shop/reviews", {
    parentRefs: [{ group: "", kind: "Service", name: "reviews" }, { name: "public" }],
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: "/v2" } }],
        backendRefs: [{ name: "a" }, { name: "b" }],
        timeouts: { request: "2s" },
        filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "c" } } }],
      },
      { matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "a" }] },
    ],
  });
  expect(of(route).service).toEqual({
    ...{ "virtual-service": 1, "request-routing": 1, "traffic-shifting": 1, "request-timeout": 1, mirroring: 1 },
  });
});

describe("circuit breakers", () => {
  const rule = (spec: JsonObject) => policy("DestinationRule", REVIEWS, { host: "reviews", ...spec });
  const pool = { trafficPolicy: { connectionPool: { http: { http1MaxPendingRequests: 1 } } } };

  test("of a host are those of all its workloads", () => {
    const { service, v1, v2 } = of(rule(pool), rule({ trafficPolicy: { outlierDetection: { interval: "1s" } } }));
    expect([service, v1, v2]).toEqual(Array(3).fill({ "circuit-breaker": 1 }));
  });

  test("of a subset are those of the workloads that it takes", () => {
    const { service, v1, v2 } = of(rule({ subsets: [{ name: "v2", labels: { version: "v2" }, ...pool }] }));
    expect([service, v1, v2]).toEqual([{ "circuit-breaker": 1 }, {}, { "circuit-breaker": 1 }]);
  });

  test.each<[string, JsonObject]>([
    ["a load balancer", { trafficPolicy: { loadBalancer: { simple: "RANDOM" } } }],
    ["an empty pool", { trafficPolicy: { connectionPool: {} } }],
    ["subsets alone", { subsets: [{ name: "v1", labels: { version: "v1" } }] }],
  ])("are not %s", (_, spec) => {
    expect(of(rule(spec)).service).toEqual({});
  });
});

test("gateways of both kinds count at the workloads that they take", () => {
  const { found } = of(
    policy("Gateway", "edge/one", { selector: { istio: "ingressgateway" } }, "networking.istio.io"),
    policy("Gateway", "shop/two", { selector: { istio: "ingressgateway" } }, "networking.istio.io"),
    policy("Gateway", "edge/public", {}, "gateway.networking.k8s.io"),
  );
  expect(plain(found.workloads.get("edge/ingress"))).toEqual({ gateway: 2 });
  expect(plain(found.workloads.get("edge/public"))).toEqual({ gateway: 1 });
});

test("entries count at their hosts and workloads", () => {
  const { found, v1, v2 } = of(
    policy("ServiceEntry", "shop/api", { hosts: ["api.example.com", "*.wild.example.com"] }),
    policy("WorkloadEntry", "shop/vm", { labels: { app: "reviews", version: "v1" } }),
  );
  expect([...found.hosts.keys()]).toEqual(["api.example.com", "*.wild.example.com"]);
  expect([v1, v2]).toEqual([{ "workload-entry": 1 }, {}]);
  expect(plain(found.workloads.get("shop/vm"))).toEqual({ "workload-entry": 1 });
});

test("apps have what any of their workloads has, each object once", () => {
  const { found } = of(http({ route: [to("v1")], timeout: "1s" }));
  expect(plain(found.apps.get("shop/reviews-v1"))).toEqual({ "virtual-service": 1, "request-timeout": 1 });
});

test("every kind that badges read is one that the console watches", () => {
  const known = new Set(kinds.map(kindKey));
  expect(BADGE_KINDS.filter((key) => !known.has(key))).toEqual([]);
});

test.each([null, [], "text", 7, { hosts: "x", http: 3, subsets: [null], parentRefs: [4], rules: "r", host: 5 }])(
  "%j for a spec gives nothing and throws nothing",
  (spec) => {
    const objects = ["VirtualService", "DestinationRule", "HTTPRoute", "ServiceEntry", "Gateway"].map((kind) =>
      policy(kind, "shop/odd", spec as never),
    );
    expect(of(...objects).service).toEqual({});
  },
);
