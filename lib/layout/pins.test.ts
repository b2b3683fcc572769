import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectSound, meshes } from "./layout.test-support.ts";
import { layout } from "./layout.ts";
import type { Layout, LayoutInput } from "./model.ts";
import { type Move, moved } from "./move.ts";
import { FARTHEST, keyOfId, type Pin, readPins, writePins } from "./pin-text.ts";
import { byHandOf, changedPlaces, NONE_BY_HAND, pinned, pinsOf } from "./pins.ts";

const place = fc.integer({ min: 0, max: FARTHEST });
const pin = fc.record({
  key: fc.string().map(keyOfId),
  x: place,
  y: place,
  size: fc.option(fc.record({ width: place, height: place })),
});
const pins = (maxLength: number) => fc.uniqueArray(pin, { maxLength, selector: ({ key }) => key });
const step = fc.record({
  at: fc.nat(60),
  dx: fc.integer({ min: -3000, max: 3000 }),
  dy: fc.integer({ min: -3000, max: 3000 }),
  how: fc.constantFrom("drop" as const, "step" as const),
});

type Step = Omit<Move, "id"> & { readonly at: number };

/** A drawing after moves by hand, and what they moved. */
function afterMoves(mesh: LayoutInput, steps: readonly Step[]) {
  let drawing = layout(mesh, { seed: 1 });
  const things = [...drawing.nodes, ...drawing.boxes].map(({ id }) => id);
  const hand = new Set<string>();
  for (const { at, ...by } of steps) {
    const id = things[at % Math.max(1, things.length)];
    const next = id === undefined ? null : moved(mesh, drawing, { id, ...by });
    if (next === null) continue;
    for (const other of changedPlaces(drawing, next)) hand.add(other);
    drawing = next;
  }
  return { drawing, hand: [...hand] };
}

const never = () => {
  throw new Error("A layout of a large map was asked for.");
};

describe("pins as text", () => {
  test("come back as they were written, in characters that an address leaves alone", () => {
    fc.assert(
      fc.property(pins(20), (list) => {
        const { text, left } = writePins(list);
        expect(left).toBe(0);
        expect(readPins(text)).toEqual(list);
        expect(new URLSearchParams({ moved: text }).toString()).toBe(`moved=${text}`);
      }),
    );
  });

  test("are as many as fit, the first ones first, and the others are counted", () => {
    const many = Array.from(
      { length: 1000 },
      (_, at): Pin => ({ key: keyOfId(`west/shop/workload/w${at}`), x: at, y: 2000, size: null }),
    );
    const { text, left } = writePins(many);
    expect(text.length).toBeLessThanOrEqual(4000);
    const read = readPins(text);
    expect(read.length + left).toBe(1000);
    expect(read.length).toBeGreaterThan(200);
    expect(read).toEqual(many.slice(0, read.length));
  });

  test.each([
    ["nothing", ""],
    ["no numbers", "abc.x"],
    ["too many numbers", "abc.1.2.3.4.5"],
    ["a size without its height", "abc.1.2.3"],
    ["negative numbers", "abc.-1.2"],
    ["a place beyond any drawing", "abc.zzzz.1"],
    ["another alphabet", "abc.1.２"],
    ["upper case", "ABC.1.2"],
    ["more than a link holds", `${"abc.1.2_".repeat(501)}`],
  ])("of %s are none", (_, text) => {
    expect(readPins(text)).toEqual([]);
  });

  test("the first of one key counts, and what is wrong costs itself alone", () => {
    expect(readPins("a.1.2_<script>_a.3.4_b.5.6.7.8")).toEqual([
      { key: "a", x: 1, y: 2, size: null },
      { key: "b", x: 5, y: 6, size: { width: 7, height: 8 } },
    ]);
  });

  test("are read from any text without failing, and what was read is written as it is", () => {
    const hostile = fc.array(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z]{1,8}(\.[0-9a-z]{1,5}){1,5}$/)));
    fc.assert(
      fc.property(hostile, (parts) => {
        const read = readPins(parts.join("_"));
        expect(readPins(writePins(read).text)).toEqual(read);
      }),
    );
  });
});

