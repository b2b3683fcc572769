import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph } from "./model.ts";
import { inducedGraph, neighbourhood, troubleAndNeighbours } from "./neighbourhood.ts";

const call = (text: string) => {
  const [source = "", target = ""] = text.split(">");
  return { source, target };
};
// a → b → c → d, and a second caller of c.
const EDGES = ["a>b", "b>c", "c>d", "x>c", "d>a"].map(call);

describe("the neighbourhood of a node", () => {
  it.each([
    ["b", 1, "both", { b: 0, a: 1, c: 1 }],
    ["c", 1, "up", { c: 0, b: 1, x: 1 }],
    ["c", 2, "up", { c: 0, b: 1, x: 1, a: 2 }],
    ["c", 1, "down", { c: 0, d: 1 }],
    // x calls c as b does: it is nobody's neighbour of b within two steps.
    ["b", 2, "both", { b: 0, a: 1, c: 1, d: 2 }],
    ["nobody", 3, "both", { nobody: 0 }],
  ] as const)("of %s within %i steps, %s", (id, steps, reach, expected) => {
    expect(Object.fromEntries(neighbourhood(EDGES, id, steps, reach))).toEqual(expected);
  });

  it("grows with every step, and no call within it skips a distance", () => {
    const edges = fc.array(fc.record({ source: fc.nat(12).map(String), target: fc.nat(12).map(String) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(edges, fc.integer({ min: 1, max: 5 }), (list, steps) => {
        const near = neighbourhood(list, "0", steps, "down");
        const wider = neighbourhood(list, "0", steps + 1, "down");
        for (const [id, distance] of near) expect(wider.get(id)).toBe(distance);
        for (const { source, target } of list) {
          const from = near.get(source);
          if (from !== undefined && from < steps) expect(near.get(target)).toBeLessThanOrEqual(from + 1);
        }
        expect(Math.max(...near.values())).toBeLessThanOrEqual(steps);
      }),
    );
  });
});

const graph = (nodes: Record<string, string>, edges: Record<string, string>) =>
  ({
    nodes: Object.entries(nodes).map(([id, health]) => ({ id, health })),
    edges: Object.entries(edges).map(([text, health]) => ({ ...call(text), id: text, health })),
  }) as unknown as Graph;

it("trouble is what is degraded or failing, the ends of what fails, and what they talk to", () => {
  const of = graph(
    { a: "healthy", b: "degraded", c: "healthy", d: "healthy", e: "healthy", f: "healthy", g: "unknown" },
    { "a>b": "healthy", "b>c": "healthy", "c>d": "healthy", "e>f": "failing", "f>g": "healthy" },
  );
  const near = troubleAndNeighbours(of);
  expect([...near].sort()).toEqual(["a", "b", "c", "e", "f", "g"]);
  const part = inducedGraph(of, near);
  expect(part.nodes.map(({ id }) => id)).toEqual(["a", "b", "c", "e", "f", "g"]);
  expect(part.edges.map(({ id }) => id)).toEqual(["a>b", "b>c", "e>f", "f>g"]);
  expect(inducedGraph(of, { has: () => true })).toBe(of);
});
