import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  destinationRule,
  HOST,
  httpRoute,
  made,
  REVIEWS,
  to,
  virtualService,
  worldOf,
} from "./routing/worlds.test-support.ts";
import { routing } from "./routing.ts";

const read = (...manifests: Manifest[]) => routing(REVIEWS, worldOf(manifests));
const texts = (...manifests: Manifest[]) =>
  read(...manifests)
    .notes.map(({ text }) => text)
    .join("\n");
const shares = (...manifests: Manifest[]) =>
  read(...manifests).rules.map(({ action }) =>
    action.kind === "route" ? action.to.map((one) => [one.version, one.share]) : action.text,
  );

describe("routing of a service", () => {
  test("a canary: shares, versions with pods, and the label value that no subset names", () => {
    const found = read(virtualService([{ route: [to("v1", 90), to("v2", 10)] }]), destinationRule(["v1", "v2"]));
    expect(found.hosts[0]).toBe(HOST);
    expect(found.rules[0]).toMatchObject({ path: "spec.http[0]", gateways: ["mesh"], matches: [], protocol: "http" });
    expect(found.versions.map(({ name, object, ready, pods }) => [name, object?.name, ready, pods])).toEqual([
      ["v1", "reviews", 1, 1],
      ["v2", "reviews", 1, 1],
      ["v3", undefined, 0, 1],
    ]);
    expect(found.rules[0]?.action).toMatchObject({
      to: [
        { share: 0.9, exists: true },
        { share: 0.1, exists: true },
      ],
    });
  });

  test.each([
    [
      "relative to their sum",
      [to("v1", 1), to("v2", 3)],
      [
        ["v1", 0.25],
        ["v2", 0.75],
      ],
    ],
    ["a single one takes all", [to("v1")], [["v1", 1]]],
    ["a single one takes all, whatever it says", [to("v1", 5)], [["v1", 1]]],
    [
      "none said beside one said",
      [to("v1"), to("v2", 10)],
      [
        ["v1", 0],
        ["v2", 1],
      ],
    ],
  ])("weights: %s", (_, route, expected) => {
    expect(shares(virtualService([{ route }]), destinationRule(["v1", "v2"]))).toEqual([expected]);
  });

  test("conditions are readable, any of them, all within one", () => {
    const match = [
      { headers: { "end-user": { exact: "jason" } }, uri: { prefix: "/api" } },
      { sourceLabels: { app: "web" }, sourceNamespace: "front" },
    ];
    const [rule] = read(virtualService([{ match, route: [to("v2")] }, { route: [to("v1")] }])).rules;
    expect(rule?.matches).toEqual([
      ['path starts with "/api"', 'header end-user = "jason"'],
      ['client label app = "web"', 'client namespace = "front"'],
    ]);
  });

  test("a delegate's rules follow, within the conditions that delegate", () => {
    const root = virtualService([{ match: [{ uri: { prefix: "/a" } }], delegate: { name: "part" } }]);
    const part = made("VirtualService", "part", {
      http: [{ match: [{ method: { exact: "GET" } }], route: [to("v1")] }],
    });
    const { rules } = read(root, part, destinationRule(["v1"]));
    expect(rules.map(({ object, action, matches }) => [object.name, action.kind, matches])).toEqual([
      ["reviews", "delegate", [['path starts with "/a"']]],
      ["part", "route", [['path starts with "/a"', 'method = "GET"']]],
    ]);
  });

  test("one for the service's own namespace counts before an older one for everyone", () => {
    const http = [{ route: [to("v1")] }];
    const all = made("VirtualService", "a", { hosts: [HOST], http }, { creationTimestamp: "2020-01-01T00:00:00Z" });
    const own = { hosts: [HOST], exportTo: ["."], http };
    const found = read(all, made("VirtualService", "b", own, { creationTimestamp: "2021-01-01T00:00:00Z" }));
    expect(found.rules.map(({ object }) => object.name)).toEqual(["b"]);
  });

  test("the oldest of two that claim the host counts, an exact host before a wildcard", () => {
    const old = made(
      "VirtualService",
      "z",
      { hosts: [HOST], http: [{ route: [to("v1")] }] },
      { creationTimestamp: "2020-01-01T00:00:00Z" },
    );
    const young = made(
      "VirtualService",
      "a",
      { hosts: ["reviews"], http: [{ route: [to("v2")] }] },
      { creationTimestamp: "2021-01-01T00:00:00Z" },
    );
    const wild = made(
      "VirtualService",
      "w",
      { hosts: ["*.shop.svc.cluster.local"], http: [] },
      { creationTimestamp: "2019-01-01T00:00:00Z" },
    );
    const found = read(young, wild, old);
    expect(found.rules.map(({ object }) => object.name)).toEqual(["z"]);
    expect(
      found.notes.filter(({ text }) => text.includes("claims the same host")).map(({ object }) => object?.name),
    ).toEqual(["a", "w"]);
  });

  test("what isn't exported to the namespace doesn't count; gateways' rules that send to it do", () => {
    const hidden = made(
      "VirtualService",
      "x",
      { hosts: [HOST], exportTo: ["."], http: [{ route: [to("v1")] }] },
      { namespace: "other" },
    );
    const edge = made("VirtualService", "edge", {
      hosts: ["shop.example"],
      gateways: ["web"],
      http: [{ route: [{ destination: { host: "ratings" } }] }, { route: [to(null)] }],
    });
    expect(read(hidden, edge).rules.map(({ path, gateways }) => [path, gateways])).toEqual([
      ["spec.http[1]", ["shop/web"]],
    ]);
  });

  test("says what is missing, never reached, or without ready pods", () => {
    const found = texts(
      virtualService([{ route: [to("v3", 40), to("v9", 60)] }, { route: [to("v1")] }]),
      destinationRule(["v1", "v3"]),
    );
    expect(found).toContain(
      "spec.http[0].route[1] names v9 of reviews.shop.svc.cluster.local, which nothing declares; 60 %",
    );
    expect(found).toContain(
      "spec.http[0].route[0] sends 40 % to v3 of reviews.shop.svc.cluster.local, which has no ready pod",
    );
    expect(found).toContain("spec.http[1] is never reached: spec.http[0]");
  });

  test("a DestinationRule in a client's namespace hides the service's; two of one namespace are merged", () => {
    const theirs = made("DestinationRule", "own", { host: HOST }, { namespace: "front" });
    const second = made("DestinationRule", "second", {
      host: HOST,
      subsets: [{ name: "v3", labels: { version: "v3" } }],
    });
    const found = read(destinationRule(["v1"]), theirs, second);
    expect(found.versions.filter(({ object }) => object !== null).map(({ name }) => name)).toEqual(["v1", "v3"]);
    expect(found.notes.map(({ object }) => object?.name)).toEqual(expect.arrayContaining(["own", "second"]));
  });

  test("HTTPRoute: weights of 1 by default, the closest match first, backends as versions", () => {
    const route = httpRoute([
      {
        backendRefs: [
          { name: "reviews-v1", port: 80 },
          { name: "reviews-v2", port: 80, weight: 3 },
        ],
      },
      { matches: [{ path: { type: "Exact", value: "/x" } }], backendRefs: [{ name: "gone", port: 80 }] },
    ]);
    const found = read(route);
    expect(found.rules.map(({ path }) => path)).toEqual(["spec.rules[1]", "spec.rules[0]"]);
    expect(shares(route)[1]).toEqual([
      ["reviews-v1", 0.25],
      ["reviews-v2", 0.75],
    ]);
    expect(found.rules[0]?.action).toMatchObject({ to: [{ exists: false }] });
    expect(found.versions.find(({ name }) => name === "reviews-v1")).toMatchObject({
      labels: null,
      ready: 1,
      object: { kind: "HTTPRoute" },
    });
  });

  test("settings of the destination: ejection grows, and a tenth of few endpoints is none", () => {
    const rule = destinationRule(["v1"], {
      trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5, baseEjectionTime: "30s" } },
    });
    const lines = read(rule).destinations[0]?.lines.join("\n") ?? "";
    expect(lines).toContain("5 consecutive 5xx → ejected 30s times the number of its ejections");
    expect(lines).toContain("at most 10 % of endpoints ejected (default); of 2 that is none");
  });

  test("without Kubernetes nothing is called missing but subsets that no object declares", () => {
    const world = worldOf([virtualService([{ route: [{ destination: { host: "elsewhere.example" } }] }])], null);
    expect(routing(REVIEWS, world).rules[0]?.action).toMatchObject({ to: [{ exists: true }] });
  });
});
