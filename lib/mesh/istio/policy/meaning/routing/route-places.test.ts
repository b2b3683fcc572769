/** What a client's namespace has to do with its routes: which Services it knows, and which DestinationRules come first. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { BY_DEFAULT } from "../../routing/json.ts";
import { policy } from "../../world.test-support.ts";
import { type Routed, route } from "./route.ts";
import type { Target } from "./target.ts";
import type { RoutingWorld } from "./world.ts";

const HOST = "reviews.shop.svc.cluster.local";
const RATINGS = "ratings.shop.svc.cluster.local";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const leads = (host: string, subset = "") =>
  policy(
    "VirtualService",
    "shop/a",
    spec(`hosts: [${HOST}], http: [{route: [{destination: {host: ${host}${subset && `, subset: ${subset}`}}}]}]`),
  );
const rule = (place: string, more = "", host = HOST) =>
  policy("DestinationRule", place, spec(`host: '${host}', subsets: [{name: v1}]${more}`));

function go(objects: readonly Manifest[], namespace: string, more: Partial<RoutingWorld> = {}): Routed["outcome"] {
  const world: RoutingWorld = {
    ...{ rootNamespace: "istio-system", ...more },
    objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  return route(HOST, "shop", { namespace, labels: {}, port: 9080 }, {}, world).outcome;
}
const first = (outcome: Routed["outcome"]): Target | undefined =>
  outcome.kind === "routed" ? outcome.chosen.to[0] : undefined;

describe("Services that the client's namespace doesn't know", () => {
  const keeping = (kept: string): Partial<RoutingWorld> => ({
    keeps: (host) => (host === kept ? "not exported" : null),
  });

  test("are out of its scope, whatever rules say", () => {
    expect(go([leads(HOST)], "web", keeping(HOST))).toEqual({
      kind: "out of scope",
      by: { why: "not exported", sidecar: null },
    });
    expect(go([], "web", keeping(RATINGS)).kind).toBe("routed");
  });

  test("aren't reached by a rule either, but in the client's own namespace", () => {
    expect(first(go([leads(RATINGS)], "web", keeping(RATINGS)))?.kept).toBe("not exported");
    expect(first(go([leads(RATINGS)], "shop", keeping(RATINGS)))?.kept).toBeNull();
  });

  test("are missing to a rule: 503, to a route of the Gateway API 500", () => {
    const api = {
      ...policy("HTTPRoute", "shop/r", {
        parentRefs: [{ group: "", kind: "Service", name: "reviews" }],
        rules: [{ backendRefs: [{ name: "ratings", port: 9080 }] }],
      }),
      apiVersion: "gateway.networking.k8s.io/v1",
    };
    expect(first(go([api], "web", keeping(RATINGS)))).toMatchObject({ kept: "not exported", missing: 500 });
    expect(first(go([leads(RATINGS)], "web", keeping(RATINGS)))?.missing).toBe(503);
  });

  test("where istiod doesn't see them, not even there", () => {
    expect(
      first(go([leads(RATINGS)], "shop", { keeps: (host) => (host === RATINGS ? "not discovered" : null) }))?.kept,
    ).toBe("not discovered");
  });
});

describe("DestinationRules", () => {
  const declaring = (objects: readonly Manifest[], client: string): string | undefined =>
    first(go([leads(HOST, "v1"), ...objects], client))?.declaredBy?.metadata.name;

  test("of the root namespace come last for a client there, too", () => {
    const wide = rule("istio-system/wide", "", "*.svc.cluster.local");
    expect(declaring([wide, rule("shop/own")], "istio-system")).toBe("own");
    expect(declaring([wide], "istio-system")).toBe("wide");
  });

  test("but first those that are for it alone", () => {
    const own = rule("istio-system/alone", ", exportTo: ['.']", "*.svc.cluster.local");
    expect(declaring([own, rule("shop/own")], "istio-system")).toBe("alone");
    expect(declaring([own], "web")).toBeUndefined();
  });

  test("that the mesh's default keeps in their namespace are merged with those that say nothing, not with those that say it", () => {
    const byDefault = rule("shop/a", `, exportTo: ['.', '${BY_DEFAULT}']`);
    const none = policy("DestinationRule", "shop/b", spec(`host: ${HOST}, exportTo: ['.'], subsets: []`));
    const unsaid = policy(
      "DestinationRule",
      "shop/b",
      spec(`host: ${HOST}, exportTo: ['.', '${BY_DEFAULT}'], subsets: []`),
    );
    expect(declaring([byDefault, unsaid], "shop")).toBe("a");
    expect(declaring([byDefault, none], "shop")).toBeUndefined();
    expect(declaring([byDefault], "web")).toBeUndefined();
  });
});

describe("HTTPRoutes", () => {
  test("are for their own namespace alone where the mesh's default has VirtualServices so", () => {
    const parents = "parentRefs: [{group: '', kind: Service, name: reviews}]";
    const to = "rules: [{backendRefs: [{name: ratings, port: 9080}]}]";
    const open = policy("HTTPRoute", "shop/r", spec(`${parents}, ${to}`));
    const shut = policy("HTTPRoute", "shop/r", spec(`${parents}, ${to}, exportTo: ['.', '${BY_DEFAULT}']`));
    expect(first(go([open], "web"))?.host).toBe(RATINGS);
    expect(first(go([shut], "web"))?.host).toBe(HOST);
    expect(first(go([shut], "shop"))?.host).toBe(RATINGS);
  });
});
