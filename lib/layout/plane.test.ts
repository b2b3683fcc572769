import { expect, test } from "vitest";
import { hierarchy } from "./hierarchy.ts";
import { Plane, TOUCH } from "./plane.ts";
import { tooClose } from "./slots.ts";

test("a box that grows over two marks below it pushes both aside, the farther beyond the nearer", () => {
  const outside = ["near", "far"].map((id) => ({ id, boxes: [] }));
  const input = hierarchy({ nodes: [{ id: "in", boxes: ["box"] }, ...outside], edges: [] });
  const plane = new Plane(input);
  const [box] = input.boxes;
  if (box === undefined) throw new Error("no box");
  const cell = (x: number, y: number) => ({ x, y, width: 148, height: 86 });
  const at = (id: string) => input.nodes.findIndex((node) => node.id === id);
  plane.rects.set(box, { x: 24, y: 24, width: 388, height: 120 });
  plane.put(at("far"), cell(60, 290));
  plane.put(at("near"), cell(60, 168));
  plane.put(at("in"), cell(60, 520));
  plane.grow(box);
  const rects = plane.things(input.root).map(({ rect }) => rect);
  for (const [i, one] of rects.entries())
    for (const other of rects.slice(i + 1)) expect(tooClose(one, other, TOUCH)).toBe(false);
  expect(plane.y[at("far")]).toBeGreaterThan(plane.y[at("near")] ?? Number.NaN);
  expect(plane.y[at("near")]).toBeGreaterThan(520);
});
