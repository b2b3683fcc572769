import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySpans, BASE_NS, id, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { toWire } from "../wire.ts";
import { type Folding, isClosed, opened, shownRows, stepped, toggled } from "./fold.ts";
import { keyOf, keysOf, rowOf } from "./keys.ts";

const treeOf = (spans: readonly Sketch[]) => buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true });
const idsOf = (spans: readonly Sketch[]) => toWire(traceOf(spans)).spanIds;

/** a ─ b ─ c, and d under a. */
const TREE = treeOf([
  { id: "a", at: 0, ms: 10 },
  { id: "b", parent: "a", at: 1, ms: 5 },
  { id: "c", parent: "b", at: 2, ms: 1 },
  { id: "d", parent: "a", at: 7, ms: 1 },
]);
const ALL: Folding = { levels: null, turned: new Set() };

const anyFolding = fc.record({
  levels: fc.option(fc.nat(5)),
  turned: fc.array(fc.nat(39)).map((rows) => new Set(rows)),
});

describe("folding", () => {
  it.each<[string, Folding, number[]]>([
    ["nothing", ALL, [0, 1, 2, 3]],
    ["everything", { levels: 0, turned: new Set() }, [0]],
    ["one level open", { levels: 1, turned: new Set() }, [0, 1, 3]],
    ["one span by hand", { levels: null, turned: new Set([1]) }, [0, 1, 3]],
    ["everything but one", { levels: 1, turned: new Set([1]) }, [0, 1, 2, 3]],
    ["a span that calls nobody", { levels: null, turned: new Set([3]) }, [0, 1, 2, 3]],
  ])("%s", (_, folding, rows) => {
    expect(Array.from(shownRows(TREE, folding))).toEqual(rows);
  });

  it("steps by the levels that are seen", () => {
    const two = stepped(TREE, ALL, -1);
    expect(Array.from(shownRows(TREE, two))).toEqual([0, 1, 3]);
    expect(Array.from(shownRows(TREE, stepped(TREE, two, -1)))).toEqual([0]);
    expect(stepped(TREE, two, 1)).toEqual(ALL);
  });

  it("hides exactly what lies under a closed row, and opening a way leads to any row", () => {
    fc.assert(
      fc.property(anySpans, anyFolding, (spans, folding) => {
        const tree = treeOf(spans);
        const shown = new Set(shownRows(tree, folding));
        for (const row of tree.order) {
          const above = tree.parent[row] ?? -1;
          expect(shown.has(row)).toBe(above < 0 || (shown.has(above) && !isClosed(tree, above, folding)));
          expect(new Set(shownRows(tree, opened(tree, folding, row))).has(row)).toBe(true);
          expect(toggled(toggled(folding, row), row)).toEqual(folding);
        }
      }),
    );
  });
});

describe("names of spans in addresses", () => {
  it("are ids, numbered where two spans share one, and places where there is none", () => {
    const ids = `${id("a")}${id("b")}${id("a")}${" ".repeat(16)}`;
    expect([0, 1, 2, 3].map((row) => keyOf(ids, row))).toEqual([id("a"), id("b"), `${id("a")}~2`, "row-3"]);
  });

  it("lead back to their span, in any trace", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const ids = idsOf(spans);
        spans.forEach((_, row) => expect(rowOf(ids, keyOf(ids, row))).toBe(row));
        expect(spans.map((_, row) => row).map(keysOf(ids))).toEqual(spans.map((_, row) => keyOf(ids, row)));
      }),
    );
  });

  it("lead nowhere, whatever else stands there", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const row = rowOf(idsOf([{ id: "a", at: 0, ms: 1 }]), text);
        expect(row === -1 || text === "row-0" || /^row-0+$/.test(text)).toBe(true);
      }),
    );
    expect(rowOf(id("a"), "row-1")).toBe(-1);
    expect(rowOf(id("a"), `${id("a")}~2`)).toBe(-1);
  });
});
