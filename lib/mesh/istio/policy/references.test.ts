import { expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import { references } from "./references.ts";
import { policy, worldOf } from "./world.test-support.ts";

const world = worldOf(
  policy("DestinationRule", "shop/reviews", { host: "reviews", subsets: [{ name: "v1" }] }),
  policy("Gateway", "edge/public", { selector: { istio: "ingressgateway" } }),
  policy("Gateway", "edge/public", {}, "gateway.networking.k8s.io"),
  policy("ServiceEntry", "shop/out", { hosts: ["*.example.org"] }),
);

const named = (kind: string, place: string, spec: JsonObject) =>
  references(policy(kind, place, spec), world).map(
    ({ path, to, text, found }) => `${path} = ${text} → ${to ? refText(to) : "-"}${found ? "" : " (missing)"}`,
  );

test("a VirtualService names hosts, gateways, subsets and delegates", () => {
  const route = [
    { destination: { host: "reviews", subset: "v1" } },
    { destination: { host: "reviews.shop.svc.cluster.local", subset: "v9" } },
    { destination: { host: "api.example.org" } },
    { destination: { host: "nobody" } },
  ];
  const http = [{ route }, { delegate: { name: "d", namespace: "edge" } }];
  expect(named("VirtualService", "shop/a", { gateways: ["mesh", "edge/public", "public"], http })).toEqual([
    "spec.gateways[1] = edge/public → Gateway edge/public",
    "spec.gateways[2] = public → - (missing)",
    "spec.http[0].route[0].destination.host = reviews → Service shop/reviews",
    "spec.http[0].route[0].destination.subset = v1 → DestinationRule shop/reviews",
    "spec.http[0].route[1].destination.host = reviews.shop.svc.cluster.local → Service shop/reviews",
    "spec.http[0].route[1].destination.subset = v9 → DestinationRule shop/reviews (missing)",
    "spec.http[0].route[2].destination.host = api.example.org → ServiceEntry shop/out",
    "spec.http[0].route[3].destination.host = nobody → Service shop/nobody (missing)",
    "spec.http[1].delegate = edge/d → - (missing)",
  ]);
});

test("others name selectors, targets, backends, identities and secrets", () => {
  const servers = [{ tls: { credentialName: "cert" } }];
  expect(named("Gateway", "edge/a", { selector: { istio: "none" }, servers })).toEqual([
    "spec.selector = istio=none → - (missing)",
    "spec.servers[0].tls.credentialName = cert → - (missing)",
  ]);
  const rules = [{ from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }] }];
  const targetRefs = [{ group: "", kind: "Service", name: "reviews" }];
  expect(named("AuthorizationPolicy", "shop/a", { rules, targetRefs })).toEqual([
    "spec.rules[0].from[0].source.principals[0] = cluster.local/ns/shop/sa/web → - (missing)",
    "spec.targetRefs[0] = Service shop/reviews → Service shop/reviews",
  ]);
  const backendRefs = [{ name: "reviews" }, { name: "x", namespace: "edge" }];
  expect(
    named("HTTPRoute", "shop/a", { parentRefs: [{ name: "public", namespace: "edge" }], rules: [{ backendRefs }] }),
  ).toEqual([
    "spec.parentRefs[0] = Gateway edge/public → Gateway edge/public",
    "spec.rules[0].backendRefs[0] = Service shop/reviews → Service shop/reviews",
    "spec.rules[0].backendRefs[1] = Service edge/x → - (missing)",
    "spec.rules[0].backendRefs[1].namespace = ReferenceGrant in edge for HTTPRoutes of shop → - (missing)",
  ]);
  expect(named("Sidecar", "shop/a", { egress: [{ hosts: ["./reviews", "*/*", "~/*"] }] })).toEqual([
    "spec.egress[0].hosts[0] = ./reviews → Service shop/reviews",
  ]);
});
