import { describe, expect, it } from "vitest";
import { BASE_NS, type Sketch, traceOf } from "#lib/tracing/spans.test-support.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { flameOf } from "#lib/tracing/view/flame.ts";
import { pictureOf } from "#lib/tracing/view/picture.ts";
import { boxToward, callersOf, drawnBoxes } from "./flame-boxes.ts";

const SPANS: readonly Sketch[] = [
  { id: "a", at: 0, ms: 100_000 },
  { id: "b", parent: "a", at: 0, ms: 60_000 },
  { id: "c", parent: "b", at: 0, ms: 20_000 },
  { id: "d", parent: "b", at: 20_000, ms: 40_000 },
  { id: "e", parent: "a", at: 70_000, ms: 10_000 },
  { id: "f", parent: "a", at: 90_000, ms: 1 },
];
const flame = flameOf(pictureOf(buildTree(traceOf(SPANS), { nowNs: BASE_NS + 3_600_000_000_000n, skew: true }), ""));
const box = (id: string) => flame.row.indexOf(SPANS.findIndex((span) => span.id === id));

describe("what is drawn of a flame graph", () => {
  it("is all that can be seen, and how much can't", () => {
    const drawn = drawnBoxes(flame, -1);
    expect(drawn).toMatchObject({ narrow: 1, levels: 3 });
    expect(drawn.boxes.find((each) => each.box === box("d"))).toMatchObject({ level: 2, left: 0.2, width: 0.4 });
  });

  it("is what lies under a box, as wide as there is room", () => {
    const drawn = drawnBoxes(flame, box("b"));
    expect(drawn.boxes.map((each) => each.box)).toEqual([box("b"), box("c"), box("d")]);
    expect(drawn.boxes[0]).toMatchObject({ level: 0, left: 0, width: 1 });
    expect(callersOf(flame, box("d"))).toEqual([box("a"), box("b")]);
  });
});

it.each([
  ["a", "ArrowDown", "b"],
  ["b", "ArrowDown", "d"],
  ["d", "ArrowUp", "b"],
  ["b", "ArrowRight", "e"],
  ["d", "ArrowLeft", "c"],
  ["a", "ArrowUp", null],
  ["c", "ArrowLeft", null],
])("from %s %s leads to %s", (from, key, to) => {
  expect(boxToward(drawnBoxes(flame, -1), flame, box(from), key)).toBe(to === null ? null : box(to));
});
