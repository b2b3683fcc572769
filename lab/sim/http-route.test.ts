import { describe, expect, it } from "vitest";
import { readServiceRoute } from "./http-route.ts";
import { type Asked, meets } from "./match.ts";

const read = (spec: Record<string, unknown>) =>
  readServiceRoute({
    metadata: { name: "r", namespace: "a" },
    spec: { parentRefs: [{ group: "", kind: "Service", name: "api" }], ...spec },
  });
const backend = (name: string, more = {}) => ({ name, port: 80, ...more });
const asked = (path: string, more: Partial<Asked> = {}): Asked => ({
  host: "api",
  path,
  method: "GET",
  headers: {},
  port: null,
  ...more,
});

describe("readServiceRoute", () => {
  it("is about the services it is attached to, and no gateway", () => {
    const parentRefs = [
      { kind: "Service", name: "api" },
      { kind: "Service", name: "x", namespace: "b" },
      { kind: "Gateway", name: "edge" },
      { name: "implicit-gateway" },
    ];
    expect(read({ parentRefs }).hosts).toEqual(["api.a.svc.cluster.local", "x.b.svc.cluster.local"]);
  });

  it("weighs backends, one each where nothing is said", () => {
    const route = read({ rules: [{ backendRefs: [backend("v1", { weight: 9 }), backend("v2")] }] });
    expect(route.http[0]?.routes).toEqual([
      { to: { host: "v1.a.svc.cluster.local", subset: null }, weight: 9 },
      { to: { host: "v2.a.svc.cluster.local", subset: null }, weight: 1 },
    ]);
  });

  it("tries the most specific match first, whatever the order", () => {
    const rules = [
      { backendRefs: [backend("all")] },
      { matches: [{ path: { type: "PathPrefix", value: "/a" } }], backendRefs: [backend("short")] },
      { matches: [{ path: { type: "PathPrefix", value: "/a/b" } }], backendRefs: [backend("long")] },
      { matches: [{ path: { type: "Exact", value: "/a/b" } }], backendRefs: [backend("exact")] },
      { matches: [{ headers: [{ name: "X-G", value: "1" }] }], backendRefs: [backend("header")] },
    ];
    const { http } = read({ rules });
    const to = (request: Asked) =>
      http
        .find((r) => r.matches.length === 0 || r.matches.some((m) => meets(m, { namespace: "c", labels: {} }, request)))
        ?.routes[0]?.to.host.split(".")[0];
    expect(to(asked("/a/b"))).toBe("exact");
    expect(to(asked("/a/b/c"))).toBe("long");
    expect(to(asked("/a/x"))).toBe("short");
    expect(to(asked("/ax"))).toBe("all");
    expect(to(asked("/", { headers: { "x-g": "1" } }))).toBe("header");
  });

  it("reads a gRPC method as its path", () => {
    const { http } = read({
      rules: [{ matches: [{ method: { service: "shop.Cart", method: "Add" } }], backendRefs: [backend("v2")] }],
    });
    const [match] = http[0]?.matches ?? [];
    const fits = (path: string) => match !== undefined && meets(match, { namespace: "c", labels: {} }, asked(path));
    expect([fits("/shop.Cart/Add"), fits("/shop.Cart/Drop"), fits("/shop.Other/Add")]).toEqual([true, false, false]);
  });

  it("reads timeouts, retries and mirrors", () => {
    const rule = {
      timeouts: { request: "2s", backendRequest: "500ms" },
      retry: { attempts: 3, codes: [503], backoff: "50ms" },
      filters: [{ type: "RequestMirror", requestMirror: { backendRef: backend("v2"), percent: 20 } }],
      backendRefs: [backend("v1")],
    };
    expect(read({ rules: [rule] }).http[0]).toMatchObject({
      timeoutMs: 2000,
      retries: { attempts: 3, on: ["503"], perTryMs: 500, backoffMs: 50 },
      mirrors: [{ to: { host: "v2.a.svc.cluster.local" }, share: 0.2 }],
    });
  });
});
