import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { toWire } from "../wire.ts";
import { pictureOf } from "./picture.ts";
import { addCalls, addPlaces, MOST_SPANS, placesOf } from "./places.ts";

const pictured = (spans: readonly Sketch[]) => {
  const trace = traceOf(spans);
  return pictureOf(buildTree(trace, { nowNs: BASE_NS, skew: false }), toWire(trace).spanIds);
};
const MS = 1e6;
const [WEB, CART, DB] = ["w/shop/workload/web", "w/shop/workload/cart", "w/shop/workload/db"];

/** web asks cart twice, the second time in two attempts; what cart asks the database goes through a span without a place. */
const SHOP: readonly (Sketch & { readonly place: string | null })[] = [
  { id: "a", name: "GET /", kind: "server", at: 0, ms: 100, place: WEB },
  { id: "b", parent: "a", name: "ask", kind: "client", at: 5, ms: 20, place: WEB },
  { id: "c", parent: "b", name: "read", kind: "server", at: 6, ms: 10, place: CART },
  { id: "d", parent: "a", name: "ask again", kind: "client", at: 30, ms: 60, error: true, place: WEB },
  { id: "e", parent: "d", name: "read", kind: "server", at: 31, ms: 20, error: true, place: CART },
  { id: "f", parent: "d", name: "read", kind: "server", at: 60, ms: 25, place: CART },
  { id: "g", parent: "f", name: "driver", kind: "client", at: 62, ms: 20, place: null },
  { id: "h", parent: "g", name: "query", kind: "server", at: 64, ms: 10, place: DB },
];

describe("a trace by place", () => {
  const { nodes, calls, unplaced } = placesOf(
    pictured(SHOP),
    SHOP.map(({ place }) => place),
  );

  it.each([
    [WEB, { spans: 3, failed: 1, selfNs: (20 + 10 + 15) * MS }],
    [CART, { spans: 3, failed: 1, selfNs: (10 + 20 + 5) * MS }],
    [DB, { spans: 1, failed: 0, selfNs: 10 * MS }],
  ])("sums what was done in %s", (id, sum) => {
    expect(nodes.find((node) => node.id === id)?.sum).toMatchObject(sum);
  });

  it("counts a client's span as one call however often it was tried, and its length as the caller saw it", () => {
    expect(calls).toMatchObject([
      { source: WEB, target: CART, sum: { calls: 2, attempts: 3, failed: 1, ns: 80 * MS } },
      { source: CART, target: DB, sum: { calls: 1, attempts: 1, failed: 0, ns: 20 * MS } },
    ]);
    expect(unplaced).toBe(1);
  });

  it("names failed spans first, then long ones, by their key", () => {
    expect(calls[0]?.sum.first.map(({ name, failed }) => [name, failed])).toEqual([
      ["ask again", true],
      ["ask", false],
    ]);
    expect(nodes[1]?.sum.first.map(({ ns, failed }) => [ns / MS, failed])).toEqual([
      [20, true],
      [25, false],
      [10, false],
    ]);
    expect(nodes[2]?.sum.first[0]?.key).toMatch(/^[0-9a-f]{16}$/);
  });
});

it("adds two places and two pairs of places up, and keeps the worst spans of both", () => {
  const span = (ns: number, failed = false) => ({ key: `${ns}`, name: "", ns, failed });
  const place = { spans: 2, failed: 1, selfNs: 5, first: [span(1, true), span(9)] };
  const sum = addPlaces(place, { spans: 4, failed: 0, selfNs: 7, first: [6, 5, 4, 3].map((ns) => span(ns)) });
  expect(sum).toMatchObject({ spans: 6, failed: 1, selfNs: 12 });
  expect(sum.first.map(({ ns }) => ns)).toEqual([1, 9, 6, 5, 4]);
  const call = { calls: 1, attempts: 2, failed: 1, ns: 5, first: [span(5)] };
  expect(addCalls(call, call)).toMatchObject({ calls: 2, attempts: 4, failed: 2, ns: 10 });
});

it("loses no span of any trace, and calls nobody by itself", () => {
  fc.assert(
    fc.property(anySpans, fc.infiniteStream(fc.constantFrom(WEB, CART, DB, null)), (spans, places) => {
      const picture = pictured(spans);
      const where = Array.from({ length: picture.length }, () => places.next().value ?? null);
      const { nodes, calls, unplaced } = placesOf(picture, where);
      expect(nodes.reduce((sum, node) => sum + node.sum.spans, unplaced)).toBe(picture.length);
      for (const { sum } of nodes) expect(sum.first.length).toBe(Math.min(MOST_SPANS, sum.spans));
      for (const { source, target, sum } of calls) {
        expect(source).not.toBe(target);
        expect(sum.attempts).toBeGreaterThanOrEqual(sum.calls);
      }
    }),
  );
});
