import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectSound, meshes } from "./layout.test-support.ts";
import { layout } from "./layout.ts";
import type { Layout, LayoutInput, PlainStyle } from "./model.ts";
import { moved } from "./move.ts";
import { changedPlaces, pinned, pinsOf } from "./pins.ts";

const STYLES = ["grid", "concentric", "breadthfirst"] as const;
const flat = (mesh: LayoutInput): LayoutInput => ({
  ...mesh,
  nodes: mesh.nodes.map(({ id }) => ({ id, boxes: [] })),
});
const lay = (mesh: LayoutInput, style: PlainStyle, previous?: Layout) =>
  layout(mesh, { seed: 1, style, ...(previous !== undefined && { previous }) });

/** `a` calls all others, `b` calls `c`, and the two of a circle call each other; `z` is alone. */
const STAR: LayoutInput = flat({
  nodes: ["a", "b", "c", "d", "e", "x", "y", "z"].map((id) => ({ id, boxes: [] })),
  edges: [
    ...["b", "c", "d", "e"].map((target) => ({ source: "a", target, weight: 1 })),
    { source: "b", target: "x", weight: 1 },
    { source: "x", target: "y", weight: 1 },
    { source: "y", target: "x", weight: 1 },
  ],
});
const at = (drawing: Layout, id: string) =>
  drawing.nodes.find((node) => node.id === id) ?? { x: Number.NaN, y: Number.NaN };
const rows = ({ nodes }: Layout) =>
  [...Map.groupBy(nodes, ({ y }) => y)]
    .sort(([a], [b]) => a - b)
    .map(([, row]) =>
      row
        .sort((a, b) => a.x - b.x)
        .map(({ id }) => id)
        .join(""),
    );

describe.each(STYLES)("the layout %s", (style) => {
  test("has everything once, nothing overlaps, all is whole numbers, and there are no boxes", () => {
    fc.assert(
      fc.property(meshes(60).map(flat), (mesh) => {
        const drawing = lay(mesh, style);
        expectSound(drawing);
        expect(drawing.boxes).toEqual([]);
        expect(drawing.nodes.map(({ id }) => id)).toEqual(mesh.nodes.map(({ id }) => id).sort());
        expect(drawing.nodes.every(({ x, y }) => Number.isInteger(x) && Number.isInteger(y))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("is the same whatever came first", () => {
    fc.assert(
      fc.property(meshes(20).map(flat), (mesh) => {
        const turned = { nodes: mesh.nodes.toReversed(), edges: mesh.edges.toReversed() };
        expect(lay(turned, style)).toEqual(lay(mesh, style));
      }),
      { numRuns: 40 },
    );
  });

  test("stays as it is while things come and go, and newcomers find a place", () => {
    const before = lay(STAR, style);
    const later = { ...STAR, nodes: [...STAR.nodes.slice(1), { id: "new", boxes: [] }] };
    const after = lay(later, style, before);
    expectSound(after);
    for (const { id } of STAR.nodes.slice(1)) expect(at(after, id)).toEqual(at(before, id));
  });

  test("lets things be moved, and a link has their places", () => {
    const before = lay(STAR, style);
    const after = moved(STAR, before, { id: "b", dx: 333, dy: 222, how: "drop" }) ?? before;
    expectSound(after);
    expect(at(after, "b")).not.toEqual(at(before, "b"));
    const pins = pinsOf(after, changedPlaces(before, after));
    expect(pinned(STAR, lay(STAR, style), pins).layout).toEqual(after);
  });

  test("of nothing, and of one, is a drawing", () => {
    expect(lay({ nodes: [], edges: [] }, style).nodes).toEqual([]);
    expectSound(lay({ nodes: [{ id: "only", boxes: [] }], edges: [] }, style));
  });
});

test("a grid is about as wide as a screen, in the order of ids", () => {
  const many = { nodes: Array.from({ length: 100 }, (_, n) => ({ id: `n${n + 100}`, boxes: [] })), edges: [] };
  const { width, height } = lay(many, "grid");
  expect(width / height).toBeGreaterThan(1.2);
  expect(width / height).toBeLessThan(2);
  expect(rows(lay(STAR, "grid"))).toEqual(["abc", "dex", "yz"]);
});

test("rings have in their middle what is connected most", () => {
  const drawing = lay(STAR, "concentric");
  const middle = at(drawing, "a");
  const far = STAR.nodes.map(({ id }) => Math.hypot(at(drawing, id).x - middle.x, at(drawing, id).y - middle.y));
  expect(far.filter((distance) => distance === 0)).toHaveLength(1);
  expect(Math.max(...far)).toBe(Math.hypot(at(drawing, "z").x - middle.x, at(drawing, "z").y - middle.y));
});

test("rows are by calls from where traffic comes in; a circle hangs where it is entered, what is alone stands below", () => {
  expect(rows(lay(STAR, "breadthfirst"))).toEqual(["a", "bcd", "e", "x", "y", "z"]);
  const circle = {
    nodes: ["p", "q"].map((id) => ({ id, boxes: [] })),
    edges: [
      { source: "p", target: "q", weight: 1 },
      { source: "q", target: "p", weight: 1 },
    ],
  };
  expect(rows(lay(circle, "breadthfirst"))).toEqual(["p", "q"]);
});

test("five thousand marks take no time to speak of, each without a box", () => {
  const nodes = Array.from({ length: 5000 }, (_, n) => ({ id: `n${n}`, boxes: [] }));
  const edges = nodes.map(({ id }, n) => ({ source: id, target: `n${(n * 7 + 1) % 5000}`, weight: 1 }));
  for (const style of STYLES) expect(lay({ nodes, edges }, style).nodes).toHaveLength(5000);
});
