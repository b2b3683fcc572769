import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectSound, meshes } from "./layout.test-support.ts";
import { layout } from "./layout.ts";
import { BOX_PADDING, CELL } from "./metrics.ts";
import type { LayoutInput } from "./model.ts";
import { seededRandom, shuffle } from "./random.ts";

function shuffled(input: LayoutInput, seed: number): LayoutInput {
  const random = seededRandom(seed);
  return { nodes: shuffle([...input.nodes], random), edges: shuffle([...input.edges], random) };
}

describe("cold", () => {
  test("nothing overlaps, everything lies in its box, all is finite", () => {
    fc.assert(
      fc.property(meshes(40), fc.nat(), (mesh, seed) => expectSound(layout(mesh, { seed }))),
      { numRuns: 150 },
    );
  });

  test("the same graph in any order gives the same bytes", () => {
    fc.assert(
      fc.property(meshes(40), fc.nat(), fc.nat(), (mesh, seed, order) => {
        const once = JSON.stringify(layout(mesh, { seed }));
        expect(JSON.stringify(layout(shuffled(mesh, order), { seed }))).toBe(once);
      }),
      { numRuns: 60 },
    );
  });

  test("an empty graph is a layout too", () => {
    expect(layout({ nodes: [], edges: [] }, { seed: 1 })).toMatchObject({ nodes: [], boxes: [] });
  });

  test("callers stand left of those they call, and a chain is drawn level", () => {
    const chain = ["a", "b", "c"].map((id) => ({ id, boxes: ["shop"] }));
    const drawing = layout(
      {
        nodes: chain,
        edges: [
          { source: "c", target: "a", weight: 1 },
          { source: "a", target: "b", weight: 1 },
        ],
      },
      { seed: 1 },
    );
    const at = new Map(drawing.nodes.map((node) => [node.id, node]));
    expect((at.get("c")?.x ?? 0) < (at.get("a")?.x ?? 0) && (at.get("a")?.x ?? 0) < (at.get("b")?.x ?? 0)).toBe(true);
    expect(new Set(drawing.nodes.map(({ y }) => y)).size).toBe(1);
  });

  test("a cycle opens at its lightest edge", () => {
    const nodes = ["a", "b", "c"].map((id) => ({ id, boxes: [] }));
    const edges = [
      { source: "a", target: "b", weight: 1 },
      { source: "b", target: "c", weight: 9 },
      { source: "c", target: "a", weight: 9 },
    ];
    const drawing = layout({ nodes, edges }, { seed: 1 });
    expect([...drawing.nodes].sort((p, q) => p.x - q.x).map(({ id }) => id)).toEqual(["b", "c", "a"]);
  });

  test("a box without edges is a grid, not a row", () => {
    const nodes = Array.from({ length: 40 }, (_, i) => ({ id: `idle-${i}`, boxes: ["batch"] }));
    const { width, height } = layout({ nodes, edges: [] }, { seed: 1 });
    expect(width / height).toBeGreaterThan(0.9);
    expect(width / height).toBeLessThan(2.6);
  });

  test("a fan of 60 is folded into several columns", () => {
    const nodes = [
      { id: "hub", boxes: ["b"] },
      ...Array.from({ length: 60 }, (_, i) => ({ id: `leaf-${i}`, boxes: ["b"] })),
    ];
    const edges = nodes.slice(1).map(({ id }) => ({ source: "hub", target: id, weight: 1 }));
    const { width, height } = layout({ nodes, edges }, { seed: 1 });
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(2.6);
  });

  test("hostile ids and weights do no harm", () => {
    const nodes = ["__proto__", "constructor", "", "\u202e<img onerror>", "x".repeat(253)].map((id) => ({
      id,
      boxes: ["toString"],
    }));
    const edges = nodes.flatMap(({ id }) => [
      { source: id, target: "constructor", weight: Number.NaN },
      { source: "__proto__", target: id, weight: Number.POSITIVE_INFINITY },
      { source: id, target: "not there", weight: -1 },
    ]);
    const drawing = layout({ nodes, edges }, { seed: 1 });
    expect(drawing.nodes).toHaveLength(5);
    expectSound(drawing);
  });
});

/** Removes and adds a share of nodes, by a seed. */
function churned(input: LayoutInput, seed: number): LayoutInput {
  const random = seededRandom(seed);
  const nodes = input.nodes.filter(() => random() > 0.15);
  const born = input.nodes
    .filter(() => random() < 0.2)
    .map(({ id, boxes }) => ({ id: `${id}-new`, boxes: random() < 0.1 ? ["fresh"] : boxes }));
  const ids = [...nodes, ...born].map(({ id }) => id);
  const edges = born.flatMap(({ id }) => {
    const other = ids[Math.floor(random() * ids.length)] ?? id;
    return random() < 0.8 ? [{ source: other, target: id, weight: 1 }] : [];
  });
  return { nodes: [...nodes, ...born], edges: [...input.edges, ...edges] };
}

/** So few connections that any churn more than doubles them. */
const hardlyConnected: LayoutInput = {
  nodes: ["n0:b0", "n282:b0", "n240:b0", "n2:b2", "n3:b3", "n1:b1"].map((name) => {
    const [id = "", box = ""] = name.split(":");
    return { id, boxes: [box] };
  }),
  edges: [{ source: "n282", target: "n240", weight: 5e-324 }],
};

