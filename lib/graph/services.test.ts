import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { end, inventory, l7, merge, view, WHOLE, workload } from "./graph.test-support.ts";
import { viewGraph } from "./lens.ts";
import type { EdgeObservation } from "./observation.ts";
import { summarise } from "./summary.ts";

const shop: readonly EdgeObservation[] = [
  l7("source", "shop/a", "shop/b-v1@b", { 200: 8 }, { destination: end("shop/b-v1@b", { version: "v1" }) }),
  l7("source", "shop/a", "shop/b-v2@b", { 200: 1, 500: 1 }, { destination: end("shop/b-v2@b", { version: "v2" }) }),
  l7("source", "shop/a", "svc:shop/b", { "503 UH": 5 }),
  l7("source", "shop/a", "ext:api.example.com", { 200: 1 }),
];
const SERVICE = "c/shop/service/b";

describe("calls drawn through their service", () => {
  const graph = view(shop, { services: true });

  it("reach it from the client and leave it for who answers", () => {
    expect(graph.ids).toEqual([
      `c/shop/service/b>c/shop/workload/b-v1>http`,
      `c/shop/service/b>c/shop/workload/b-v2>http`,
      `c/shop/workload/a>c/shop/service/b>http`,
      "c/shop/workload/a>c/unknown/external/api.example.com>http",
    ]);
    expect(graph.edge(`c/shop/workload/a>${SERVICE}>http`)).toMatchObject({ rate: 15, errorRate: 6 });
    expect(graph.edge(`${SERVICE}>c/shop/workload/b-v2>http`)).toMatchObject({
      rate: 2,
      errorRate: 1,
      half: "service",
    });
  });

  it("make one node with the calls that reached nobody, judged by all of them", () => {
    expect(graph.nodes.filter(({ kind }) => kind === "service").map(({ id }) => id)).toEqual([SERVICE]);
    const few = [...shop.slice(0, 2), l7("source", "shop/a", "svc:shop/b", { "503 UH": 0.1 })];
    expect(view(few, { services: true }).node(SERVICE)).toMatchObject({
      health: "failing",
      service: "b",
      mesh: "istio",
    });
    const fine = [...shop.slice(0, 1), l7("source", "shop/a", "svc:shop/b", { "503 UH": 0.1 })];
    expect(view(fine, { services: true }).node(SERVICE)?.health).toBe("degraded");
  });

  it("count once in totals", () => {
    const [through, direct] = [graph, view(shop)].map((each) => summarise(each, null).within.http);
    expect(through).toMatchObject({ rate: direct?.rate, errorRate: direct?.errorRate, codes: direct?.codes });
  });

  it("are drawn so for apps too, and never inside what is folded or may not be seen", () => {
    expect(view(shop, { services: true, lens: "versionedApp" }).ids).toContain(`${SERVICE}>c/shop/app/b/v1>http`);
    for (const look of [
      { fold: ["shop"] },
      { lens: "namespace" as const },
      { lens: "service" as const },
      { mayRead: (_: string, namespace: string) => namespace !== "shop" },
    ]) {
      expect(view(shop, { ...look, services: true }).ids).toEqual(view(shop, look).ids);
    }
  });

  it("keep a service that isn't asked for by name out", () => {
    const passed = [l7("source", "shop/a", "shop/b", { 200: 1 })];
    expect(view(passed, { services: true }).ids).toEqual(view(passed).ids);
  });
});

const calls = fc.array(
  fc.record({
    from: fc.constantFrom("shop/a", "shop/b", "pay/c"),
    to: fc.constantFrom("shop/a@one", "shop/b@two", "pay/c@one", "svc:shop/two", "svc:pay/one", "ext:h", "shop/b"),
    ok: fc.integer({ min: 0, max: 50 }),
    bad: fc.integer({ min: 1, max: 50 }),
  }),
  { maxLength: 12 },
);

it("what reaches a service is what leaves it and what reached nobody; the totals are those of the graph without", () => {
  fc.assert(
    fc.property(calls, (list) => {
      const merged = merge(list.map(({ from, to, ok, bad }) => l7("source", from, to, { 200: ok, 503: bad })));
      const through = viewGraph(merged, { ...WHOLE, services: true });
      const direct = viewGraph(merged, WHOLE);
      const rate = (graph: typeof through) => summarise(graph, null).within.http?.rate ?? 0;
      expect(rate(through)).toBeCloseTo(rate(direct));
      for (const { id } of through.nodes.filter(({ kind }) => kind === "service")) {
        const sum = (edges: typeof through.edges) => edges.reduce((total, edge) => total + (edge.rate ?? 0), 0);
        const unreached = sum(direct.edges.filter(({ target }) => target === id));
        const [incoming, outgoing] = [
          sum(through.edges.filter(({ target }) => target === id)),
          sum(through.edges.filter(({ source, half }) => source === id && half === "service")),
        ];
        expect(incoming).toBeCloseTo(outgoing + unreached);
      }
    }),
  );
});

describe("labels", () => {
  const objects = inventory([
    workload("shop/b-v1", { app: "b", labels: { app: "b", version: "v1", team: "x" } }),
    workload("shop/b-v2", { app: "b", labels: { app: "b", version: "v2", team: "x" } }),
  ]);
  const labels = (look: Parameters<typeof view>[1], id: string, past = false) =>
    view(shop, look, { inventory: objects, past }).node(id)?.labels;

  it("come when asked for: a workload's own, and what an app's workloads share", () => {
    expect(labels({ labels: true }, "c/shop/workload/b-v1")).toEqual({ app: "b", team: "x", version: "v1" });
    expect(labels({ labels: true, lens: "app" }, "c/shop/app/b")).toEqual({ app: "b", team: "x" });
    expect(labels({}, "c/shop/workload/b-v1")).toBeUndefined();
    expect(labels({ labels: true, fold: ["shop"] }, "c/shop/namespace/shop")).toBeUndefined();
    expect(labels({ labels: true }, "c/shop/workload/a")).toBeUndefined();
  });

  it("are left out of the past, of which they aren't known (docs/numbers.md 19)", () => {
    expect(labels({ labels: true }, "c/shop/workload/b-v1", true)).toBeUndefined();
  });

  it("are capped", () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`l${i}`, "x"]));
    const graph = view(shop, { labels: true }, { inventory: inventory([workload("shop/a", { labels: many })]) });
    expect(Object.keys(graph.node("c/shop/workload/a")?.labels ?? {})).toHaveLength(32);
  });
});
