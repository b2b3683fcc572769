import { describe, expect, it } from "vitest";
import { diffGraphs } from "./delta.ts";
import { end, l7, merge, view, WHOLE } from "./graph.test-support.ts";
import { parseEdgeId, parseNodeId } from "./id.ts";
import { viewGraph } from "./lens.ts";
import { summarise } from "./summary.ts";

describe("names", () => {
  it.each([
    ["markup", "<img onerror=alert(1)>"],
    ["right-to-left", "\u202Eאבג"],
    ["separators of ids", "a/b>c%2F"],
    ["keys of objects", "__proto__"],
    ["253 characters", "n".repeat(253)],
    ["a line break", "a\nb"],
  ])("of %s are kept as they are, and their ids lead back to them", (_, name) => {
    const call = l7("source", "shop/a", "shop/b", { 200: 1 }, { destination: { ...end("shop/x@x"), workload: name } });
    const graph = view([call]);
    const [edge] = graph.edges;
    expect(parseEdgeId(edge?.id ?? "")?.target.name).toBe(name);
    expect(graph.nodes.some(({ workload }) => workload === name)).toBe(true);
    expect(edge?.id).not.toMatch(/[<\n\u202E]/);
  });

  it("that two clusters share are two workloads", () => {
    const other = { cluster: "d" };
    const calls = [
      l7("source", "shop/a", "shop/b@b", { 200: 1 }),
      l7(
        "source",
        "shop/a",
        "shop/b@b",
        { 200: 2 },
        { source: end("shop/a", other), destination: end("shop/b@b", other) },
      ),
    ];
    for (const look of [{}, { services: true }, { lens: "app" as const }, { lens: "namespace" as const }]) {
      const { nodes } = view(calls, look);
      const places = nodes.map(({ id }) => parseNodeId(id));
      expect(new Set(places.map((key) => key?.cluster))).toEqual(new Set(["c", "d"]));
      expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
    }
    expect(view(calls, { clusters: ["d"] }).edges.map(({ rate }) => rate)).toEqual([2]);
  });
});

it("20,000 edges are drawn, summed and compared whole", () => {
  const calls = Array.from({ length: 20_000 }, (_, i) =>
    l7("source", `ns-${i % 50}/w-${i % 2000}`, `ns-${(i * 7) % 50}/t-${i}@s-${i % 500}`, { 200: 1 }),
  );
  const graph = viewGraph(merge(calls), WHOLE);
  expect(graph.edges).toHaveLength(20_000);
  expect(summarise(graph, null).within.http).toMatchObject({ edges: 20_000, rate: 20_000 });
  expect(diffGraphs(graph, { nodes: graph.nodes, edges: graph.edges.slice(1) }).removed.edges).toHaveLength(1);
}, 120_000);

it("a scope that holds nothing is an empty graph", () => {
  const calls = [l7("source", "shop/a", "shop/b", { 200: 1 })];
  expect(view(calls, { namespaces: ["nowhere"] })).toMatchObject({ nodes: [], edges: [] });
  expect(summarise(view(calls, { namespaces: ["nowhere"] }), null)).toMatchObject({ nodes: 0, within: {} });
});
