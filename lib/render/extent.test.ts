import { expect, test } from "vitest";
import { crowding, extentOf, quietInk } from "./extent.ts";
import { edgeBounds } from "./hit.ts";
import { sceneOf } from "./render.test-support.ts";

const SCENE = sceneOf(
  [
    { id: "a", x: 100, y: 100 },
    { id: "b", x: 400, y: 100 },
  ],
  [{ from: 0, to: 1 }],
);

test("reaches as far as the layout says, and further where an edge does", () => {
  const { width, height } = SCENE;
  expect(extentOf(SCENE, edgeBounds(SCENE))).toEqual({ left: 0, top: 0, right: width, bottom: height });
  const path = Float32Array.of(100, 100, 100, -300, 400, -300, 400, 100);
  const swinging = { ...SCENE, edges: { ...SCENE.edges, path, pathStart: Uint32Array.of(0, 8) } };
  const { top, bottom } = extentOf(swinging, edgeBounds(swinging));
  expect(top).toBeLessThan(-150);
  // The control points themselves are never reached.
  expect(top).toBeGreaterThan(-300);
  expect(bottom).toBe(height);
});

test("ink is shared by many, but never runs out", () => {
  expect(crowding(SCENE)).toBe(0.5);
  expect(crowding(sceneOf([]))).toBe(0);
  expect([0, 3, 6, 1000].map(quietInk)).toEqual([1, 1, 0.5, 0.2]);
});
