import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { above } from "./above.ts";

const INF = Number.POSITIVE_INFINITY;

describe("calls that take longer than so long", () => {
  it.each<[string, readonly number[], readonly number[], number, object | null]>([
    ["at a bound it is exact", [10, 20, INF], [5, 8, 10], 20, { min: 0.2, max: 0.2, within: null }],
    [
      "within a bucket its two bounds",
      [10, 20, INF],
      [5, 8, 10],
      15,
      { min: 0.2, max: 0.5, within: { from: 10, to: 20 } },
    ],
    ["below the first all may", [10, 20, INF], [5, 8, 10], 1, { min: 0.5, max: 1, within: { from: 0, to: 10 } }],
    [
      "above the last what is beyond may",
      [10, 20, INF],
      [5, 8, 10],
      60,
      { min: 0, max: 0.2, within: { from: 20, to: INF } },
    ],
    ["nothing counted is no answer", [10, INF], [0, 0], 5, null],
    ["NaN is no answer", [10, INF], [Number.NaN, Number.NaN], 5, null],
    ["without +Inf there is no end", [10, 20], [1, 2], 5, null],
    ["+Inf alone tells nothing", [INF], [5], 5, null],
    ["no bucket tells nothing", [], [], 5, null],
    ["a count that fell is the one before", [10, 20, INF], [6, 4, 10], 20, { min: 0.4, max: 0.4, within: null }],
    [
      "a bucket that is NaN counts as the one before",
      [10, 20, INF],
      [5, Number.NaN, 10],
      20,
      { min: 0.5, max: 0.5, within: null },
    ],
  ])("%s", (_, bounds, counts, limit, expected) => {
    const found = above({ bounds, counts }, limit);
    const rounded = (share: number) => Number(share.toFixed(9));
    expect(found && { ...found, min: rounded(found.min), max: rounded(found.max) }).toEqual(expected);
  });

  it("bounds lie in order, and hold what really took longer", () => {
    const bounds = [5, 10, 50, 100, INF];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 150 }),
        (durations, limit) => {
          const counts = bounds.map((bound) => durations.filter((each) => each <= bound).length);
          const found = above({ bounds, counts }, limit);
          const real = durations.filter((each) => each > limit).length / durations.length;
          expect(found?.min).toBeLessThanOrEqual(real + 1e-9);
          expect(found?.max).toBeGreaterThanOrEqual(real - 1e-9);
        },
      ),
    );
  });
});
