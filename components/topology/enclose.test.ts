import { describe, expect, it } from "vitest";
import { CELL } from "#lib/layout/metrics.ts";
import { NODE_BITS } from "#lib/layout/scene.ts";
import { sceneOf } from "#lib/render/render.test-support.ts";
import { heldOn, namesWithin, surroundings, worldOf } from "./enclose.ts";

const BOX = {
  id: "shop",
  label: "shop",
  sublabel: "",
  x: 10,
  y: 20,
  width: 300,
  height: 200,
  depth: 0,
  kind: "namespace",
} as const;
const SCENE = sceneOf(
  [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 400, y: 100 },
    { id: "c", x: 800, y: 0 },
    { id: "alone", x: 1200, y: 700 },
  ],
  [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ],
  [BOX],
);
const around = (left: number, top: number, right: number, bottom: number) => ({
  left: left - CELL.width / 2,
  right: right + CELL.width / 2,
  top: top - CELL.height / 2,
  bottom: bottom + CELL.height / 2,
});

describe("what is zoomed to with", () => {
  it.each([
    ["a node: its neighbours", "a", around(0, 0, 400, 100)],
    ["a node in between: callers and callees", "b", around(0, 0, 800, 100)],
    ["a node that touches nothing: itself", "alone", around(1200, 700, 1200, 700)],
    ["an edge: its ends", "b>c>http", around(400, 0, 800, 100)],
    ["a box: all of it", "shop", { left: 10, top: 20, right: 310, bottom: 220 }],
    ["what isn't drawn: nothing", "gone", null],
  ])("%s", (_, id, bounds) => expect(surroundings(SCENE, id)).toEqual(bounds));
});

it("what is held stands where it is on the screen, with its neighbours", () => {
  const camera = { x: 10, y: 20, k: 0.5 };
  expect(heldOn(SCENE, camera, "b")).toEqual({
    area: { x: 210 - 8.5, y: 70 - 8.5, width: 17, height: 17 },
    round: true,
    links: [
      { x: 10, y: 20 },
      { x: 410, y: 20 },
    ],
    k: 0.5,
  });
  expect(heldOn(SCENE, camera, "shop")).toEqual({
    area: { x: 15, y: 30, width: 150, height: 100 },
    round: false,
    links: [],
    k: 0.5,
  });
  expect(heldOn(SCENE, camera, "b>c>http")).toBeNull();
});

it("an area holds the marks whose middle is in it, hidden ones aside", () => {
  const area = worldOf({ x: 100, y: 0, k: 0.5 }, { x: 90, y: -10, width: 220, height: 100 });
  expect(area).toEqual({ left: -20, top: -20, right: 420, bottom: 180 });
  expect(namesWithin(SCENE, area)).toEqual(["a", "b"]);
  const bits = Uint16Array.from([NODE_BITS.hidden, 0, 0, 0]);
  expect(namesWithin({ ...SCENE, nodes: { ...SCENE.nodes, bits } }, area)).toEqual(["b"]);
});
