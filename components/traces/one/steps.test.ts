import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neighbour, placesOf } from "./steps.ts";
import { between, framed, panned, zoomed } from "./zoom.ts";

describe("walking from span to span", () => {
  /** Rows as a timeline lists them. */
  const order = Uint32Array.of(3, 0, 2, 1);
  const places = placesOf(order);

  it.each<[string, number[], number, 1 | -1, boolean, number]>([
    ["down a row", [3, 0, 2, 1], 0, 1, false, 2],
    ["up a row", [3, 0, 2, 1], 0, -1, false, 3],
    ["from nowhere to the first", [3, 0, 2, 1], -1, 1, false, 3],
    ["from nowhere back to the last", [3, 0, 2, 1], -1, -1, false, 1],
    ["from a row that isn't found to the next that is", [3, 1], 2, 1, true, 1],
    ["back from a row that isn't found", [3, 1], 2, -1, true, 3],
    ["round the end of what is found", [3, 2], 2, 1, true, 3],
    ["not beyond the last row", [3, 0, 2, 1], 1, 1, false, 1],
    ["to the only one", [2], 2, 1, true, 2],
    ["nowhere where there is nothing", [], 2, 1, true, -1],
  ])("%s", (_, rows, from, by, round, to) => {
    expect(neighbour(Uint32Array.from(rows), places, from, by, round)).toBe(to);
  });
});

describe("the part of time that is shown", () => {
  const TOTAL = 1_000_000;

  it("moves, and stops at the ends", () => {
    expect(panned({ from: 0, to: 100_000 }, TOTAL, 0.5)).toEqual({ from: 50_000, to: 150_000 });
    expect(panned({ from: 0, to: 100_000 }, TOTAL, -0.5)).toEqual({ from: 0, to: 100_000 });
    expect(panned({ from: 0, to: TOTAL }, TOTAL, 0.5)).toBeNull();
  });

  it("narrows around its middle, and widens to all", () => {
    expect(zoomed({ from: 0, to: TOTAL }, TOTAL, 0.5)).toEqual({ from: 250_000, to: 750_000 });
    expect(zoomed({ from: 250_000, to: 750_000 }, TOTAL, 2)).toBeNull();
  });

  it("is what was dragged over, in either direction", () => {
    expect(between(0.75, 0.25, TOTAL)).toEqual({ from: 250_000, to: 750_000 });
    expect(between(-3, 0.5, TOTAL)).toEqual({ from: 0, to: 500_000 });
  });

  it("frames a span with air around it", () => {
    expect(framed(400_000, 600_000, TOTAL)).toEqual({ from: 390_000, to: 610_000 });
  });

  it("stays inside the trace and never empty, whatever is asked for", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 1e15 }), number, (one, other, total, share) => {
        const range = between(one, other, total) ?? { from: 0, to: total };
        for (const zoom of [range, panned(range, total, share), zoomed(range, total, Math.abs(share) + 0.01)]) {
          if (zoom === null) continue;
          expect(zoom.from).toBeGreaterThanOrEqual(0);
          expect(zoom.to).toBeLessThanOrEqual(total);
          expect(zoom.from).toBeLessThan(zoom.to);
        }
      }),
    );
  });
});
