import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import { end, inventory, l7, merge, view, WHOLE, workload } from "./graph.test-support.ts";
import { viewGraph } from "./lens.ts";
import { LENSES } from "./model.ts";
import type { EdgeObservation } from "./observation.ts";

const v2 = { destination: end("shop/b-v2@b", { version: "v2" }) };
const shop: readonly EdgeObservation[] = [
  l7("source", "edge/gateway", "shop/a@a", { 200: 10 }),
  l7("source", "shop/a", "shop/b-v1@b", { 200: 8 }, { destination: end("shop/b-v1@b", { version: "v1" }) }),
  l7("source", "shop/a", "shop/b-v2@b", { 200: 1, 500: 1 }, v2),
  l7("source", "shop/b-v1", "pay/p@p", { 200: 3 }),
  l7("source", "shop/a", "ext:api.example.com", { 200: 1 }),
  l7("source", "shop/a", "svc:pay/gone", { "503 UH": 1 }),
];

describe("lenses sum hops", () => {
  it.each([
    ["workload", ["c/shop/workload/a>c/shop/workload/b-v1>http", "c/shop/workload/a>c/shop/workload/b-v2>http"]],
    ["app", ["c/shop/app/a>c/shop/app/b>http"]],
    ["versionedApp", ["c/shop/app/a>c/shop/app/b/v1>http", "c/shop/app/a>c/shop/app/b/v2>http"]],
    ["service", ["c/shop/service/a>c/shop/service/b>http"]],
  ] as const)("%s", (lens, expected) => {
    const graph = view(shop, { lens });
    const inner = graph.edges.filter((edge) => expected.some((id) => id === edge.id));
    expect(inner.map((edge) => edge.id)).toEqual(expected);
    expect(inner.reduce((sum, edge) => sum + (edge.rate ?? 0), 0)).toBe(10);
    expect(inner.reduce((sum, edge) => sum + (edge.errorRate ?? 0), 0)).toBe(1);
  });

  it("each observer's own numbers too, and never for one another's", () => {
    const both = (to: string, codes: Record<string, number>) => [
      l7("source", "shop/web", to, codes),
      l7("destination", "shop/web", to, codes),
    ];
    const calls = [...both("shop/b-v1@b", { "200": 3 }), ...both("shop/b-v2@b", { "200": 1, "503 UC": 1 })];
    const lost = l7("source", "shop/web", "svc:shop/b", { "503 UH": 2 });
    const { observers } =
      view([...calls, lost], { services: true }).edge("c/shop/workload/web>c/shop/service/b>http") ?? {};
    expect(observers).toEqual({
      source: { rate: 7, codes: { "200": 4, "503": 3 }, flags: { UC: 1, UH: 2 } },
      destination: { rate: 5, codes: { "200": 4, "503": 1 }, flags: { UC: 1 } },
    });
  });

  it("namespace: inner traffic is the node's, not a loop", () => {
    const graph = view(shop, { lens: "namespace" });
    expect(graph.ids).toEqual([
      "c/edge/namespace/edge>c/shop/namespace/shop>http",
      "c/shop/namespace/shop>c/pay/namespace/pay>http",
      "c/shop/namespace/shop>c/unknown/external/api.example.com>http",
    ]);
    expect(graph.node("c/shop/namespace/shop")).toMatchObject({
      kind: "namespace",
      internal: { rate: 10, errorRate: 1 },
    });
    expect(graph.edges[1]).toMatchObject({ rate: 4, codes: { 200: 3, 503: 1 }, flags: { UH: 1 } });
  });

  it("cluster", () => {
    const graph = view(shop, { lens: "cluster" });
    expect(graph.ids).toEqual(["c/-/cluster/c>c/unknown/external/api.example.com>http"]);
    expect(graph.node("c/-/cluster/c")).toMatchObject({ health: "failing", internal: { rate: 24 } });
  });

  it("a group is as bad as its worst member, an app as all its requests", () => {
    expect(view(shop, { lens: "namespace" }).node("c/shop/namespace/shop")?.health).toBe("failing");
    expect(view(shop).node("c/shop/workload/b-v2")?.health).toBe("failing");
    const mostly = shop.map((o) =>
      o.destination.version === "v2" ? { ...o, requests: l7("source", "?", "?", { 500: 0.1 }).requests } : o,
    );
    expect(view(mostly, { lens: "app" }).node("c/shop/app/b")?.health).toBe("degraded");
  });

  it("keeps calls of one version to another as a loop of their app", () => {
    expect(view([l7("source", "shop/b-v1", "shop/b-v2@b", { 200: 1 })], { lens: "app" }).ids).toEqual([
      "c/shop/app/b>c/shop/app/b>http",
    ]);
  });
});

