import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectSound, meshes } from "./layout.test-support.ts";
import { layout } from "./layout.ts";
import type { Layout, LayoutInput } from "./model.ts";
import { type Move, moved } from "./move.ts";

const link = (source: string, target: string) => ({ source, target, weight: 1 });
const SHOP: LayoutInput = {
  nodes: [
    ...["a", "b", "c"].map((id) => ({ id, boxes: ["shop"] })),
    ...["p", "q"].map((id) => ({ id, boxes: ["pay"] })),
    { id: "host", boxes: [] },
  ],
  edges: [link("a", "b"), link("a", "c"), link("b", "p"), link("p", "q"), link("q", "host")],
};
const BEFORE = layout(SHOP, { seed: 1 });
const spot = (drawing: Layout, id: string) => {
  const { x, y } = [...drawing.nodes, ...drawing.boxes].find((thing) => thing.id === id) ?? {
    x: Number.NaN,
    y: Number.NaN,
  };
  return { x, y };
};
const from = (id: string, dx: number, dy: number) => ({ x: spot(BEFORE, id).x + dx, y: spot(BEFORE, id).y + dy });
const rest = (drawing: Layout, ...but: readonly string[]) =>
  drawing.nodes.filter(({ id }) => !but.includes(id)).map(({ id, x, y }) => ({ id, x, y }));

const move = (id: string, dx: number, dy: number, how: Move["how"] = "drop") =>
  moved(SHOP, BEFORE, { id, dx, dy, how });

describe("a move", () => {
  test("puts a mark where it is dropped, if there is room, and nothing else moves", () => {
    const after = move("host", 300, 200) ?? BEFORE;
    expect(spot(after, "host")).toEqual(from("host", 300, 200));
    expect(rest(after, "host")).toEqual(rest(BEFORE, "host"));
    expect(after.boxes).toEqual(BEFORE.boxes);
  });

  test("takes the nearest free place where something stands", () => {
    const onto = spot(BEFORE, "b");
    const here = spot(BEFORE, "c");
    const after = move("c", onto.x - here.x, onto.y - here.y) ?? BEFORE;
    expectSound(after);
    expect(spot(after, "c")).not.toEqual(here);
    expect(spot(after, "b")).toEqual(onto);
  });

  test("keeps a mark in its box, which makes room", () => {
    const after = move("a", 5000, 5000) ?? BEFORE;
    expectSound(after);
    const box = (drawing: Layout) => drawing.boxes.find(({ id }) => id === "shop");
    expect(box(after)?.width).toBeGreaterThan(box(BEFORE)?.width ?? 0);
    expect(box(after)).toMatchObject(spot(BEFORE, "shop"));
  });

  test("takes along all that is in a box", () => {
    const after = move("shop", 0, 400) ?? BEFORE;
    expectSound(after);
    for (const id of ["shop", "a", "b", "c"]) expect(spot(after, id)).toEqual(from(id, 0, 400));
    expect(rest(after, "a", "b", "c")).toEqual(rest(BEFORE, "a", "b", "c"));
  });

  test("by a step passes what stands in the way", () => {
    const [one, other] = [spot(BEFORE, "b"), spot(BEFORE, "c")].sort((a, b) => a.y - b.y);
    const upper = spot(BEFORE, "b").y === one?.y ? "b" : "c";
    const after = move(upper, 0, 24, "step") ?? BEFORE;
    expectSound(after);
    expect(spot(after, upper).x).toBe(one?.x);
    expect(spot(after, upper).y).toBeGreaterThan(other?.y ?? 0);
  });

  test.each([
    ["what isn't there", "gone", 10, 10],
    ["nowhere", "a", 0, 0],
    ["no number", "a", Number.NaN, 0],
    ["off the plane: it stays at its rim", "shop", -10_000, -10_000],
  ])("of %s", (_, id, dx, dy) => {
    const after = move(id, dx, dy);
    if (after !== null) expectSound(after);
    else expect(after).toBeNull();
  });

  test("survives newcomers and leaves the layout sound, whatever is moved where", () => {
    const step = fc.record({
      at: fc.nat(60),
      dx: fc.integer({ min: -3000, max: 3000 }),
      dy: fc.integer({ min: -3000, max: 3000 }),
      how: fc.constantFrom("drop" as const, "step" as const),
    });
    fc.assert(
      fc.property(meshes(14), fc.array(step, { minLength: 1, maxLength: 6 }), (mesh, steps) => {
        let drawing = layout(mesh, { seed: 1 });
        const things = [...drawing.nodes, ...drawing.boxes].map(({ id }) => id);
        for (const { at, ...by } of steps) {
          const id = things[at % Math.max(1, things.length)];
          if (id !== undefined) drawing = moved(mesh, drawing, { id, ...by }) ?? drawing;
          expectSound(drawing);
        }
        // The same graph laid out again keeps every place.
        expect(layout(mesh, { seed: 1, previous: drawing }).nodes).toEqual(drawing.nodes);
        const more = { ...mesh, nodes: [...mesh.nodes, { id: "new", boxes: mesh.nodes[0]?.boxes ?? [] }] };
        expectSound(layout(more, { seed: 1, previous: drawing }));
      }),
      { numRuns: 40 },
    );
  });
});
