import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ServiceItem } from "#lib/api/policies.ts";
import type { RouteRule, Routing, WeightedDestination } from "#lib/policy/routing.ts";
import { RoutingView } from "./routing/routing-view.tsx";
import { destinationName, shareText } from "./routing/shares.ts";
import { servicesShown } from "./service-list.tsx";

const object = {
  cluster: "west-1",
  group: "networking.istio.io",
  version: "v1",
  kind: "VirtualService",
  namespace: "shop",
  name: "reviews",
} as const;

const to = (version: string | null, weight: number | null, share: number, exists = true): WeightedDestination => ({
  path: `spec.http[0].route[${version ?? "-"}]`,
  host: "reviews.shop",
  version,
  port: null,
  weight,
  share,
  exists,
});

function rule(more: Partial<RouteRule>): RouteRule {
  return {
    object,
    path: "spec.http[0]",
    protocol: "http",
    name: null,
    gateways: ["mesh"],
    matches: [],
    action: { kind: "route", to: [to("v1", 90, 0.9), to("v2", 10, 0.1)] },
    rewrite: null,
    timeout: null,
    retries: null,
    fault: null,
    mirrors: [],
    ...more,
  };
}

const routing: Routing = {
  service: { cluster: "west-1", namespace: "shop", name: "reviews" },
  hosts: ["reviews.shop.svc.cluster.local", "reviews"],
  rules: [
    rule({
      matches: [['header x-user = "a"', "path prefix /api"], ["method = GET"]],
      action: { kind: "route", to: [to("v3", null, 1, false)] },
      timeout: "2s",
      retries: { attempts: 0, perTryTimeout: null, retryOn: null, backoff: null },
      fault: { delay: { percent: 5, fixedDelay: "3s" }, abort: null, until: null },
      mirrors: [{ host: "reviews.shop", version: "v2", percent: 10 }],
      gateways: ["mesh", "shop/web"],
    }),
    rule({ path: "spec.http[1]" }),
  ],
  versions: [{ name: "v1", labels: { version: "v1" }, object, workloads: ["reviews-v1"], ready: 1, pods: 2 }],
  destinations: [{ object, version: null, lines: ["outlier detection: 5 consecutive 5xx"] }],
  notes: [{ severity: "warning", text: "Two objects claim reviews.shop.", object }],
};

describe("a service's routing on the page", () => {
  const html = renderToStaticMarkup(<RoutingView routing={routing} />);

  it.each([
    ["conditions joined by their logic", /header x-user = &quot;a&quot;[\s\S]* and [\s\S]*or [\s\S]*method = GET/],
    ["where a rule counts", /calls inside the mesh, and through shop\/web/],
    ["what catches the rest", /Every other call/],
    ["a destination that doesn’t exist", /✕ doesn’t exist: calls end in 503/],
    ["shares as bars and words", /width:90%[\s\S]*90(\.0)? %/],
    ["pods behind a version", /1 of 2 ready/],
    ["timeout, retries, fault and mirror", /2s[\s\S]*off[\s\S]*5 % delayed by 3s[\s\S]*10 % to v2/],
    ["the object as a link", /href="\/policies\/west-1\/networking.istio.io\/v1\/VirtualService\/shop\/reviews"/],
    ["notes and the destination's settings", /Two objects claim[\s\S]*outlier detection: 5 consecutive 5xx/],
  ])("says %s", (_, expected) => {
    expect(html).toMatch(expected);
  });

  it("says what holds when no object routes the service", () => {
    const bare = { ...routing, rules: [], versions: [], destinations: [], notes: [] };
    const text = renderToStaticMarkup(<RoutingView routing={bare} />);
    expect(text).toContain("No object routes this service: calls go to all its ready pods");
    expect(text).toContain("none is declared");
  });

  it("names shares in percent and the weight where the object says another number", () => {
    expect(shareText(to("v1", 3, 0.75))).toContain("(weight 3)");
    expect(shareText(to("v1", 90, 0.9))).not.toContain("weight");
    expect(destinationName({ ...to(null, null, 1), port: 80 })).toBe("reviews.shop:80");
  });
});

describe("the list of services", () => {
  const item = (namespace: string, name: string): ServiceItem => ({
    cluster: "west-1",
    namespace,
    name,
    workloads: [`${name}-v1`],
    ports: [],
    routedBy: [],
  });
  const items = [item("shop", "reviews"), item("pay", "ledger"), item("shop", "cart")];

  it("stands in the order of namespace and name, filtered by every word", () => {
    expect(servicesShown(items, "").map(({ name }) => name)).toEqual(["ledger", "cart", "reviews"]);
    expect(servicesShown(items, "SHOP ca").map(({ name }) => name)).toEqual(["cart"]);
  });
});
