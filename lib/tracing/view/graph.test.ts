import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { callGraphOf, countedBy, NO_NODE } from "./graph.ts";
import { GROUPINGS } from "./groups.ts";
import { pictureOf } from "./picture.ts";

const pictured = (spans: readonly Sketch[]) => pictureOf(buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true }), "");
const MS = 1e6;

const SHOP: readonly Sketch[] = [
  { id: "a", service: "web", name: "GET", at: 0, ms: 100 },
  { id: "b", parent: "a", service: "cart", name: "read", at: 10, ms: 30 },
  { id: "c", parent: "a", service: "cart", name: "read", at: 50, ms: 40, error: true },
  { id: "d", parent: "c", service: "db", name: "query", at: 55, ms: 30 },
  { id: "e", parent: "d", service: "db", name: "query", at: 60, ms: 10 },
];

describe("a trace as a graph of calls", () => {
  it("has a node an operation and an edge a pair, with counts, times and failures", () => {
    const picture = pictured(SHOP);
    const { nodes, edges, left } = callGraphOf(picture, "operation");
    expect(
      nodes.map(({ service, name, ...sums }) => [picture.services[service], picture.names[name ?? -1], sums]),
    ).toEqual([
      ["web", "GET", { spans: 1, failed: 0, total: 100 * MS, self: 30 * MS, onPath: 30 * MS, row: 0 }],
      ["cart", "read", { spans: 2, failed: 1, total: 70 * MS, self: 40 * MS, onPath: 40 * MS, row: 1 }],
      ["db", "query", { spans: 2, failed: 0, total: 40 * MS, self: 30 * MS, onPath: 30 * MS, row: 3 }],
    ]);
    expect(edges).toEqual([
      { from: 0, to: 1, calls: 2, failed: 1 },
      { from: 1, to: 2, calls: 1, failed: 0 },
      { from: 2, to: 2, calls: 1, failed: 0 },
    ]);
    expect(left).toBe(0);
  });

  it("counts what was found, node by node", () => {
    const graph = callGraphOf(pictured(SHOP), "service");
    expect(graph.nodes.every(({ name }) => name === null)).toBe(true);
    expect([...countedBy(graph, Uint32Array.of(1, 2, 4))]).toEqual([0, 2, 1]);
  });

  it("leaves out what took least where there are too many nodes, and the calls of those", () => {
    const graph = callGraphOf(pictured(SHOP), "operation", 2);
    expect(graph.nodes.map(({ row }) => row)).toEqual([0, 1]);
    expect([graph.left, graph.edges.length]).toEqual([1, 1]);
    expect(graph.nodeOf[3]).toBe(NO_NODE);
  });

  it("loses no span, call, failure or time, whatever the spans", () => {
    fc.assert(
      fc.property(anySpans, fc.constantFrom(...GROUPINGS), (spans, by) => {
        const picture = pictured(spans);
        const { nodes, edges, nodeOf } = callGraphOf(picture, by, Number.POSITIVE_INFINITY);
        const sum = <Item>(items: readonly Item[], of: (item: Item) => number) =>
          items.reduce((all, each) => all + of(each), 0);
        expect(sum(nodes, (node) => node.spans)).toBe(spans.length);
        expect(sum(edges, (edge) => edge.calls)).toBe(picture.parent.filter((above) => above >= 0).length);
        expect(sum(nodes, (node) => node.failed)).toBe(sum([...picture.failed], (failed) => failed));
        const whole = sum([...picture.onPath], (ns) => ns);
        expect(Math.abs(sum(nodes, (node) => node.onPath) - whole)).toBeLessThanOrEqual(1e-6 * Math.max(1, whole));
        nodes.forEach(({ row }, at) => {
          expect(nodeOf[row]).toBe(at);
        });
      }),
    );
  });
});
