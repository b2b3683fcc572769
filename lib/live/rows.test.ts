import { expect, test } from "vitest";
import { edge, graph, node } from "./live.test-support.ts";
import { rowsOf } from "./rows.ts";

const A = "w/shop/workload/api";
const B = "w/shop/workload/basket";
const P = "w/pay/workload/payment-api";
const GRAPH = graph(
  [node(A), node(B, { health: "failing" }), node(P, { health: "idle" })],
  [
    edge(A, B, {
      health: "failing",
      rate: 10,
      errorRate: 5,
      requests: 600,
      latency: { mean: null, p50: null, p95: 30, p99: null },
    }),
    edge(P, B, { rate: 2, errorRate: 0, requests: 120 }),
    edge(A, P, { health: "degraded", rate: 3, errorRate: 1 }),
  ],
);

const titles = (text: string, limit = 50) => rowsOf(GRAPH, text, limit).rows.map(({ title }) => title);

test("what hurts comes first", () => {
  expect(titles("").slice(0, 3)).toEqual(["basket", "api → basket", "api → payment-api"]);
  const states = rowsOf(GRAPH, "", 50).rows.map(({ state }) => state);
  expect(states).toEqual(["failing", "failing", "degraded", "healthy", "healthy", "idle"]);
});

test("names that begin so come before those that hold it", () => {
  expect(titles("api")[0]).toBe("api");
  expect(titles("API")).toContain("payment-api");
  expect(titles("pay api").every((title) => title.includes("pay") || title.includes("api"))).toBe(true);
  expect(titles("nothing like it")).toEqual([]);
});

test("words may be of the namespace, the protocol or the state", () => {
  expect(titles("pay idle")).toEqual(["payment-api"]);
  expect(titles("http degraded")).toEqual(["api → payment-api"]);
});

test("the limit cuts, the total doesn't", () => {
  expect(rowsOf(GRAPH, "", 2)).toMatchObject({ total: 6, rows: { length: 2 } });
  expect(rowsOf(GRAPH, "", -1).rows).toEqual([]);
});

test("what only the whole has is found and marked; what is drawn counts once", () => {
  const drawn = graph([node(A), node("w/pay/namespace/pay")], [], { lens: "namespace" });
  const { rows, total } = rowsOf(drawn, "pay", 50, GRAPH);
  expect(rows.map(({ title, folded }) => [title, folded])).toEqual([
    ["pay", false],
    ["payment-api", true],
    ["payment-api → basket", true],
    ["api → payment-api", true],
  ]);
  expect(total).toBe(4);
  expect(rowsOf(drawn, "api", 50, GRAPH).rows.filter(({ id }) => id === A)).toHaveLength(1);
});

test("a node sums what comes in; a p95 only where one edge carries anything", () => {
  const row = rowsOf(GRAPH, "", 50).rows.find(({ id }) => id === B);
  expect(row).toMatchObject({ rate: 12, requests: 720, errorRate: 5, p95: null, where: "shop · w" });
  const both = graph(
    GRAPH.nodes,
    GRAPH.edges.map((one) => ({ ...one, latency: { mean: null, p50: null, p95: 1, p99: null } }) as typeof one),
  );
  expect(rowsOf(both, "", 50).rows.find(({ id }) => id === B)?.p95).toBeNull();
  expect(rowsOf(GRAPH, "", 50).rows.find(({ id }) => id === A)).toMatchObject({ rate: null, p95: null });
  const blind = graph(
    GRAPH.nodes,
    GRAPH.edges.map((one) => (one.source === P ? { ...one, errorRate: null } : one)),
  );
  expect(rowsOf(blind, "", 50).rows.find(({ id }) => id === B)).toMatchObject({ rate: 12, errorRate: null });
});

test("an edge of which more may be denied than is told says so", () => {
  const trials = [{ action: "deny", min: 0, max: 0, atLeast: true }];
  const { rows } = rowsOf(graph([node(A), node(B)], [edge(A, B, { trials }), edge(B, A, {})]), "", 9);
  expect(Object.fromEntries(rows.map(({ title, deniedMore }) => [title, deniedMore]))).toEqual({
    ...{ "api → basket": true, "basket → api": false, api: false, basket: false },
  });
});

test("an edge says what dry runs would deny of it, at least and at most, and null where nothing is counted", () => {
  const trials = [
    { action: "allow", min: 0, max: 3 },
    { action: "deny", min: 2, max: 2 },
  ];
  const { rows } = rowsOf(graph([node(A), node(B)], [edge(A, B, { trials }), edge(B, A, {})]), "", 9);
  expect(Object.fromEntries(rows.map(({ title, denied, deniedAtMost }) => [title, [denied, deniedAtMost]]))).toEqual({
    "api → basket": [2, 5],
    "basket → api": [null, null],
    api: [null, null],
    basket: [null, null],
  });
});

test.each([
  ["one of two callers wasn't measured", 2, null],
  ["the other caller sends nothing", 0, 30],
])("a node's p95 is never one caller's among several: %s", (_, rate, p95) => {
  const latency = { mean: null, p50: null, p95: 30, p99: null };
  const of = graph([node(A), node(B), node(P)], [edge(A, B, { latency }), edge(P, B, { rate, requests: 60 * rate })]);
  expect(rowsOf(of, "", 9).rows.find(({ id }) => id === B)?.p95).toBe(p95);
});
