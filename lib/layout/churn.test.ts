import { expect, test } from "vitest";
import { layout } from "./layout.ts";
import type { LayoutEdge, LayoutInput } from "./model.ts";
import { seededRandom } from "./random.ts";

/** A mesh with namespaces of very unequal size, a fifth of the calls across them. */
function mesh(count: number, seed: number): LayoutInput {
  const random = seededRandom(seed);
  const spaces = Math.max(2, Math.round(count / 30));
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `svc-${i}`,
    boxes: [`ns-${Math.floor(random() * random() * spaces)}`],
  }));
  const edges: LayoutEdge[] = nodes.flatMap(({ id }) =>
    Array.from({ length: 1 + Math.floor(random() ** 3 * 6) }, () => ({
      source: id,
      target: `svc-${Math.floor(random() ** 2 * count)}`,
      weight: 1,
    })),
  );
  return { nodes, edges };
}

test.each([
  [200, 1],
  [200, 2],
  [600, 3],
])("after 1 %% churn survivors of %i move at most 1 %% of the width on average (seed %i)", (count, seed) => {
  let input = mesh(count, seed);
  let drawing = layout(input, { seed: 1 });
  // Ten rounds: what moves little each time must not creep.
  for (let round = 0; round < 10; round++) {
    const replaced = new Set(input.nodes.filter((_, i) => i % 100 === (round * 7) % 100).map(({ id }) => id));
    const fresh = (id: string) => (replaced.has(id) ? `${id}-${round}` : id);
    input = {
      nodes: input.nodes.map(({ id, boxes }) => ({ id: fresh(id), boxes })),
      edges: input.edges.map(({ source, target, weight }) => ({
        source: fresh(source),
        target: fresh(target),
        weight,
      })),
    };
    const before = new Map(drawing.nodes.map((node) => [node.id, node]));
    const after = layout(input, { seed: 1, previous: drawing });
    const moved = after.nodes.flatMap(({ id, x, y }) => {
      const was = before.get(id);
      return was === undefined ? [] : [Math.hypot(x - was.x, y - was.y)];
    });
    expect(moved.length).toBeGreaterThan(0.95 * count);
    expect(moved.reduce((sum, one) => sum + one, 0) / moved.length).toBeLessThanOrEqual(0.01 * drawing.width);
    drawing = after;
  }
});

test("one workload that arrives moves only its surroundings", () => {
  const input = mesh(300, 5);
  const previous = layout(input, { seed: 1 });
  const box = "ns-3";
  const caller = input.nodes.find(({ boxes }) => boxes[0] === box)?.id ?? "";
  const next = {
    nodes: [...input.nodes, { id: "arriving", boxes: [box] }],
    edges: [...input.edges, { source: caller, target: "arriving", weight: 1 }],
  };
  const before = new Map(previous.nodes.map((node) => [node.id, node]));
  const after = layout(next, { seed: 1, previous });
  const moved = after.nodes.filter(({ id, x, y }) => {
    const was = before.get(id);
    return was !== undefined && (was.x !== x || was.y !== y);
  });
  expect(after.nodes).toHaveLength(301);
  expect(moved.length).toBeLessThan(0.1 * input.nodes.length);
});
