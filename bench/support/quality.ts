/** How well a drawing can be read, in numbers. */
import { CELL } from "#lib/layout/metrics.ts";
import type { Layout, LayoutInput } from "#lib/layout/model.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

export type Points = ReadonlyMap<string, Point>;

export const pointsOf = (drawing: Layout): Points => new Map(drawing.nodes.map(({ id, x, y }) => [id, { x, y }]));

const NOWHERE: Point = { x: 0, y: 0 };

/** Mean length of an edge in widths of a cell: how far the eye travels. */
export function meanLength(input: LayoutInput, at: Points): number {
  let total = 0;
  for (const { source, target } of input.edges) {
    const a = at.get(source) ?? NOWHERE;
    const b = at.get(target) ?? NOWHERE;
    total += Math.hypot(a.x - b.x, a.y - b.y);
  }
  return total / Math.max(1, input.edges.length) / CELL.width;
}

/** Share of the edges that run from left to right. */
export function forwards(input: LayoutInput, at: Points): number {
  const count = input.edges.filter(({ source, target }) => (at.get(source)?.x ?? 0) < (at.get(target)?.x ?? 0)).length;
  return count / Math.max(1, input.edges.length);
}

/** All edges together, in widths of a cell. */
export function totalLength(input: LayoutInput, at: Points): number {
  return meanLength(input, at) * input.edges.length;
}

const side = (a: Point, b: Point, c: Point) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));

/** Pairs of edges without a common end whose straight lines cross. O(edges²). */
export function crossings(input: LayoutInput, at: Points): number {
  const lines = input.edges.map(({ source, target }) => {
    const [a, b] = [at.get(source) ?? NOWHERE, at.get(target) ?? NOWHERE];
    return { source, target, a, b, left: Math.min(a.x, b.x), right: Math.max(a.x, b.x) };
  });
  lines.sort((p, q) => p.left - q.left);
  let count = 0;
  for (const [i, p] of lines.entries()) {
    for (let j = i + 1; j < lines.length; j++) {
      const q = lines[j];
      if (q === undefined || q.left > p.right) break;
      const joined = p.source === q.source || p.source === q.target || p.target === q.source || p.target === q.target;
      if (joined) continue;
      if (side(p.a, p.b, q.a) * side(p.a, p.b, q.b) < 0 && side(q.a, q.b, p.a) * side(q.a, q.b, p.b) < 0) count++;
    }
  }
  return count;
}

function extent(at: Points): { readonly width: number; readonly height: number } {
  const xs = [...at.values()].map(({ x }) => x);
  const ys = [...at.values()].map(({ y }) => y);
  const span = (values: readonly number[], cell: number) =>
    values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 0) + cell;
  return { width: span(xs, CELL.width), height: span(ys, CELL.height) };
}

/** Width to height. */
export function aspect(at: Points): number {
  const { width, height } = extent(at);
  return width / height;
}

/** Mean movement of what both drawings hold, in widths of the first. */
export function movement(before: Points, after: Points): number {
  let total = 0;
  let count = 0;
  for (const [id, { x, y }] of after) {
    const was = before.get(id);
    if (was === undefined) continue;
    total += Math.hypot(x - was.x, y - was.y);
    count += 1;
  }
  return total / Math.max(1, count) / extent(before).width;
}
