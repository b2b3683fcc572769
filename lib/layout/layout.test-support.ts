/** What any layout must hold, and graphs to try it on. */
import fc from "fast-check";
import { expect } from "vitest";
import { CELL } from "./metrics.ts";
import type { Layout, LayoutInput, LayoutNode } from "./model.ts";

interface Area {
  readonly id: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const cells = (drawing: Layout): Area[] =>
  drawing.nodes.map(({ id, x, y }) => ({
    id,
    left: x - CELL.width / 2,
    top: y - CELL.middle,
    right: x + CELL.width / 2,
    bottom: y - CELL.middle + CELL.height,
  }));

const boxAreas = (drawing: Layout): Area[] =>
  drawing.boxes.map(({ id, x, y, width, height }) => ({ id, left: x, top: y, right: x + width, bottom: y + height }));

const overlap = (a: Area, b: Area) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const inside = (a: Area, b: Area) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

/** What must hold of every layout, cold or warm. */
export function expectSound(drawing: Layout): void {
  const all = [...cells(drawing), ...boxAreas(drawing)];
  const whole = { id: "", left: 0, top: 0, right: drawing.width, bottom: drawing.height };
  const parent = new Map<string, string | null>();
  for (const node of drawing.nodes) parent.set(node.id, node.box);
  for (const box of drawing.boxes) parent.set(box.id, box.parent);
  for (const area of all) {
    for (const value of [area.left, area.top, area.right, area.bottom]) expect(Number.isFinite(value)).toBe(true);
    expect(inside(area, whole), `${area.id} lies on the plane`).toBe(true);
    const holder = boxAreas(drawing).find(({ id }) => id === parent.get(area.id));
    if (holder !== undefined) expect(inside(area, holder), `${area.id} lies in ${holder.id}`).toBe(true);
  }
  for (const a of all) {
    for (const b of all) {
      if (a.id < b.id && parent.get(a.id) === parent.get(b.id))
        expect(overlap(a, b), `${a.id} and ${b.id}`).toBe(false);
    }
  }
}

/** A mesh of up to `most` nodes in up to 5 boxes, one level deep or two; some nodes stand outside. */
export const meshes = (most: number) =>
  fc
    .record({
      nodes: fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: most }),
      boxes: fc.integer({ min: 1, max: 5 }),
      deep: fc.boolean(),
      pairs: fc.array(fc.tuple(fc.nat(most), fc.nat(most), fc.double({ min: 0, max: 100 })), { maxLength: 3 * most }),
    })
    .map(({ nodes: ids, boxes, deep, pairs }): LayoutInput => {
      const nodes = ids.map((id): LayoutNode => {
        const box = id % (boxes + 1);
        if (box === boxes) return { id: `n${id}`, boxes: [] };
        return { id: `n${id}`, boxes: deep ? [`c${box % 2}`, `c${box % 2}/b${box}`] : [`b${box}`] };
      });
      const idAt = (at: number) => nodes[at % Math.max(1, nodes.length)]?.id ?? "none";
      return {
        nodes,
        edges: pairs.map(([source, target, weight]) => ({ source: idAt(source), target: idAt(target), weight })),
      };
    });
