import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyDelta, diffGraphs } from "./delta.ts";
import { compareIds } from "./id.ts";
import type { Graph, GraphNode } from "./model.ts";

const node = fc.record({
  id: fc.constantFrom(
    "c/a/workload/x",
    "c/a/workload/y",
    "c/b/service/z",
    "c/unknown/unknown/unknown",
    "c/b/workload/Ä",
  ),
  kind: fc.constant("workload" as const),
  cluster: fc.constant("c"),
  namespace: fc.constantFrom("a", "b"),
  mesh: fc.constantFrom("istio" as const, null),
  dataplane: fc.constant(null),
  health: fc.constantFrom("healthy" as const, "failing" as const),
  badges: fc.subarray(["outside", "gone"]),
}) as fc.Arbitrary<GraphNode>;
const nodes = fc
  .uniqueArray(node, { selector: (n) => n.id })
  .map((list) => list.sort((a, b) => compareIds(a.id, b.id)));
const graph: fc.Arbitrary<Graph> = nodes.map((list) => ({
  at: "2026-01-01T00:00:00Z",
  window: "1m",
  latencyAt: null,
  configurationAt: null,
  lens: "workload",
  nodes: list,
  edges: [],
  sources: [],
}));

describe("deltas", () => {
  it("lead from any graph to any other, order included", () => {
    fc.assert(
      fc.property(graph, graph, (before, after) => {
        const delta = {
          seq: 1,
          at: after.at,
          window: "1m",
          latencyAt: null,
          configurationAt: null,
          ...diffGraphs(before, after),
        };
        expect(applyDelta(before, delta)).toEqual(after);
      }),
    );
  });

  it("are empty between equal graphs, and keep the identity of what stays", () => {
    fc.assert(
      fc.property(graph, (g) => {
        const step = diffGraphs(g, structuredClone(g));
        expect(step).toEqual({ removed: { nodes: [], edges: [] }, nodes: [], edges: [] });
        const next = applyDelta(g, {
          seq: 2,
          at: g.at,
          window: g.window,
          latencyAt: null,
          configurationAt: null,
          ...step,
        });
        expect(next.nodes).toBe(g.nodes);
      }),
    );
  });
});
