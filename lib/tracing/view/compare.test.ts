import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { comparePaths, difference, pathAt, pathColumns, type Side, sortedPaths } from "./compare.ts";
import { flameOf } from "./flame.ts";
import { pictureOf } from "./picture.ts";

function side(spans: readonly Sketch[]): Side {
  const picture = pictureOf(buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true }), "");
  return { picture, flame: flameOf(picture) };
}

const BEFORE: readonly Sketch[] = [
  { id: "a", name: "GET", at: 0, ms: 100 },
  { id: "b", name: "read", parent: "a", at: 10, ms: 30 },
  { id: "c", name: "old", parent: "a", at: 50, ms: 10 },
];
const AFTER: readonly Sketch[] = [
  { id: "a", name: "GET", at: 0, ms: 150 },
  { id: "b", name: "read", parent: "a", at: 10, ms: 80, error: true },
  { id: "d", name: "new", parent: "b", at: 20, ms: 20 },
];
const MS = 1e6;

describe("two traces", () => {
  const rows = comparePaths(side(BEFORE), side(AFTER));

  it("are one list of paths, with what only one of them has", () => {
    expect(rows.map(({ depth, name, a, b }) => [depth, name, a !== null, b !== null])).toEqual([
      [0, "GET", true, true],
      [1, "read", true, true],
      [2, "new", false, true],
      [1, "old", true, false],
    ]);
    expect(rows[1]).toMatchObject({ a: { width: 30 * MS, failed: 0 }, b: { width: 80 * MS, failed: 1 } });
    expect(rows.map((row) => difference(row) / MS)).toEqual([50, 50, 20, -10]);
  });

  it("are sorted by what differs most, or by either", () => {
    expect(sortedPaths(rows, "difference").map(({ name }) => name)).toEqual(["GET", "read", "new", "old"]);
    expect(sortedPaths(rows, "a").map(({ name }) => name)).toEqual(["GET", "read", "old", "new"]);
    expect(sortedPaths(rows, "path")).toBe(rows);
  });

  it("cross between threads as columns, row by row the same", () => {
    fc.assert(
      fc.property(anySpans, anySpans, (one, other) => {
        const all = comparePaths(side(one), side(other));
        const columns = structuredClone(pathColumns(all));
        expect(Array.from({ length: columns.length }, (_, at) => pathAt(columns, at))).toEqual(all);
        expect(columns.only).toBe(all.filter(({ a, b }) => a === null || b === null).length);
        expect([pathAt(columns, -1), pathAt(columns, all.length)]).toEqual([null, null]);
      }),
    );
  });

  it("lose no span of either, and a trace differs in nothing from itself", () => {
    fc.assert(
      fc.property(anySpans, anySpans, (one, other) => {
        const all = comparePaths(side(one), side(other));
        expect(all.reduce((sum, { a }) => sum + (a?.spans ?? 0), 0)).toBe(one.length);
        expect(all.reduce((sum, { b }) => sum + (b?.spans ?? 0), 0)).toBe(other.length);
        expect(comparePaths(side(one), side(one)).every((row) => difference(row) === 0)).toBe(true);
      }),
    );
  });
});
