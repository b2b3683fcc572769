import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layout } from "./layout.ts";
import { CELL } from "./metrics.ts";
import type { Layout, LayoutInput, LayoutNode } from "./model.ts";
import { recall, remember } from "./recall.ts";

/** Boxes of unequal size that call each other. */
function mesh(sizes: readonly number[]): LayoutInput {
  const nodes = sizes.flatMap((count, box) =>
    Array.from({ length: count }, (_, i): LayoutNode => ({ id: `b${box}/n${i}`, boxes: [`b${box}`] })),
  );
  const edges = nodes
    .slice(1)
    .map(({ id }, i) => ({ source: nodes[Math.floor(i / 2)]?.id ?? "", target: id, weight: 1 }));
  return { nodes, edges };
}

/** The same with one box drawn as a node of the box's id. */
function collapsed({ nodes, edges }: LayoutInput, box: string): LayoutInput {
  const at = (id: string) => (id.startsWith(`${box}/`) ? box : id);
  return {
    nodes: [...nodes.filter(({ boxes }) => boxes[0] !== box), { id: box, boxes: [] }],
    edges: edges.map(({ source, target, weight }) => ({ source: at(source), target: at(target), weight })),
  };
}

const spots = ({ nodes }: Layout) => new Map(nodes.map(({ id, x, y }) => [id, `${x},${y}`]));
const next = (input: LayoutInput, previous: Layout, earlier: Layout) =>
  layout(input, { seed: 1, previous: recall(previous, earlier, input) });

const SIZES = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 6 });

describe("collapsing and expanding", () => {
  test("a box that is collapsed stands in the middle of where it was, and nothing else moves", () => {
    fc.assert(
      fc.property(SIZES, (sizes) => {
        const whole = mesh(sizes);
        const before = layout(whole, { seed: 1 });
        const after = next(collapsed(whole, "b0"), before, before);
        const box = before.boxes.find(({ id }) => id === "b0");
        const mark = after.nodes.find(({ id }) => id === "b0");
        // With nearly all of it gone the rest is laid out afresh.
        if (before.nodes.length - (sizes[0] ?? 0) < 2) return;
        expect(mark?.x).toBe(Math.floor((box?.x ?? 0) + (box?.width ?? 0) / 2));
        const was = spots(before);
        for (const { id, x, y } of after.nodes) if (id !== "b0") expect(`${x},${y}`).toBe(was.get(id));
      }),
      { numRuns: 40 },
    );
  });

  test("expanded again, everything lies where it lay", () => {
    fc.assert(
      fc.property(SIZES, (sizes) => {
        const whole = mesh(sizes);
        const before = layout(whole, { seed: 1 });
        const folded = next(collapsed(whole, "b1"), before, before);
        const again = next(whole, folded, remember(before, folded));
        if (folded.nodes.length * 3 < whole.nodes.length) return;
        expect(spots(again)).toEqual(spots(before));
        expect(again.boxes).toEqual(before.boxes);
      }),
      { numRuns: 40 },
    );
  });

  test("where something else has taken the place meanwhile, nothing overlaps", () => {
    const whole = mesh([4, 5, 3]);
    const before = layout(whole, { seed: 1 });
    const box = before.boxes.find(({ id }) => id === "b1");
    const folded = next(collapsed(whole, "b1"), before, before);
    const squatter = { id: "new", x: (box?.x ?? 0) + 90, y: (box?.y ?? 0) + 70, box: null };
    const taken = { ...folded, nodes: [...folded.nodes.filter(({ id }) => id !== "b1"), squatter] };
    const again = next({ ...whole, nodes: [...whole.nodes, { id: "new", boxes: [] }] }, taken, remember(before, taken));
    const rects = again.boxes.map(({ x, y, width, height }) => ({ x, y, width, height }));
    const mark = again.nodes.find(({ id }) => id === "new");
    rects.push({
      x: (mark?.x ?? 0) - CELL.width / 2,
      y: (mark?.y ?? 0) - CELL.middle,
      width: CELL.width,
      height: CELL.height,
    });
    for (const [i, a] of rects.entries()) {
      for (const b of rects.slice(i + 1)) {
        const apart = a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
        expect(apart).toBe(true);
      }
    }
    expect(again.nodes).toHaveLength(whole.nodes.length + 1);
  });

  test("a group that was never open comes up around its mark", () => {
    const whole = mesh([6, 4, 5]);
    const folded = layout(collapsed(whole, "b2"), { seed: 1 });
    const mark = folded.nodes.find(({ id }) => id === "b2");
    const opened = next(whole, folded, folded);
    const box = opened.boxes.find(({ id }) => id === "b2");
    const middle = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
    // As near as there is room.
    expect(Math.hypot(middle.x - (mark?.x ?? 0), middle.y - (mark?.y ?? 0))).toBeLessThan(
      (box?.width ?? 0) + (box?.height ?? 0),
    );
  });
});