describe("scope", () => {
  it("keeps an edge with one end outside, and badges that end", () => {
    const graph = view(shop, { namespaces: ["pay"] });
    expect(graph.ids).toEqual([
      "c/shop/workload/a>c/pay/service/gone>http",
      "c/shop/workload/b-v1>c/pay/workload/p>http",
    ]);
    expect(graph.nodes.map((node) => [node.id, node.badges])).toEqual([
      ["c/pay/service/gone", []],
      ["c/pay/workload/p", []],
      ["c/shop/workload/a", ["outside"]],
      ["c/shop/workload/b-v1", ["outside"]],
    ]);
  });

  it("doesn't call a host outside: it is nowhere", () => {
    const graph = view(shop, { namespaces: ["shop"] });
    expect(graph.node("c/unknown/external/api.example.com")?.badges).toEqual([]);
    expect(graph.node("c/edge/workload/gateway")?.badges).toEqual(["outside"]);
  });

  it("narrows by cluster", () => {
    expect(view(shop, { clusters: ["other"] })).toMatchObject({ nodes: [], edges: [] });
    expect(view(shop, { clusters: ["c"] }).edges).toHaveLength(shop.length);
  });

  it("keeps idle workloads in scope only", () => {
    const known = inventory([workload("shop/idle"), workload("pay/idle")]);
    expect(view([], { namespaces: ["pay"] }, { inventory: known }).nodes.map((n) => n.id)).toEqual([
      "c/pay/workload/idle",
    ]);
  });
});

describe("fold", () => {
  it("draws a namespace as one node in any lens", () => {
    const graph = view(shop, { fold: ["shop"] });
    expect(graph.ids).toEqual([
      "c/edge/workload/gateway>c/shop/namespace/shop>http",
      "c/shop/namespace/shop>c/pay/service/gone>http",
      "c/shop/namespace/shop>c/pay/workload/p>http",
      "c/shop/namespace/shop>c/unknown/external/api.example.com>http",
    ]);
    expect(graph.node("c/shop/namespace/shop")?.internal?.rate).toBe(10);
  });
});

