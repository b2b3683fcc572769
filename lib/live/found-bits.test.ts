import { expect, test } from "vitest";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { foundBits } from "./found-bits.ts";

const NODES = ["a", "b", "c", "d"].map((id) => ({ id }));
const EDGES = [
  { id: "ab", source: "a", target: "b" },
  { id: "bc", source: "b", target: "c" },
];
const found = (nodes: string[], edges: string[]) => ({ nodes: new Set(nodes), edges: new Set(edges) });
const bits = (of: Parameters<typeof foundBits>[0]) => {
  const { nodes, edges } = foundBits(of, NODES, EDGES);
  return [[...nodes], [...edges]];
};
const { found: NODE, dimmed: FAINT } = NODE_BITS;

test("what is found is marked, the rest steps back", () => {
  expect(bits(found(["a"], []))).toEqual([
    [NODE, FAINT, FAINT, FAINT],
    [EDGE_BITS.dimmed, EDGE_BITS.dimmed],
  ]);
});

test("where a trace went has a bit of its own", () => {
  const { nodes, edges } = foundBits(found(["a"], ["ab"]), NODES, EDGES, "traced");
  expect([...nodes]).toEqual([NODE_BITS.traced, 0, FAINT, FAINT]);
  expect([...edges]).toEqual([EDGE_BITS.traced, EDGE_BITS.dimmed]);
});

test("the ends of a found edge stay as they are", () => {
  expect(bits(found(["c"], ["ab"]))).toEqual([
    [0, 0, NODE, FAINT],
    [EDGE_BITS.found, EDGE_BITS.dimmed],
  ]);
});

test.each([
  ["nobody looks for anything", null],
  ["nothing is found", found([], [])],
])("where %s, nothing steps back", (_, of) => {
  expect(bits(of)).toEqual([
    [0, 0, 0, 0],
    [0, 0],
  ]);
});
