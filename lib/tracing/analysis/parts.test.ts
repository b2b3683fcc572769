import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree, type TraceTree } from "../tree.ts";
import { decompose } from "./parts.ts";
import { retryGroups } from "./retries.ts";

const treeOf = (spans: readonly Sketch[]): TraceTree =>
  buildTree(traceOf(spans), { nowNs: BASE_NS + 10n ** 15n, skew: true });
/** `kind service operation > target: ms`. */
const drawn = (spans: readonly Sketch[]): string[] =>
  decompose(treeOf(spans), 0).parts.map(
    ({ kind, service, operation, target, ns }) =>
      `${kind} ${service} ${operation}${target === null ? "" : ` > ${target}`}: ${ns / 1e6}`,
  );

const call = (id: string, parent: string, at: number, ms: number, more: Partial<Sketch> = {}): Sketch => ({
  id,
  parent,
  kind: "client",
  service: "web",
  at,
  ms,
  ...more,
});
const serve = (id: string, parent: string, at: number, ms: number, more: Partial<Sketch> = {}): Sketch => ({
  id,
  parent,
  kind: "server",
  service: "cart",
  at,
  ms,
  ...more,
});
const root: Sketch = { id: "a", kind: "server", service: "web", at: 0, ms: 100 };

describe("the parts of a trace's time", () => {
  test.each<[string, Sketch[], string[]]>([
    ["a span alone works", [root], ["self web a: 100"]],
    [
      "a call is waiting before and after its server",
      [root, call("b", "a", 10, 80), serve("c", "b", 20, 50)],
      ["self web a: 20", "waiting web b > cart: 30", "self cart c: 50"],
    ],
    [
      "a call whose server left no span",
      [root, call("b", "a", 10, 80, { tags: { "peer.service": "postgres" } })],
      ["self web a: 20", "waiting web b > postgres: 80"],
    ],
    [
      "between two calls nobody says what happened",
      [root, call("b", "a", 10, 20), call("c", "a", 60, 30)],
      ["self web a: 20", "waiting web b: 20", "gap web a: 30", "waiting web c: 30"],
    ],
    [
      "a short pause between two calls is the span's own",
      [root, call("b", "a", 10, 20), call("c", "a", 30.5, 59.5)],
      ["self web a: 20.5", "waiting web b: 20", "waiting web c: 59.5"],
    ],
    [
      "attempts in vain and the pauses after them",
      [
        root,
        call("b", "a", 10, 80),
        serve("c", "b", 11, 20, { error: true }),
        serve("d", "b", 41, 40),
        { id: "e", parent: "c", service: "cart", at: 12, ms: 10 },
      ],
      ["self web a: 20", "waiting web b > cart: 10", "retry web b > cart: 30", "self cart d: 40"],
    ],
  ])("%s", (_, spans, expected) => {
    expect(drawn(spans).sort()).toEqual(expected.sort());
  });

  test("sum to the span's length, whatever the spans", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = treeOf(spans);
        for (const root of tree.roots) {
          const { parts, ns, sequences } = decompose(tree, root);
          const near = Math.abs(tree.start[root] ?? 0) < 2 ** 52 && ns < 2 ** 52;
          if (near) expect(parts.reduce((sum, part) => sum + part.ns, 0)).toBe(ns);
          expect(parts.every((part) => part.ns > 0) && sequences.every(({ savedNs }) => savedNs >= 0)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("calls one right after the other could run at once", () => {
    const { sequences } = decompose(
      treeOf([root, call("b", "a", 10, 20), call("c", "a", 30, 30), call("b", "a", 60.5, 20), call("e", "a", 95, 1)]),
      0,
    );
    expect(sequences).toEqual([{ service: "web", operation: "a", calls: ["b", "c"], count: 3, savedNs: 40e6 }]);
  });

  test("calls at once, and attempts of one call, are no sequence", () => {
    expect(decompose(treeOf([root, call("b", "a", 10, 50), call("c", "a", 12, 70)]), 0).sequences).toEqual([]);
    expect(
      decompose(
        treeOf([root, call("b", "a", 0, 90), serve("c", "b", 0, 40, { error: true }), serve("d", "b", 40, 40)]),
        0,
      ).sequences,
    ).toEqual([]);
  });
});

describe("retries", () => {
  test("are several servers' spans under one client's", () => {
    const tree = treeOf([
      root,
      call("b", "a", 10, 80),
      serve("d", "b", 40, 40),
      serve("c", "b", 11, 20, { error: true }),
      call("e", "a", 91, 5),
      serve("f", "e", 92, 1),
    ]);
    expect(retryGroups(tree)).toEqual([{ caller: 1, attempts: [3, 2], failed: 1 }]);
  });

  test("are what a program says it sent again", () => {
    const again = { tags: { "http.request.resend_count": 1 } };
    const tree = treeOf([
      root,
      call("b", "a", 0, 5, { name: "GET", error: true }),
      call("c", "a", 6, 5, { name: "GET", ...again }),
      call("d", "a", 12, 5, { name: "GET" }),
      call("e", "a", 20, 5, { name: "PUT", ...again }),
    ]);
    expect(retryGroups(tree)).toEqual([{ caller: 0, attempts: [1, 2], failed: 1 }]);
  });

  test("calls to different servers are none", () => {
    expect(
      retryGroups(
        treeOf([root, call("b", "a", 0, 5), serve("c", "b", 1, 1), call("d", "a", 6, 5), serve("e", "d", 7, 1)]),
      ),
    ).toEqual([]);
  });
});