describe("rights", () => {
  const mayRead = (_: string, namespace: string) => namespace !== "shop";

  it.each([
    ["every namespace", ["*"], ["edge/namespace/edge", "pay/namespace/pay", "shop/namespace/shop"]],
    ["every namespace but one", ["*", "-pay"], ["edge/namespace/edge", "pay/workload/p", "shop/namespace/shop"]],
    ["the whole cluster", ["cluster:c"], ["-/cluster/c"]],
  ] as const)("folds %s", (_, fold, expected) => {
    const inside = view(shop, { fold }).ids;
    const ends = new Set(inside.flatMap((id) => id.split(">").slice(0, 2)));
    const named = [...ends].map((id) => id.replace(/^c\//, "")).filter((id) => !/external|service/.test(id));
    expect(named.sort()).toEqual(expected);
  });

  it("folds an app to what the app lens would draw, and nothing else", () => {
    const graph = view(shop, { fold: ["app:shop/b"] });
    const merged = graph.edge("c/shop/workload/a>c/shop/app/b>http");
    expect(merged).toMatchObject({ rate: 10, errorRate: 1 });
    expect(graph.ids).toContain("c/edge/workload/gateway>c/shop/workload/a>http");
    expect(graph.node("c/shop/app/b")?.health).toBe(view(shop, { lens: "app" }).node("c/shop/app/b")?.health);
  });

  it("fold what may not be seen into one node that names nothing and keeps the sums", () => {
    const graph = view(
      shop.map((o) => ({
        ...o,
        hosts: new Map([["secret.shop", perSecond(1)]]),
        sourcePrincipal: "spiffe://td/ns/shop/sa/a",
      })),
      { mayRead },
    );
    expect(graph.ids).toEqual([
      "c/edge/workload/gateway>c/restricted/restricted/restricted>http",
      "c/restricted/restricted/restricted>c/pay/service/gone>http",
      "c/restricted/restricted/restricted>c/pay/workload/p>http",
      "c/restricted/restricted/restricted>c/unknown/external/api.example.com>http",
    ]);
    expect(JSON.stringify(graph.edges)).not.toMatch(/shop/);
    expect(JSON.stringify(graph.nodes)).not.toMatch(/shop/);
    expect(graph.edges[0]?.rate).toBe(10);
    expect(graph.node("c/restricted/restricted/restricted")).toMatchObject({ kind: "restricted", health: "unknown" });
  });

  it("what wasn't selected is outside under its name, what may not be seen is neither named nor outside", () => {
    const graph = view(shop, { mayRead: (_, namespace) => namespace !== "edge", namespaces: ["shop"] });
    expect(graph.nodes.flatMap(({ id, badges }) => (badges.includes("outside") ? [id] : []))).toEqual([
      "c/pay/service/gone",
      "c/pay/workload/p",
    ]);
    expect(graph.node("c/restricted/restricted/restricted")).toMatchObject({ kind: "restricted", badges: [] });
    expect(JSON.stringify(graph.nodes)).not.toMatch(/edge/);
  });

  it("what may not be seen never draws anything by itself, even asked for", () => {
    const graph = view(shop, { mayRead, namespaces: ["shop"] });
    expect(graph).toMatchObject({ nodes: [], edges: [] });
  });
});

describe("hosts", () => {
  it("are capped, the rest summed", () => {
    const hosts = new Map(Array.from({ length: 50 }, (_, i) => [`h${i}.example.com`, perSecond(i + 1)]));
    const [edge] = view([l7("source", "shop/a", "ext:x", { 200: 1 }, { hosts })]).edges;
    expect(Object.keys(edge?.hosts ?? {})).toHaveLength(21);
    expect(edge?.hosts["(other)"]).toBe((30 * 31) / 2);
  });

  it("named like an object's own members stay plain data", () => {
    const hosts = new Map([
      ["__proto__", perSecond(1)],
      ["constructor", perSecond(2)],
    ]);
    const [edge] = view([l7("source", "shop/a", "ext:x", { __proto__x: 1 }, { hosts })]).edges;
    expect(Object.entries(edge?.hosts ?? {})).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });
});

describe("any graph under any lens", () => {
  const name = fc.constantFrom("n1/a-v1", "n1/a-v2", "n1/b", "n2/c", "n2/d");
  const target = fc.oneof(
    name.map((n) => `${n}@svc-${n.slice(3, 4)}`),
    fc.constantFrom("ext:h", "svc:n2/s"),
  );
  const observation = fc
    .record({
      from: fc.oneof(name, fc.constant("?")),
      to: target,
      observer: fc.constantFrom("source" as const, "destination" as const),
      ok: fc.integer({ min: 0, max: 50 }),
      bad: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ from, to, observer, ok, bad }) => l7(observer, from, to, { 200: ok, 500: bad }));

  it("carries the same requests, whatever the grouping", () => {
    const total = (lens: (typeof LENSES)[number], observations: readonly EdgeObservation[]) => {
      const { nodes, edges } = viewGraph(merge(observations), { ...WHOLE, lens });
      const between = edges.reduce((sum, edge) => sum + (edge.rate ?? 0), 0);
      return nodes.reduce((sum, node) => sum + (node.internal?.rate ?? 0), between);
    };
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 20 }), (observations) => {
        const expected = total("workload", observations);
        for (const lens of LENSES) expect(total(lens, observations)).toBeCloseTo(expected, 6);
      }),
    );
  });

  it("has one order, unique ids and ends that exist, whatever the order of the input", () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 20 }), fc.constantFrom(...LENSES), (observations, lens) => {
        const graph = viewGraph(merge(observations), { ...WHOLE, lens });
        const ids = graph.edges.map((edge) => edge.id);
        expect(ids).toEqual([...new Set(ids)].sort());
        const nodes = graph.nodes.map((node) => node.id);
        expect(nodes).toEqual([...new Set(nodes)].sort());
        for (const edge of graph.edges) expect(nodes).toEqual(expect.arrayContaining([edge.source, edge.target]));
        const other = viewGraph(merge(observations.toReversed()), { ...WHOLE, lens });
        expect(other.edges.map((edge) => edge.id)).toEqual(ids);
        expect(other.nodes).toEqual(graph.nodes);
      }),
    );
  });
});
