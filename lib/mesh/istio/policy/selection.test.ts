import fc from "fast-check";
import { expect, test } from "vitest";
import { json } from "#lib/policy/manifest.test-support.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { kinds } from "./kinds.ts";
import { references } from "./references.ts";
import { selection } from "./selection.ts";
import { policy, worldOf } from "./world.test-support.ts";

const GATEWAY_API = "gateway.networking.k8s.io";
const world = worldOf();
const app: JsonObject = { matchLabels: { app: "reviews" } };
const shop = ["shop/reviews-v1", "shop/reviews-v2"];

test.each<[string, string, JsonObject, string, readonly string[] | null]>([
  ["VirtualService", "shop/a", { hosts: ["reviews"] }, "reviews.shop", shop],
  ["VirtualService", "edge/a", { hosts: ["reviews"] }, "reviews.edge", []],
  ["VirtualService", "edge/a", { hosts: ["reviews.shop.svc.cluster.local", "x.org"] }, "reviews.shop and x.org", shop],
  ["VirtualService", "shop/a", {}, "calls that other routes delegate to it", []],
  ["DestinationRule", "shop/a", { host: "reviews" }, "reviews.shop", shop],
  ["PeerAuthentication", "shop/a", {}, "every workload in shop", null],
  ["PeerAuthentication", "istio-system/a", {}, "the whole mesh", null],
  ["PeerAuthentication", "shop/a", { selector: app }, "app=reviews in shop", shop],
  [
    "PeerAuthentication",
    "istio-system/a",
    { selector: app },
    "nothing: selectors don't count in the root namespace",
    [],
  ],
  [
    "AuthorizationPolicy",
    "istio-system/a",
    { selector: app },
    "app=reviews in all namespaces",
    [...shop, "edge/reviews-copy"],
  ],
  ["Telemetry", "istio-system/a", { selector: app }, "app=reviews in istio-system", []],
  [
    "AuthorizationPolicy",
    "shop/a",
    { targetRefs: [{ group: "", kind: "Service", name: "reviews" }] },
    "reviews.shop",
    shop,
  ],
  [
    "Gateway",
    "shop/a",
    { selector: { istio: "ingressgateway" } },
    "istio=ingressgateway in all namespaces",
    ["edge/ingress"],
  ],
  ["Sidecar", "shop/a", { workloadSelector: { labels: { version: "v1" } } }, "version=v1 in shop", ["shop/reviews-v1"]],
  ["HTTPRoute", "edge/a", { parentRefs: [{ name: "public" }] }, "Gateway edge/public", ["edge/public"]],
  ["HTTPRoute", "shop/a", { parentRefs: [{ group: "", kind: "Service", name: "reviews" }] }, "reviews.shop", shop],
])("%s %s %j selects %s", (kind, place, spec, text, workloads) => {
  const found = selection(policy(kind, place, spec), world);
  expect(found.text).toBe(text);
  expect(found.workloads?.map(({ namespace, name }) => `${namespace}/${name}`) ?? null).toEqual(workloads);
});

test("the two kinds of Gateway are told apart", () => {
  const found = selection(policy("Gateway", "edge/public", {}, GATEWAY_API), world);
  expect(found.workloads).toEqual([{ namespace: "edge", name: "public" }]);
});

test("objects of any shape select and name something or nothing, and never throw", () => {
  const names = [
    "hosts",
    "http",
    "rules",
    "selector",
    "targetRefs",
    "parentRefs",
    "servers",
    "egress",
    "host",
    "subsets",
  ];
  const spec = fc.array(fc.tuple(fc.constantFrom(...names), json)).map((list) => Object.fromEntries(list));
  fc.assert(
    fc.property(fc.constantFrom(...kinds), spec, ({ kind, group }, any) => {
      const manifest = policy(kind, "shop/a", any as JsonObject, group);
      expect(selection(manifest, worldOf(manifest)).text).toBeTypeOf("string");
      for (const { path } of references(manifest, worldOf(manifest))) expect(path).toMatch(/^spec/);
    }),
  );
});
