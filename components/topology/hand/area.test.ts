import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Area, areaBetween, isArea, middleArea, steppedArea } from "./area.ts";

const VIEW = { width: 800, height: 320 };
const side = fc.integer({ min: -2000, max: 4000 });
const point = fc.record({ x: side, y: side });

function expectInside({ x, y, width, height }: Area) {
  expect(Math.min(x, y, width, height)).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(VIEW.width);
  expect(y + height).toBeLessThanOrEqual(VIEW.height);
}

describe("an area", () => {
  it.each([
    ["down to the right", { x: 10, y: 20 }, { x: 110, y: 70 }],
    ["up to the left", { x: 110, y: 70 }, { x: 10, y: 20 }],
  ])("is the same drawn %s", (_, from, to) => {
    expect(areaBetween(from, to, VIEW)).toEqual({ x: 10, y: 20, width: 100, height: 50 });
  });

  it("ends where the view ends, wherever the pointer went", () => {
    fc.assert(fc.property(point, point, (from, to) => expectInside(areaBetween(from, to, VIEW))));
  });

  it("is none while the hand only shook", () => {
    expect(isArea(areaBetween({ x: 5, y: 5 }, { x: 200, y: 9 }, VIEW))).toBe(false);
    expect(isArea(areaBetween({ x: 5, y: 5 }, { x: 25, y: 25 }, VIEW))).toBe(true);
  });

  it("by keys begins in the middle, moves, and with Shift grows", () => {
    const first = middleArea(VIEW);
    expect(first).toEqual({ x: 200, y: 80, width: 400, height: 160 });
    expect(steppedArea(first, "ArrowRight", false, VIEW)).toEqual({ ...first, x: 220 });
    expect(steppedArea(first, "ArrowUp", false, VIEW)).toEqual({ ...first, y: 60 });
    expect(steppedArea(first, "ArrowDown", true, VIEW)).toEqual({ ...first, height: 180 });
    expect(steppedArea(first, "ArrowLeft", true, VIEW)).toEqual({ ...first, width: 380 });
    expect(steppedArea(first, "x", false, VIEW)).toBeNull();
  });

  it("stays a rectangle within the view, whatever keys are pressed", () => {
    const press = fc.record({
      key: fc.constantFrom("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"),
      shift: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(press, { maxLength: 60 }), (presses) => {
        const last = presses.reduce(
          (area, { key, shift }) => steppedArea(area, key, shift, VIEW) ?? area,
          middleArea(VIEW),
        );
        expectInside(last);
        expect(isArea(last)).toBe(true);
      }),
    );
  });
});
