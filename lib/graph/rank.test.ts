import { expect, it } from "vitest";
import type { Graph } from "./model.ts";
import { rankNodes } from "./rank.ts";

const graphOf = (calls: readonly (readonly [source: string, target: string])[]) =>
  ({
    nodes: [...new Set(calls.flat())].map((id) => ({ id })),
    edges: calls.map(([source, target]) => ({ source, target })),
  }) as unknown as Graph;

it("ranks by callers or callees, equal counts alike, 1 for the most; who has none has no rank", () => {
  const of = graphOf([
    ...["b", "c", "d"].map((id) => [id, "a"] as const),
    ...([
      ["e", "f"],
      ["g", "f"],
      ["e", "h"],
      ["e", "h"],
    ] as const),
    // A loop makes nobody more called.
    ["h", "h"],
  ]);
  const byCallers = rankNodes(of, "in");
  expect(["a", "f", "h", "b"].map((id) => byCallers.get(id))).toEqual([1, 2, 3, undefined]);
  const byCallees = rankNodes(of, "out");
  expect(["e", "b", "g", "a"].map((id) => byCallees.get(id))).toEqual([1, 2, 2, undefined]);
});

it("more than a hundred different counts are spread over 1 to 100", () => {
  const called = Array.from({ length: 150 }, (_, node) => node);
  const of = graphOf(
    called.flatMap((node) => called.slice(node).map((n) => [`caller ${n}`, `called ${node}`] as const)),
  );
  const ranks = rankNodes(of, "in");
  expect([ranks.get("called 0"), ranks.get("called 148"), ranks.get("called 149")]).toEqual([1, 99, 100]);
  const all = called.map((node) => ranks.get(`called ${node}`) ?? 0);
  expect(all).toEqual([...all].sort((a, b) => a - b));
});

it("nothing has no ranks", () => expect(rankNodes(graphOf([]), "in").size).toBe(0));
