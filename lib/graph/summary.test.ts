import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesPerSecond, ratio } from "#lib/units.ts";
import { counts, inventory, l4, l7, view, workload } from "./graph.test-support.ts";
import { summarise } from "./summary.ts";

const CART = "c/shop/workload/cart";
const SHOP = [
  l7("source", "shop/web", "shop/cart", { "200": 8, "503 UH": 2 }),
  l7(
    "source",
    "shop/cart",
    "bank/pay",
    { "200": 4 },
    { protocol: "grpc", requests: counts({ "0": 3, "14": 1 }, true) },
  ),
  l4("source", "shop/cart", "data/db", { opened: 2, failed: 1, sent: 100, received: 900 }),
  l7("source", "bank/pay", "shop/web", { "404": 1 }),
];

describe("totals of a box", () => {
  const graph = view(SHOP);

  test("tell what goes in, out and around inside", () => {
    const shop = summarise(graph, new Set([CART, "c/shop/workload/web"]));
    expect(shop.within.http).toMatchObject({ edges: 1, rate: 10, errorRate: 2, requests: 600 });
    expect(shop.inbound.http).toMatchObject({ edges: 1, rate: 1, errorRate: 0, codes: { "404": 1 } });
    expect(Object.keys(shop.outbound)).toEqual(["grpc", "tcp"]);
    expect(shop.outbound.grpc).toMatchObject({ rate: 4, errorRate: 1, codes: { "0": 3, "14": 1 } });
    expect(shop).toMatchObject({ nodes: 2, clusters: 1, namespaces: 1, kinds: { workload: 2 } });
  });

  test("never add connections to requests, nor requests to tcp", () => {
    const { tcp } = summarise(graph, new Set([CART])).outbound;
    expect(tcp).toMatchObject({ rate: null, requests: null, errorRate: null, outcomes: null });
    expect(tcp?.connections).toMatchObject({ openedPerSecond: 2, failedPerSecond: 1, open: null });
    expect(tcp?.bytesPerSecond).toEqual({ sent: 100, received: 900 });
  });

  test("of everything have no outside", () => {
    const all = summarise(graph, null);
    expect(all).toMatchObject({ nodes: 4, inbound: {}, outbound: {} });
    expect(all.within.http).toMatchObject({ edges: 2, rate: 11, health: { failing: 2, healthy: 0 } });
    expect(all.health.failing + all.health.degraded + all.health.healthy + all.health.unknown).toBe(4);
  });

  test("of nothing are empty, and say no number", () => {
    const none = summarise(graph, new Set(["c/shop/workload/other"]));
    expect(none).toMatchObject({ nodes: 0, coverage: null, folded: null, within: {}, inbound: {}, outbound: {} });
  });

  test("are unknown where one part is", () => {
    const { within } = summarise(view([...SHOP, l7("source", "shop/web", "shop/cart", { "": 1 })]), null);
    expect(within.http).toMatchObject({ rate: 12, errorRate: null, outcomes: null });
  });

  test.each([
    ["a part isn't told", null, null],
    ["all is told", { sent: bytesPerSecond(1), received: bytesPerSecond(2) }, { sent: 11, received: 22 }],
  ])("of bytes are the whole or nothing: %s", (_, bytes, sum) => {
    const told = { bytes: { sent: bytesPerSecond(10), received: bytesPerSecond(20) } };
    const graph = view([
      l7("source", "shop/web", "shop/cart", { "200": 8 }, told),
      l7("source", "bank/pay", "shop/cart", { "200": 1 }, { bytes }),
    ]);
    expect(summarise(graph, null).within.http?.bytesPerSecond).toEqual(sum);
  });

  test("count coverage, badges and what flows inside folded nodes", () => {
    const pods = [{ cluster: "c", namespace: "shop", pod: "web-1", up: true }];
    const world = inventory([
      workload("shop/web"),
      workload("shop/cart"),
      workload("shop/bare", { mesh: null, dataplane: "none", pods: [] }),
    ]);
    const flat = summarise(view(SHOP, {}, { inventory: world, pods, measured: () => true }), null);
    expect(flat.coverage).toEqual({ reporting: 1, pods: 2 });
    expect(flat.badges).toMatchObject({ unmeshed: 1 });
    const folded = summarise(view(SHOP, { fold: ["shop"] }), new Set(["c/shop/namespace/shop"]));
    expect(folded.folded).toEqual({ rate: 10, errorRate: 2 });
    expect(folded.inbound.http).toMatchObject({ rate: 1 });
  });

  test("call mTLS proven only as far as it was measured", () => {
    const measured = l7(
      "destination",
      "shop/web",
      "shop/cart",
      { "200": 3 },
      { mtls: { share: ratio(1), basis: "server" } },
    );
    const untold = l7("source", "shop/web", "bank/pay", { "200": 1 });
    expect(summarise(view([measured, untold]), null).within.http?.mtls).toBeCloseTo(0.75);
    expect(summarise(view([untold]), null).within.http?.mtls).toBeNull();
  });

  test("keep codes that are names of objects' own properties as data", () => {
    const { within } = summarise(
      view([l7("source", "shop/web", "shop/cart", { ["__proto__"]: 2, constructor: 1 })]),
      null,
    );
    expect(Object.keys(within.http?.codes ?? {}).sort()).toEqual(["__proto__", "constructor"]);
  });
});

const edges = fc.array(
  fc.record({
    from: fc.constantFrom("a/1", "a/2", "b/1", "b/2"),
    to: fc.constantFrom("a/1", "a/2", "b/1", "b/2"),
    tcp: fc.boolean(),
    amount: fc.integer({ min: 1, max: 1000 }),
  }),
  { maxLength: 30 },
);

test("every edge of a node of the box is counted once, on one side", () => {
  fc.assert(
    fc.property(edges, fc.uniqueArray(fc.constantFrom("1", "2")), (list, chosen) => {
      const graph = view(
        list.map(({ from, to, tcp, amount }) =>
          tcp
            ? l4("source", from, to, { opened: amount, sent: bytesPerSecond(amount) })
            : l7("source", from, to, { "200": amount }),
        ),
      );
      const ids = new Set(chosen.map((name) => `c/a/workload/${name}`));
      const { within, inbound, outbound } = summarise(graph, ids);
      for (const protocol of ["http", "tcp"] as const) {
        const touching = graph.edges.filter(
          (edge) => edge.protocol === protocol && (ids.has(edge.source) || ids.has(edge.target)),
        );
        const counted = [within, inbound, outbound].reduce((sum, side) => sum + (side[protocol]?.edges ?? 0), 0);
        expect(counted).toBe(touching.length);
      }
    }),
  );
});
