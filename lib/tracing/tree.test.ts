import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WarningCode } from "./model.ts";
import { anySpans, BASE_NS, type Sketch, traceOf } from "./spans.test-support.ts";
import { buildTree, childrenAt, type TraceTree } from "./tree.ts";

const NOW = BASE_NS + 3_600_000_000_000n;
const treeOf = (spans: readonly Sketch[], skew = true): TraceTree => buildTree(traceOf(spans), { nowNs: NOW, skew });
/** Rows as indented names. */
const drawn = (tree: TraceTree): string[] =>
  Array.from(
    tree.order,
    (row) => `${"  ".repeat(tree.depth[row] ?? 0)}${String(tree.trace.pool[tree.trace.name[row] ?? 0])}`,
  );
const said = (tree: TraceTree): [number, WarningCode][] => tree.warnings.map(({ row, code }) => [row, code]);

describe("a tree of spans", () => {
  test.each<[string, Sketch[], string[], [number, WarningCode][]]>([
    [
      "callers before callees, siblings by start",
      [
        { id: "c", parent: "a", at: 5, ms: 1 },
        { id: "b", parent: "a", at: 2, ms: 1 },
        { id: "a", at: 0, ms: 10 },
        { id: "d", parent: "b", at: 2, ms: 1 },
      ],
      ["a", "  b", "    d", "  c"],
      [],
    ],
    ["no spans at all", [], [], []],
    [
      "a lost parent",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "x", at: 3, ms: 1 },
      ],
      ["a", "b"],
      [
        [1, "missing-parent"],
        [-1, "several-roots"],
      ],
    ],
    [
      "a lost beginning",
      [
        { id: "a", parent: "x", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 3, ms: 1 },
      ],
      ["a", "  b"],
      [
        [0, "missing-parent"],
        [-1, "no-root"],
      ],
    ],
    [
      "a cycle, broken at its earliest span",
      [
        { id: "a", parent: "c", at: 4, ms: 1 },
        { id: "b", parent: "a", at: 2, ms: 5 },
        { id: "c", parent: "b", at: 3, ms: 1 },
        { id: "d", parent: "c", at: 5, ms: 1 },
      ],
      ["b", "  c", "    a", "    d"],
      [
        [1, "cycle"],
        [-1, "no-root"],
      ],
    ],
    [
      "a span that is its own parent",
      [{ id: "a", parent: "a", at: 0, ms: 1 }],
      ["a"],
      [
        [0, "cycle"],
        [-1, "no-root"],
      ],
    ],
    [
      "one id twice",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 1, ms: 2 },
        { id: "b", name: "again", parent: "a", at: 5, ms: 2 },
        { id: "c", parent: "b", at: 1, ms: 1 },
      ],
      ["a", "  b", "    c", "  again"],
      [[2, "duplicate-id"]],
    ],
    [
      "client and server that share an id, as B3 has it",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", name: "server", kind: "server", parent: "a", service: "db", at: 2, ms: 5, shared: true },
        { id: "b", name: "client", kind: "client", parent: "a", at: 1, ms: 8 },
        { id: "c", parent: "b", service: "db", at: 3, ms: 1 },
      ],
      ["a", "  client", "    server", "      c"],
      [],
    ],
    ["a negative duration", [{ id: "a", at: 5, ms: -3 }], ["a"], [[0, "negative-duration"]]],
    ["a span of the future", [{ id: "a", at: 7_200_000, ms: 1 }], ["a"], [[0, "future"]]],
    [
      "a broken clock",
      [
        { id: "a", at: 0, ms: 10 },
        { id: "b", parent: "a", at: 1, ms: 1 },
        { id: "c", parent: "a", at: -1.7e12, ms: 1 },
      ],
      ["a", "  c", "  b"],
      [[2, "far"]],
    ],
  ])("%s", (_, spans, expected, warnings) => {
    const tree = treeOf(spans);
    expect(drawn(tree)).toEqual(expected);
    expect(said(tree)).toEqual(warnings);
  });

  test("the time axis isn't stretched by a broken clock, and the longest beginning stands for the trace", () => {
    const tree = treeOf([
      { id: "z", at: 1, ms: 2 },
      { id: "a", at: 0, ms: 10 },
      { id: "c", parent: "a", at: -1.7e12, ms: 1 },
      { id: "o", parent: "x", at: 0, ms: 500 },
    ]);
    expect([tree.from, tree.to, tree.main]).toEqual([-1e6, 499e6, 1]);
  });

  test.each<[string, Sketch[], string]>([
    [
      "a beginning that took no time stands for nothing",
      [
        { id: "a", at: 1, ms: 0 },
        { id: "o", parent: "x", at: 0, ms: 20 },
      ],
      "o",
    ],
    [
      "unless nothing took any",
      [
        { id: "o", parent: "x", at: 0, ms: 0 },
        { id: "a", at: 1, ms: 0 },
      ],
      "o",
    ],
  ])("%s", (_, spans, name) => {
    const { main, trace } = treeOf(spans);
    expect(trace.pool[trace.name[main] ?? 0]).toBe(name);
  });

  test("a chain of 100,000 spans", () => {
    const name = (i: number) => i.toString(36);
    const spans = Array.from({ length: 100_000 }, (_, i) => ({
      id: name(i),
      ...(i > 0 ? { parent: name(i - 1) } : {}),
      at: 0,
      ms: 1,
    }));
    const tree = treeOf(spans);
    expect([tree.depth[99_999], tree.size[0], tree.warnings]).toEqual([99_999, 100_000, []]);
  });
});

