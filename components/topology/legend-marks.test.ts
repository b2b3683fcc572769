import { expect, it } from "vitest";
import { SHAPES as DRAWN, PROTOCOLS } from "#lib/layout/scene.ts";
import { LINES, SHAPES, SIGNS } from "./legend-marks.ts";

it("the legend has every shape that the map draws, and a line for each protocol", () => {
  expect(SHAPES).toHaveLength(DRAWN.length);
  const words = LINES.map(({ word }) => word.toLowerCase());
  for (const protocol of PROTOCOLS) expect(words).toContain(protocol);
});

it("no two of its marks look alike", () => {
  for (const marks of [SHAPES, LINES, SIGNS]) {
    const looks = marks.map(({ path, dash }) => `${path} ${dash}`);
    expect(new Set(looks).size).toBe(marks.length);
    expect(new Set(marks.map(({ word }) => word)).size).toBe(marks.length);
  }
});
