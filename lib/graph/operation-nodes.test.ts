import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import { end, l7, view } from "./graph.test-support.ts";
import { classifiedShare } from "./operation-nodes.ts";
import { rankNodes } from "./rank.ts";
import { summarise } from "./summary.ts";

const named = (of: Readonly<Record<string, number>>) => ({
  operations: new Map(Object.entries(of).map(([name, rate]) => [name, perSecond(rate)])),
});
const CALLS = [
  l7("source", "shop/a", "shop/b@b", { 200: 8, 500: 2 }),
  l7("destination", "shop/a", "shop/b@b", { 200: 8, 500: 2 }, named({ List: 6, Get: 3 })),
  l7("destination", "shop/c", "shop/b@b", { 200: 4 }, named({ List: 4 })),
  l7("source", "shop/a", "shop/c@c", { 200: 5 }),
];
const LIST = "c/shop/operation/List/b";
const GET = "c/shop/operation/Get/b";
const B = "c/shop/workload/b";
const shown = (look: Parameters<typeof view>[1] = {}) => view(CALLS, { operations: true, ...look });

describe("operations as nodes", () => {
  it("stand between who asks and who answers, each with its rate and nothing else", () => {
    const graph = shown();
    expect(graph.nodes.filter(({ kind }) => kind === "operation").map(({ id, health }) => [id, health])).toEqual([
      [GET, "unknown"],
      [LIST, "unknown"],
    ]);
    expect(graph.edges.filter(({ half }) => half === "operation").map(({ id, rate }) => [id, rate])).toEqual([
      [`${GET}>${B}>http`, 3],
      [`${LIST}>${B}>http`, 10],
      [`c/shop/workload/a>${GET}>http`, 3],
      [`c/shop/workload/a>${LIST}>http`, 6],
      [`c/shop/workload/c>${LIST}>http`, 4],
    ]);
    expect(graph.edge(`${LIST}>${B}>http`)).toMatchObject({
      errorRate: null,
      outcomes: null,
      latency: null,
      mtls: null,
    });
  });

  it("leave every call, every sum and every rank as they are without them", () => {
    const [graph, plain] = [shown(), view(CALLS)];
    const calls = graph.edges.filter(({ half }) => half === undefined);
    expect(calls).toEqual(plain.edges);
    expect(graph.nodes.filter(({ kind }) => kind !== "operation")).toEqual(plain.nodes);
    expect(summarise(graph, null).within).toEqual(summarise(plain, null).within);
    expect([...rankNodes(graph, "in")]).toEqual([...rankNodes(plain, "in")]);
  });

  it("are told apart by who answers, and follow the lens", () => {
    const two = [...CALLS, l7("destination", "shop/a", "shop/d@d", { 200: 1 }, named({ List: 1 }))];
    const ids = (look: Parameters<typeof view>[1]) =>
      view(two, { operations: true, ...look })
        .nodes.filter(({ kind }) => kind === "operation")
        .map(({ id }) => id);
    expect(ids({})).toEqual([GET, LIST, "c/shop/operation/List/d"]);
    expect(ids({ lens: "service" })).toEqual([]);
    expect(ids({ fold: ["shop"] })).toEqual([]);
    expect(ids({ mayRead: (_, namespace) => namespace !== "shop" })).toEqual([]);
  });

  it("stand before the service where calls are drawn through it", () => {
    const graph = shown({ services: true });
    expect(graph.ids).toContain(`${LIST}>c/shop/service/b>http`);
    expect(graph.ids).not.toContain(`${LIST}>${B}>http`);
  });

  it("are few: the busiest are drawn, and what no name was kept of isn't", () => {
    const many = named(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`op-${i}`, i + 1])));
    const calls = Array.from({ length: 15 }, (_, i) =>
      l7("destination", "shop/a", `shop/s${i}@s`, { 200: 2000 }, { ...many, destination: end(`shop/s${i}@s`) }),
    );
    const operations = view(calls, { operations: true }).nodes.filter(({ kind }) => kind === "operation");
    expect(operations).toHaveLength(200);
    expect(operations.some(({ id }) => id.includes("other"))).toBe(false);
  });
});

describe("the share of classified requests", () => {
  it("is of calls alone", () => {
    expect(classifiedShare(shown().edges)).toEqual({ known: 13, all: 19 });
    expect(classifiedShare(view(CALLS.slice(0, 1)).edges)).toEqual({ known: 0, all: 10 });
    expect(classifiedShare([])).toBeNull();
  });
});
