import { describe, expect, it } from "vitest";
import { fitting, held, nodeToward } from "./call-steps.ts";

describe("walking over a graph of calls", () => {
  // 0 calls 1 and 2, of which 1 stands above; 3 is called by both.
  const places = { x: Float32Array.of(0, 200, 200, 400), y: Float32Array.of(50, 0, 100, 60) };

  it.each([
    [0, "ArrowRight", 1],
    [1, "ArrowDown", 2],
    [2, "ArrowUp", 1],
    [2, "ArrowRight", 3],
    [3, "ArrowLeft", 2],
    [0, "ArrowLeft", null],
    [0, "ArrowDown", null],
    [0, "Enter", null],
  ] as const)("from %i by %s to %s", (from, key, to) => {
    expect(nodeToward(places, from, key)).toBe(to);
  });
});

describe("the size of a drawing", () => {
  it.each([
    ["small ones stay as they are", { width: 300, height: 200 }, 1],
    ["wide ones fit", { width: 2000, height: 200 }, 0.5],
    ["high ones fit", { width: 300, height: 2000 }, 0.25],
    ["huge ones have a bound", { width: 90_000, height: 200 }, 0.2],
  ])("%s", (_, drawing, zoom) => {
    expect(fitting(drawing, { width: 1000, height: 500 })).toBe(zoom);
  });

  it("is 1 while the field isn't known, and has bounds", () => {
    expect(fitting({ width: 10, height: 10 }, { width: 0, height: 0 })).toBe(1);
    expect([held(9), held(0), held(1.5)]).toEqual([2, 0.2, 1.5]);
  });
});