describe("pins in a drawing", () => {
  test("make the drawing again that they were taken from, whatever was moved where", () => {
    fc.assert(
      fc.property(meshes(14), fc.array(step, { minLength: 1, maxLength: 6 }), (mesh, steps) => {
        const { drawing, hand } = afterMoves(mesh, steps);
        const { text, left } = writePins(pinsOf(drawing, hand));
        expect(left).toBe(0);
        const again = pinned(mesh, layout(mesh, { seed: 1 }), readPins(text));
        expect(again.layout).toEqual(drawing);
        expect([...again.ids].sort()).toEqual([...hand].sort());
      }),
      { numRuns: 100 },
    );
  });

  test("on another mesh do no harm: what is gone is ignored, what came stands free", () => {
    fc.assert(
      fc.property(meshes(14), meshes(14), fc.array(step, { minLength: 1, maxLength: 4 }), (mesh, other, steps) => {
        const { drawing, hand } = afterMoves(mesh, steps);
        const before = layout(other, { seed: 1 });
        const { layout: after } = pinned(other, before, pinsOf(drawing, hand));
        expectSound(after);
        expect(after.nodes.map(({ id }) => id)).toEqual(before.nodes.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  test("that a link has are all places where they fit: whatever the reader's map is laid out from", () => {
    fc.assert(
      fc.property(meshes(14), fc.array(step, { minLength: 1, maxLength: 4 }), (mesh, steps) => {
        const { drawing, hand } = afterMoves(mesh, steps);
        const { text, held, left } = byHandOf({ ...drawing, byHand: hand }, () => layout(mesh, { seed: 1 }));
        expect([held, left]).toEqual([hand.length, 0]);
        // Another seed and other calls: another map of the same things.
        const theirs = layout({ ...mesh, edges: mesh.edges.toReversed().slice(1) }, { seed: 2 });
        const again = pinned(mesh, theirs, readPins(text)).layout;
        if (hand.length > 0) expect({ ...again, links: drawing.links }).toEqual(drawing);
        else expect(text).toBe("");
      }),
      { numRuns: 60 },
    );
  });

  test("are the hand's alone where the others don't fit, what was moved last first", () => {
    const ids = Array.from({ length: 900 }, (_, at) => `n${at}`);
    const drawing = layout({ nodes: ids.map((id) => ({ id, boxes: [] })), edges: [] }, { seed: 1 });
    expect(readPins(byHandOf({ ...drawing, byHand: ["n3", "n7"] }, never).text)).toEqual(pinsOf(drawing, ["n7", "n3"]));
    const many = byHandOf({ ...drawing, byHand: ids }, never);
    expect(many.left).toBeGreaterThan(0);
    expect(many.held + many.left).toBe(900);
    expect(readPins(many.text)[0]?.key).toBe(keyOfId("n899"));
    // Whether this map grew isn't worth laying it out again: it couldn't be told anyway.
    expect(byHandOf(drawing, never)).toEqual({ text: "", held: 0, left: 0, alike: false });
    expect(byHandOf(drawing, never, true), "it is a fresh layout").toEqual(NONE_BY_HAND);
    expect(byHandOf({ ...drawing, byHand: ["n3"] }, never, true)).toMatchObject({ held: 1, alike: false });
  });

  test("are there without a hand where a map grew with its mesh: a fresh layout puts things elsewhere", () => {
    const nodes = ["a", "b", "c", "d", "e"].map((id) => ({ id, boxes: [] }));
    const edges = nodes.slice(1).map(({ id }) => ({ source: "a", target: id, weight: 1 }));
    const whole = { nodes, edges };
    const early = layout({ nodes: nodes.slice(0, 3), edges: [{ source: "c", target: "a", weight: 1 }] }, { seed: 1 });
    const grown = layout(whole, { seed: 1, previous: early });
    const cold = layout(whole, { seed: 1 });
    expect(byHandOf(cold, () => cold)).toEqual(NONE_BY_HAND);
    expect(byHandOf(cold, never, true)).toEqual(NONE_BY_HAND);
    const { text, held, alike } = byHandOf(grown, () => cold);
    expect([held, alike]).toEqual([0, true]);
    expect(pinned(whole, cold, readPins(text)).layout.nodes).toEqual(grown.nodes);
  });

  test("of anybody's making leave a sound drawing", () => {
    fc.assert(
      fc.property(meshes(12), fc.array(fc.tuple(fc.nat(30), pin), { maxLength: 12 }), (mesh, chosen) => {
        const before = layout(mesh, { seed: 1 });
        const ids = [...before.nodes, ...before.boxes].map(({ id }) => id);
        const list = chosen.map(([at, one]) => ({ ...one, key: keyOfId(ids[at % Math.max(1, ids.length)] ?? "") }));
        expectSound(pinned(mesh, before, list).layout);
      }),
      { numRuns: 60 },
    );
  });

  test("without any, or with stale ones alone, nothing is touched", () => {
    const mesh: LayoutInput = { nodes: [{ id: "a", boxes: ["b"] }], edges: [] };
    const before: Layout = layout(mesh, { seed: 1 });
    expect(pinned(mesh, before, []).layout).toBe(before);
    expect(pinned(mesh, before, [{ key: keyOfId("gone"), x: 1, y: 1, size: null }]).layout).toBe(before);
  });
});
