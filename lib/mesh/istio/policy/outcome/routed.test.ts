import { describe, expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { service } from "./outcome.test-support.ts";
import { ruledService } from "./routed.ts";

const to = (host: string) => ({ route: [{ destination: { host } }] });
const virtual = (hosts: readonly string[], http: readonly object[] = [to("api")]): Manifest => ({
  ...{ apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata: { namespace: "shop", name: "api" } },
  spec: { hosts: [...hosts], http: http as never },
});
const route = (parents: readonly Record<string, string>[], backend = "api"): Manifest => ({
  ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: { namespace: "shop", name: "api" } },
  spec: { parentRefs: parents.map((each) => ({ ...each })), rules: [{ backendRefs: [{ name: backend, port: 80 }] }] },
});
const about = (after: Manifest, before: Manifest | null = null) =>
  ruledService("c", [{ before, after }])({ object: refOf("c", after), path: "spec" });

describe("about whose calls a rule is", () => {
  it.each<[string, Manifest]>([
    ["a short host", virtual(["api"])],
    ["a full one", virtual(["api.shop.svc.cluster.local"])],
    ["both of one service", virtual(["api", "api.shop.svc.cluster.local"])],
    ["a route of a Service", route([{ group: "", kind: "Service", name: "api" }])],
  ])("%s", (_, object) => expect(about(object)).toBe(service("api")));

  it.each<[string, Manifest]>([
    ["two services", virtual(["api", "web"])],
    ["a wildcard", virtual(["*.shop.svc.cluster.local"])],
    ["a host outside", virtual(["api.example.com"])],
    ["a delegate", virtual([])],
    ["one that sends some elsewhere", virtual(["api"], [to("api"), to("web")])],
    ["one that answers some itself", virtual(["api"], [{ redirect: { uri: "/" } }, to("api")])],
    ["a route that sends elsewhere", route([{ group: "", kind: "Service", name: "api" }], "web")],
    ["a route of a gateway", route([{ name: "edge" }])],
    ["a route of a Service and a gateway", route([{ group: "", kind: "Service", name: "api" }, { name: "edge" }])],
    ["another kind", { ...virtual(["api"]), kind: "DestinationRule", spec: { host: "api" } }],
  ])("isn't one of %s", (_, object) => expect(about(object)).toBeNull());

  it("isn't one where the change gives the object another host", () => {
    expect(about(virtual(["api"]), virtual(["web"], [to("web")]))).toBeNull();
    expect(about(virtual(["api"]), virtual(["api"]))).toBe(service("api"));
  });

  it("isn't known of objects that aren't among the changes, nor of none", () => {
    const changes = [{ before: null, after: virtual(["api"]) }];
    const other = { ...virtual(["api"]), metadata: { namespace: "shop", name: "other" } };
    expect(ruledService("c", changes)({ object: refOf("c", other), path: "spec" })).toBeNull();
    expect(ruledService("c", changes)(null)).toBeNull();
  });
});
