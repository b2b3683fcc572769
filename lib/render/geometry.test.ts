import fc from "fast-check";
import { expect, test } from "vitest";
import { distanceTo, pointAt } from "./geometry.ts";

const value = fc.integer({ min: -500, max: 500 });
const chains = fc.integer({ min: 1, max: 3 }).chain((pieces) =>
  fc.array(value, { minLength: 2 + 6 * pieces, maxLength: 2 + 6 * pieces }).map((numbers) => ({
    path: Float32Array.from(numbers),
    from: 0,
    to: numbers.length,
  })),
);

test("a chain begins and ends at its ends", () => {
  fc.assert(
    fc.property(chains, (chain) => {
      expect(pointAt(chain, 0)).toEqual({ x: chain.path[0], y: chain.path[1] });
      expect(pointAt(chain, 1)).toEqual({ x: chain.path.at(-2), y: chain.path.at(-1) });
      expect(pointAt(chain, 7)).toEqual(pointAt(chain, 1));
    }),
  );
});

test("every point of it is next to it, and within its control points", () => {
  fc.assert(
    fc.property(chains, fc.double({ min: 0, max: 1, noNaN: true }), (chain, t) => {
      const { x, y } = pointAt(chain, t);
      const xs = [...chain.path].filter((_, i) => i % 2 === 0);
      const ys = [...chain.path].filter((_, i) => i % 2 === 1);
      expect(x).toBeGreaterThanOrEqual(Math.min(...xs) - 1e-3);
      expect(x).toBeLessThanOrEqual(Math.max(...xs) + 1e-3);
      expect(y).toBeGreaterThanOrEqual(Math.min(...ys) - 1e-3);
      expect(y).toBeLessThanOrEqual(Math.max(...ys) + 1e-3);
      expect(distanceTo(chain, { x, y })).toBeLessThan(40);
    }),
  );
});

test("distance to a straight one, beside it and beyond its end", () => {
  const chain = { path: Float32Array.from([0, 0, 30, 0, 60, 0, 90, 0]), from: 0, to: 8 };
  expect(distanceTo(chain, { x: 45, y: 7 })).toBeCloseTo(7);
  expect(distanceTo(chain, { x: 93, y: 4 })).toBeCloseTo(5);
});