describe("with the layout before", () => {
  test("stays sound over ten generations of churn, whatever the order", () => {
    fc.assert(
      fc.property(meshes(30), fc.nat(), (mesh, seed) => {
        let input = mesh;
        let drawing = layout(input, { seed });
        for (let generation = 0; generation < 10; generation++) {
          input = churned(input, seed + generation);
          const previous = drawing;
          drawing = layout(input, { seed, previous });
          const again = layout(shuffled(input, generation), { seed, previous });
          expect(JSON.stringify(again)).toBe(JSON.stringify(drawing));
          expectSound(drawing);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a graph that stays the same stays where it is", () => {
    fc.assert(
      fc.property(meshes(30), fc.nat(), (mesh, seed) => {
        const previous = layout(mesh, { seed });
        const { nodes, boxes } = layout(mesh, { seed: seed + 1, previous });
        expect({ nodes, boxes }).toEqual({ nodes: previous.nodes, boxes: previous.boxes });
      }),
      { numRuns: 60 },
    );
  });

  test("removals move nothing, and survivors of boxes that neither grew nor moved keep their place", () => {
    fc.assert(
      fc.property(meshes(30), fc.nat(), (mesh, seed) => {
        const previous = layout(mesh, { seed });
        const next = churned(mesh, seed);
        const fewer = { nodes: next.nodes.filter(({ id }) => !id.endsWith("-new")), edges: mesh.edges };
        const before = new Map(previous.nodes.map((node) => [node.id, node]));
        if (fewer.nodes.length > mesh.nodes.length / 2) {
          for (const node of layout(fewer, { seed, previous }).nodes) expect(node).toEqual(before.get(node.id));
        }
        if (fewer.nodes.length * 2 < next.nodes.length) return;
        const after = layout(next, { seed, previous });
        // Drawn while fewer than half of its connections were known, `previous` isn't kept at all: the test below says so.
        if (previous.links * 2 < after.links) return;
        const rects = new Map(previous.boxes.map((box) => [box.id, box]));
        const still = new Set(after.boxes.filter((box) => same(rects.get(box.id), box)).map(({ id }) => id));
        for (const node of after.nodes) {
          const was = before.get(node.id);
          if (was !== undefined && node.box !== null && still.has(node.box)) expect(node).toEqual(was);
        }
      }),
      { numRuns: 100, examples: [[hardlyConnected, 578134785]] },
    );
  });

  test("a newcomer takes the place that another left, near its caller", () => {
    const nodes = ["a", "b", "c"].map((id) => ({ id, boxes: ["shop"] }));
    const edges = [
      { source: "a", target: "b", weight: 1 },
      { source: "a", target: "c", weight: 1 },
    ];
    const previous = layout({ nodes, edges }, { seed: 1 });
    const next = {
      nodes: [...nodes.filter(({ id }) => id !== "b"), { id: "d", boxes: ["shop"] }],
      edges: [...edges, { source: "a", target: "d", weight: 1 }],
    };
    const drawing = layout(next, { seed: 1, previous });
    const left = previous.nodes.find(({ id }) => id === "b");
    const taken = drawing.nodes.find(({ id }) => id === "d");
    expect(taken?.x).toBe(left?.x);
    expect(drawing.boxes).toEqual(previous.boxes);
  });

  test("of a graph that is almost wholly new, nothing is kept", () => {
    const of = (prefix: string) => ({
      nodes: Array.from({ length: 12 }, (_, i) => ({ id: `${prefix}${i}`, boxes: ["b"] })),
      edges: [],
    });
    const previous = layout(of("old"), { seed: 1 });
    const next = { nodes: [...of("new").nodes, { id: "old0", boxes: ["b"] }], edges: [] };
    expect(layout(next, { seed: 1, previous })).toEqual(layout(next, { seed: 1 }));
  });

  test("a drawing made before most connections were known isn't kept, later ones are", () => {
    const nodes = Array.from({ length: 12 }, (_, i) => ({ id: `n${i}`, boxes: ["b"] }));
    const chain = nodes.slice(1).map(({ id }, i) => ({ source: `n${i}`, target: id, weight: 1 }));
    const unknown = layout({ nodes, edges: chain.slice(0, 2) }, { seed: 1 });
    const whole = layout({ nodes, edges: chain }, { seed: 1, previous: unknown });
    expect(whole).toEqual(layout({ nodes, edges: chain }, { seed: 1 }));
    const fewer = layout({ nodes, edges: chain.slice(0, 3) }, { seed: 1, previous: whole });
    expect(fewer).toEqual(whole);
    expect(layout({ nodes, edges: chain }, { seed: 1, previous: fewer })).toEqual(whole);
  });
});

function same(a: { x: number; y: number; width: number; height: number } | undefined, b: Exclude<typeof a, undefined>) {
  return a !== undefined && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

test("the padding of a box keeps its title free", () => {
  const drawing = layout({ nodes: [{ id: "a", boxes: ["b"] }], edges: [] }, { seed: 1 });
  expect((drawing.nodes[0]?.y ?? 0) - CELL.middle - (drawing.boxes[0]?.y ?? 0)).toBe(BOX_PADDING.top);
});