describe("clocks that disagree", () => {
  const call = (server: Partial<Sketch>, client: Partial<Sketch> = {}): Sketch[] => [
    { id: "a", kind: "client", service: "web", at: 0, ms: 10, ...client },
    { id: "b", parent: "a", kind: "server", service: "cart", at: 1, ms: 6, ...server },
    {
      ...server,
      id: "c",
      parent: "b",
      service: server.service ?? "cart",
      kind: "internal",
      at: (server.at ?? 1) + 1,
      ms: 1,
    },
  ];
  test.each<[string, Sketch[], number]>([
    ["agree", call({}), 0],
    ["too early: moved to the middle of the call", call({ at: -30 }), 32],
    ["too late: likewise", call({ at: 500 }), -498],
    ["a little out isn't worth it", call({ at: -0.04 }), 0],
    ["longer than the call, and before it", call({ at: -5, ms: 20 }), 5],
    ["longer than the call: nobody waited for it", call({ at: 5, ms: 20 }), 0],
    ["the caller gave up", call({ at: 6, ms: 8 }, { error: true }), 0],
    ["sent on, not waited for", call({ at: 50, kind: "consumer" }), 0],
    ["the same machine", call({ at: 50, service: "web" }), 0],
    [
      "the same pod by Envoy's id",
      call(
        { at: 50, tags: { node_id: "sidecar~10.1.1.1~web-1.shop~x" } },
        { tags: { node_id: "sidecar~10.1.1.1~web-1.shop~x" } },
      ),
      0,
    ],
    [
      "two pods of one service",
      call(
        { at: 50, service: "web", resource: { "k8s.pod.name": "web-2" } },
        { resource: { "k8s.pod.name": "web-1" } },
      ),
      -48,
    ],
  ])("%s", (_, spans, ms) => {
    const tree = treeOf(spans);
    expect((tree.shift[1] ?? 0) / 1e6).toBe(ms);
    // What it called on the same machine goes with it.
    expect(tree.shift[2]).toBe(tree.shift[1]);
    expect(tree.warnings.map(({ code }) => code)).toEqual(ms === 0 ? [] : ["clock-skew"]);
    expect(treeOf(spans, false).shift.every((ns) => ns === 0)).toBe(true);
  });

  test("says by how much", () => {
    expect(treeOf(call({ at: -30 })).warnings).toEqual([
      { row: 1, code: "clock-skew", detail: "Moved by +32 ms: its clock disagrees with its caller's." },
    ]);
  });
});

test("any span set becomes a tree without loss", () => {
  fc.assert(
    fc.property(anySpans, fc.boolean(), (spans, skew) => {
      const tree = treeOf(spans, skew);
      const { length } = spans;
      expect([...tree.order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, row) => row));
      const place = new Map(Array.from(tree.order, (row, index) => [row, index]));
      for (let row = 0; row < length; row++) {
        const parent = tree.parent[row] ?? -1;
        if (parent < 0) expect(tree.roots).toContain(row);
        else {
          expect(Array.from(childrenAt(tree, parent))).toContain(row);
          expect(tree.depth[row]).toBe((tree.depth[parent] ?? 0) + 1);
          const [at, above] = [place.get(row) ?? 0, place.get(parent) ?? 0];
          expect(at > above && at < above + (tree.size[parent] ?? 0)).toBe(true);
        }
        expect(tree.end[row]).toBeGreaterThanOrEqual(tree.start[row] ?? 0);
        // Nobody lost a caller in silence.
        const named = tree.trace.parentId[row] !== "";
        if (named && parent < 0)
          expect(
            tree.warnings.some((each) => each.row === row && (each.code === "missing-parent" || each.code === "cycle")),
          ).toBe(true);
      }
      expect(tree.roots.reduce((sum, root) => sum + (tree.size[root] ?? 0), 0)).toBe(length);
      expect(tree.main >= 0).toBe(length > 0);
    }),
    { numRuns: 300 },
  );
});

test("the order of arrival changes no caller", () => {
  const unique = anySpans.map((spans) => [...new Map(spans.map((span) => [span.id, span])).values()]);
  fc.assert(
    fc.property(unique, (spans) => {
      const callers = (list: readonly Sketch[]) => {
        const tree = treeOf(list);
        return Object.fromEntries(list.map((span, row) => [span.id, tree.trace.spanId[tree.parent[row] ?? -1] ?? ""]));
      };
      // Which link of a cycle is cut depends on times alone, and two of them may be equal.
      fc.pre(!treeOf(spans).warnings.some(({ code }) => code === "cycle"));
      expect(callers(spans.toReversed())).toEqual(callers(spans));
    }),
  );
});
