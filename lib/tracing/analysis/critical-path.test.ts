import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree, type TraceTree } from "../tree.ts";
import { criticalPath, pathSelfTimes } from "./critical-path.ts";
import { selfTimes } from "./self-time.ts";

const treeOf = (spans: readonly Sketch[]): TraceTree =>
  buildTree(traceOf(spans), { nowNs: BASE_NS + 10n ** 15n, skew: true });
/** `name from-to` in milliseconds. */
const drawn = (spans: readonly Sketch[]): string[] => {
  const tree = treeOf(spans);
  const path = criticalPath(tree);
  return Array.from(
    path.row,
    (row, i) => `${spans[row]?.id} ${((path.from[i] ?? 0) - tree.from) / 1e6}-${((path.to[i] ?? 0) - tree.from) / 1e6}`,
  );
};

describe("the critical path", () => {
  test.each<[string, Sketch[], string[]]>([
    ["a span alone", [{ id: "a", at: 0, ms: 10 }], ["a 0-10"]],
    [
      "one after the other",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 1, ms: 3 },
        { id: "c", parent: "a", at: 5, ms: 4 },
      ],
      ["a 0-1", "b 1-4", "a 4-5", "c 5-9", "a 9-10"],
    ],
    [
      "of two at once the one that ends last",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 1, ms: 3 },
        { id: "c", parent: "a", at: 1, ms: 8 },
      ],
      ["a 0-1", "c 1-9", "a 9-10"],
    ],
    [
      "into what was called there",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 1, ms: 8 },
        { id: "c", parent: "b", at: 2, ms: 3 },
        { id: "d", parent: "b", at: 5, ms: 3 },
      ],
      ["a 0-1", "b 1-2", "c 2-5", "d 5-8", "b 8-9", "a 9-10"],
    ],
    [
      "what goes on after the end counts up to the end",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 4, ms: 20 },
      ],
      ["a 0-4", "b 4-10"],
    ],
    [
      "what begins after the end delays nobody",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 12, ms: 5 },
      ],
      ["a 0-10"],
    ],
    ["nothing", [], []],
  ])("%s", (_, spans, expected) => {
    expect(drawn(spans)).toEqual(expected);
  });

  test("a chain of 50,000 spans needs no stack", () => {
    const name = (i: number) => i.toString(36);
    const spans = Array.from({ length: 50_000 }, (_, i) => ({
      id: name(i),
      ...(i > 0 ? { parent: name(i - 1) } : {}),
      at: 0,
      ms: 10,
    }));
    expect(drawn(spans)).toEqual([`${name(49_999)} 0-10`]);
  });

  test("lies inside the root, without gap or overlap, and its self times sum to its length", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = treeOf(spans);
        for (const root of tree.roots) {
          const path = criticalPath(tree, root);
          const [from, to] = [tree.start[root] ?? 0, tree.end[root] ?? 0];
          let at = from;
          for (let i = 0; i < path.row.length; i++) {
            expect(path.from[i]).toBe(at);
            expect(path.to[i]).toBeGreaterThan(at);
            at = path.to[i] ?? 0;
            const row = path.row[i] ?? 0;
            expect(at <= (tree.end[row] ?? 0) && (path.from[i] ?? 0) >= (tree.start[row] ?? 0)).toBe(true);
          }
          expect(at).toBe(to);
          const sum = pathSelfTimes(tree, path).reduce((total, ns) => total + ns, 0);
          // Exact where doubles are: anything within 104 days.
          if (Math.abs(from) < 2 ** 52 && Math.abs(to) < 2 ** 52) expect(sum).toBe(to - from);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("self time", () => {
  test("is what no child covers, however the children overlap", () => {
    const tree = treeOf([
      { id: "a", at: 0, ms: 10 },
      { id: "b", parent: "a", at: 1, ms: 4 },
      { id: "c", parent: "a", at: 3, ms: 4 },
      { id: "d", parent: "a", at: 9, ms: 40 },
      { id: "e", parent: "b", at: 1, ms: 4 },
    ]);
    expect(Array.from(selfTimes(tree), (ns) => ns / 1e6)).toEqual([3, 0, 4, 40, 4]);
  });

  test("is never negative, and at most the span's length", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = treeOf(spans);
        const self = selfTimes(tree);
        self.forEach((ns, row) => {
          expect(ns).toBeGreaterThanOrEqual(0);
          expect(ns).toBeLessThanOrEqual((tree.end[row] ?? 0) - (tree.start[row] ?? 0));
        });
      }),
    );
  });
});
