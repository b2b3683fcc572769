import { expect, test } from "vitest";
import { BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { propagationOf, propagationWords } from "./propagation.ts";

const of = (spans: readonly Sketch[]) =>
  propagationOf(buildTree(traceOf(spans), { nowNs: BASE_NS + 10n ** 15n, skew: true }), "web");
const begun = of([{ id: "a", service: "web", kind: "client", at: 0, ms: 5 }]);
const called = of([
  { id: "a", service: "front", kind: "server", at: 0, ms: 9 },
  { id: "b", parent: "a", service: "web", kind: "server", at: 1, ms: 5 },
]);

test("a trace tells whether the service begins it, and whether it is called in it", () => {
  expect([begun, called]).toEqual([
    { begins: true, called: false },
    { begins: false, called: true },
  ]);
  expect(of([{ id: "a", parent: "x", service: "web", kind: "client", at: 0, ms: 5 }]).begins).toBe(false);
});

test("lost headers are said where both happen, often enough", () => {
  expect(propagationWords("web", [...Array.from({ length: 5 }, () => begun), called])).toContain(
    "5 of 6 traces begin with a call that web makes",
  );
  expect(
    propagationWords(
      "web",
      Array.from({ length: 9 }, () => begun),
    ),
  ).toBeNull();
  expect(propagationWords("web", [begun, called, called])).toBeNull();
});
