import fc from "fast-check";
import { expect, it } from "vitest";
import { miniPoint, miniScale, miniView, seesAll } from "./minimap.ts";

const EXTENT = { left: -100, top: 0, right: 1900, bottom: 500 };
const CORNER = { width: 176, height: 112 };

it("the whole drawing is in the corner, undistorted", () => {
  const { k, x, y } = miniScale(EXTENT, CORNER);
  expect(EXTENT.left * k + x).toBeCloseTo(4);
  expect(EXTENT.right * k + x).toBeCloseTo(172);
  expect(EXTENT.top * k + y).toBeGreaterThan(4);
  expect(EXTENT.bottom * k + y).toBeLessThan(108);
});

it("a point of the corner leads to the place that is drawn there", () => {
  const scale = miniScale(EXTENT, CORNER);
  fc.assert(
    fc.property(fc.integer({ min: -100, max: 1900 }), fc.integer({ min: 0, max: 500 }), (x, y) => {
      const back = miniPoint(scale, { x: x * scale.k + scale.x, y: y * scale.k + scale.y });
      expect(back.x).toBeCloseTo(x, 5);
      expect(back.y).toBeCloseTo(y, 5);
    }),
  );
});

it("frames what the screen shows", () => {
  const scale = { k: 0.1, x: 0, y: 0 };
  const view = miniView(scale, { x: -200, y: -100, k: 2 }, { width: 1000, height: 500 });
  expect(view).toEqual({ left: 10, top: 5, right: 60, bottom: 30 });
});

it.each([
  [{ x: 200, y: 50, k: 0.5 }, true],
  [{ x: 0, y: 50, k: 0.5 }, false],
  [{ x: 200, y: 50, k: 2 }, false],
])("camera %j sees all: %s", (camera, all) => {
  expect(seesAll(EXTENT, camera, { width: 1300, height: 700 })).toBe(all);
});
