import { describe, expect, it } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { type Drawn, depsWith, type Held, idOf, jaegerWith, NOW, otlp, VIEWER } from "./fixture.test-support.ts";
import type { SpansAsked } from "./newest-spans.ts";
import { sentSpans } from "./sent-spans.ts";

const pod = (name: string, namespace = "shop") => ({
  "istio.cluster_id": "c",
  node_id: `sidecar~10.0.0.1~${name}-7d4b9c6f5d-x2k4z.${namespace}~x`,
});
const out = (path: string, to = "cart.shop.svc.cluster.local", more: Record<string, string> = {}) => ({
  ...pod("web"),
  ...{ "http.method": "GET", "http.url": `http://cart:80${path}`, upstream_cluster: `outbound|80||${to}` },
  ...more,
});
const lone = (id: string, path: string, more: Partial<Drawn> = {}): Drawn => ({
  ...{ id, service: "web.shop", at: 1, ms: 10, kind: 3, tags: out(path) },
  ...more,
});
const ASKED: SpansAsked = {
  ...{ cluster: "c", namespace: "shop", workload: "web", app: null },
  ...{ start: unixSeconds(NOW - 900), end: unixSeconds(NOW) },
};

async function ask(held: Held, more: Partial<SpansAsked> = {}, viewer = ANONYMOUS) {
  const deps = depsWith([await jaegerWith(held)]);
  return sentSpans(deps, await deps.viewers.audience(viewer), { ...ASKED, ...more });
}
const paths = async (spans: readonly Drawn[]) =>
  (await ask({ one: otlp("one", spans) }))?.requests.map(({ request }) => request.path);

describe("requests of a workload of which nobody else wrote a span", () => {
  it("name the Service and the pod that they were sent to", async () => {
    const tags = out("/carts?x", "cart.shop.svc.cluster.local", { upstream_address: "10.0.0.5:8080" });
    const answer = await ask({ one: otlp("one", [lone("a", "", { tags })]) });
    expect(answer).toEqual({
      requests: [
        {
          ...{
            service: { namespace: "shop", name: "cart" },
            address: "10.0.0.5",
            trace: idOf("one"),
            backend: "jaeger-0",
          },
          request: { method: "GET", path: "/carts?x", host: "cart:80", port: 8080 },
        },
      ],
      ...{ since: ASKED.start, full: false, problem: null },
    });
  });

  it.each<[string, string, string | null, number | null]>([
    ["by a tunnel", "envoy://connect_originate/10.0.0.5:8080", "10.0.0.5", 8080],
    ["by IPv6", "[FD00::7]:80", "fd00::7", 80],
    ["nowhere", "-", null, null],
    ["to what is no address", "a:80", null, null],
  ])("%s", async (_, to, address, port) => {
    const tags = out("/", "cart.shop.svc.cluster.local", { upstream_address: to });
    expect((await ask({ one: otlp("one", [lone("a", "", { tags })]) }))?.requests).toMatchObject([
      { address, request: { port } },
    ]);
  });

  const server: Drawn = { id: "s", parent: "a", service: "cart.shop", at: 2, ms: 5, tags: pod("cart") };
  it.each<[string, readonly Drawn[], readonly string[]]>([
    ["not those that arrived", [lone("a", "/1"), server], []],
    ["not those that arrived where nobody can tell", [lone("a", "/1"), { ...server, service: "odd", tags: {} }], []],
    ["once where its program and its proxy wrote of it", [lone("a", "/1"), lone("b", "/2", { parent: "a" })], ["/2"]],
    ["not where the proxy's arrived", [lone("b", "/1"), lone("a", "/2", { parent: "b" }), server], []],
    ["each of several", [lone("a", "/1"), lone("b", "/2", { at: 4 })], ["/1", "/2"]],
    ["none to a host outside", [lone("a", "/1", { tags: out("/1", "api.example.com") })], []],
    ["none of others", [lone("a", "/1", { service: "cart.shop", tags: { ...out("/1"), ...pod("cart") } })], []],
    ["none that came in", [lone("a", "/1", { kind: 2, tags: { ...out("/1"), upstream_cluster: "inbound|80||" } })], []],
    ["a gateway’s one span", [lone("a", "/1", { kind: 2 })], ["/1"]],
    ["none of an inner part", [lone("a", "/1", { kind: 1 })], []],
  ])("are %s", async (_, spans, expected) => {
    expect(await paths(spans)).toEqual(expected);
  });

  it("of a caller out of sight are none", async () => {
    const tags = { ...out("/1"), ...pod("vault", "secret") };
    const held = { one: otlp("one", [lone("a", "", { service: "vault.secret", tags })]) };
    const asked = { namespace: "secret", workload: "vault" };
    expect((await ask(held, asked))?.requests).toHaveLength(1);
    expect((await ask(held, asked, VIEWER))?.requests).toEqual([]);
  });

  it("are nobody’s where no backend keeps spans of that cluster", async () => {
    expect(await ask({}, { cluster: "other" })).toBeNull();
  });
});
