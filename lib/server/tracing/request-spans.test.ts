import { describe, expect, it } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { type Drawn, depsWith, type Held, idOf, jaegerWith, NOW, otlp, VIEWER } from "./fixture.test-support.ts";
import type { SpansAsked } from "./newest-spans.ts";
import { requestSpans } from "./request-spans.ts";

const pod = (name: string, namespace = "shop") => ({
  "istio.cluster_id": "c",
  node_id: `sidecar~10.0.0.1~${name}-7d4b9c6f5d-x2k4z.${namespace}~x`,
});
const server = (method: string, path: string) => ({
  ...pod("cart"),
  ...{
    "http.method": method,
    "http.url": `http://cart:80${path}`,
    upstream_cluster: "inbound|8080||",
    component: "proxy",
  },
});
/** web and a hidden vault call cart; cart's program makes a span of its own, and calls cart itself once. */
const spans: Drawn[] = [
  { id: "a", service: "web.shop", at: 0, ms: 100, kind: 3, tags: pod("web") },
  { id: "b", parent: "a", service: "cart.shop", at: 1, ms: 90, tags: server("GET", "/carts") },
  { id: "p", parent: "b", service: "cart.shop", at: 2, ms: 80, tags: server("GET", "/carts") },
  { id: "c", parent: "p", service: "cart.shop", at: 2, ms: 80, kind: 3, tags: pod("cart") },
  { id: "d", parent: "c", service: "cart.shop", at: 3, ms: 70, tags: server("PUT", "/self") },
  { id: "e", service: "vault.secret", at: 4, ms: 60, kind: 3, tags: pod("vault", "secret") },
  { id: "f", parent: "e", service: "cart.shop", at: 5, ms: 50, tags: server("POST", "/carts?x") },
  { id: "g", parent: "a", service: "web.shop", at: 6, ms: 40, tags: pod("web") },
];
const ASKED: SpansAsked = {
  ...{ cluster: "c", namespace: "shop", workload: "cart", app: null },
  ...{ start: unixSeconds(NOW - 900), end: unixSeconds(NOW) },
};

async function ask(held: Held, more: Partial<SpansAsked> = {}, viewer = ANONYMOUS) {
  const deps = depsWith([await jaegerWith(held)]);
  return requestSpans(deps, await deps.viewers.audience(viewer), { ...ASKED, ...more });
}

describe("requests into a workload by sampled spans", () => {
  it("are those of its server's spans whose call came from elsewhere", async () => {
    expect(await ask({ one: otlp("one", spans) })).toEqual({
      requests: [
        {
          ...{ source: "c/shop/workload/web", trace: idOf("one"), backend: "jaeger-0" },
          request: { method: "GET", path: "/carts", host: "cart:80", port: 8080 },
        },
        {
          ...{ source: "c/secret/workload/vault", trace: idOf("one"), backend: "jaeger-0" },
          request: { method: "POST", path: "/carts?x", host: "cart:80", port: 8080 },
        },
      ],
      ...{ since: ASKED.start, full: false, problem: null },
    });
  });

  it("of a program alone have the path that came in, whatever proxies on the way made of it", async () => {
    const own = { ...pod("cart"), "http.request.method": "GET", "url.path": "/v2/carts" };
    const lone: Drawn[] = [{ id: "b", service: "cart.shop", at: 1, ms: 90, tags: own }];
    expect((await ask({ one: otlp("one", lone) }))?.requests).toMatchObject([
      { request: { path: "/v2/carts" }, rewritten: true },
    ]);
  });

  it("name no caller out of sight", async () => {
    const answer = await ask({ one: otlp("one", spans) }, {}, VIEWER);
    expect(answer?.requests.map(({ source }) => source)).toEqual(["c/shop/workload/web", null]);
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  it("are those of the time that was asked for", async () => {
    expect((await ask({ one: otlp("one", spans) }, { start: unixSeconds(NOW - 10) }))?.requests).toEqual([]);
  });

  it("reach back to the oldest that came where there are more", async () => {
    const many = Array.from({ length: 100 }, (_, i) => otlp(`t${i}`, spans.slice(0, 2), i)).flat();
    const answer = await ask(() => many);
    expect(answer).toMatchObject({ full: true });
    expect(answer?.since).toBeCloseTo(NOW - 600, 0);
    expect(answer?.requests).toHaveLength(100);
  });

  it("are those since when every backend has told all: a full one beside others says how far that is", async () => {
    const many = (later: number) => Array.from({ length: 100 }, (_, i) => otlp(`t${i}`, spans.slice(0, 2), i + later));
    const fakes = [
      await jaegerWith(() => many(0).flat()),
      await jaegerWith(() => many(50).flat()),
      await jaegerWith({ one: otlp("one", spans.slice(0, 2), 99), two: otlp("two", spans.slice(0, 2)) }),
    ];
    const deps = depsWith(fakes);
    const answer = await requestSpans(deps, await deps.viewers.audience(ANONYMOUS), ASKED);
    expect(answer).toMatchObject({ full: true, problem: null });
    expect(answer?.since).toBeCloseTo(NOW - 550, 0);
    const of = (name: string) => answer?.requests.filter(({ backend }) => backend === name).length;
    expect(of("jaeger-1")).toBe(100);
    expect(of("jaeger-0")).toBe(50);
    expect(of("jaeger-2")).toBe(1);
  });

  it("say of each backend that fails that it does, by name", async () => {
    const fakes = [await jaegerWith({}), await jaegerWith({ one: otlp("one", spans) }), await jaegerWith({})];
    await fakes[0]?.close();
    await fakes[2]?.close();
    const deps = depsWith(fakes);
    const answer = await requestSpans(deps, await deps.viewers.audience(ANONYMOUS), ASKED);
    expect(answer?.requests).toHaveLength(2);
    expect(answer?.problem).toMatch(/jaeger-0.*jaeger-2/);
    const [first, , last] = fakes;
    if (first === undefined || last === undefined) throw new Error("no backends");
    const none = depsWith([first, last]);
    const nobody = await requestSpans(none, await none.viewers.audience(ANONYMOUS), ASKED);
    expect(nobody).toMatchObject({ requests: [], problem: expect.stringMatching(/jaeger-0.*jaeger-1/) });
  });

  it("are nobody's where no backend keeps spans of that cluster, and say why where it fails", async () => {
    expect(await ask({}, { cluster: "other" })).toBeNull();
    const fake = await jaegerWith({});
    await fake.close();
    const deps = depsWith([fake]);
    const answer = await requestSpans(deps, await deps.viewers.audience(ANONYMOUS), ASKED);
    expect(answer).toMatchObject({ requests: [], full: false, problem: expect.stringMatching(/jaeger-0/) });
  });
});
