import { expect, test } from "vitest";
import type { Camera } from "./camera.ts";
import { edgeBounds, pick } from "./hit.ts";
import { sceneOf } from "./render.test-support.ts";

const BOX = {
  kind: "namespace" as const,
  id: "box",
  label: "shop",
  sublabel: "",
  x: 0,
  y: 0,
  width: 500,
  height: 300,
  depth: 0,
};
const SCENE = sceneOf(
  [
    { id: "a", x: 100, y: 100 },
    { id: "b", x: 400, y: 100 },
    { id: "c", x: 400, y: 250 },
  ],
  [
    { from: 0, to: 1 },
    { from: 0, to: 2 },
  ],
  [BOX, { ...BOX, id: "inner", x: 40, y: 10, width: 60, height: 60, depth: 1 }],
);
const BOUNDS = edgeBounds(SCENE);
const PLAIN: Camera = { x: 0, y: 0, k: 1 };

test.each([
  ["a node's middle", 100, 100, "a"],
  ["a node's rim", 119, 100, "a"],
  ["an edge", 250, 103, "a>b>http"],
  ["a slanted edge", 250, 178, "a>c>http"],
  ["the nearer of two", 390, 112, "b"],
  ["a box's title", 300, 20, "box"],
  ["the title of a box in a box", 60, 20, "inner"],
  ["empty ground in a box", 200, 250, null],
  ["nothing", 800, 500, null],
])("%s", (_, x, y, id) => {
  expect(pick(SCENE, BOUNDS, PLAIN, { x, y })?.id ?? null).toBe(id);
});

test("small marks stay easy to hit from afar, and edges near", () => {
  const far: Camera = { x: 0, y: 0, k: 0.1 };
  expect(pick(SCENE, BOUNDS, far, { x: 10 + 9, y: 10 })?.id).toBe("a");
  const near: Camera = { x: 0, y: 0, k: 4 };
  expect(pick(SCENE, BOUNDS, near, { x: 1000, y: 400 + 5 })?.id).toBe("a>b>http");
  expect(pick(SCENE, BOUNDS, near, { x: 1000, y: 400 + 9 })).toBeNull();
});
