import fc from "fast-check";
import { expect, test } from "vitest";
import { type Ends, routeEdges } from "./route.ts";

function ends(points: readonly (readonly [number, number])[], pairs: readonly (readonly [number, number])[]): Ends {
  return {
    x: Float32Array.from(points.map(([x]) => x)),
    y: Float32Array.from(points.map(([, y]) => y)),
    radius: new Float32Array(points.length).fill(17),
    source: Uint32Array.from(pairs.map(([a]) => a)),
    target: Uint32Array.from(pairs.map(([, b]) => b)),
  };
}

const pathsOf = (of: Ends) => {
  const { path, pathStart } = routeEdges(of);
  return [...of.source].map((_, edge) => [...path.slice(pathStart[edge], pathStart[edge + 1])]);
};

test("a free way is one curve, level at both ends, outside both rings", () => {
  const [path = []] = pathsOf(
    ends(
      [
        [0, 0],
        [300, 120],
      ],
      [[0, 1]],
    ),
  );
  expect(path).toHaveLength(8);
  expect(path[1]).toBe(path[3]);
  expect(path[5]).toBe(path[7]);
  expect(Math.hypot(path[0] ?? 0, path[1] ?? 0)).toBeGreaterThan(17);
  expect(Math.hypot((path[6] ?? 0) - 300, (path[7] ?? 0) - 120)).toBeGreaterThan(17);
});

test("two directions and two protocols of one pair never share their ends", () => {
  const paths = pathsOf(
    ends(
      [
        [0, 0],
        [300, 0],
      ],
      [
        [0, 1],
        [1, 0],
        [0, 1],
      ],
    ),
  );
  const heights = paths.map((path) => path[1]);
  expect(new Set(heights).size).toBe(3);
});

test("a mark in the way is passed by", () => {
  const blocked = ends(
    [
      [0, 0],
      [400, 0],
      [200, 0],
    ],
    [[0, 1]],
  );
  const [path = []] = pathsOf(blocked);
  expect(path).toHaveLength(14);
  expect(Math.abs(path[7] ?? 0)).toBeGreaterThan(26);
});

test("within a column, down runs on the right and up on the left", () => {
  const [down = [], up = []] = pathsOf(
    ends(
      [
        [100, 0],
        [100, 200],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ),
  );
  expect(Math.min(...down.filter((_, i) => i % 2 === 0))).toBeGreaterThan(100);
  expect(Math.max(...up.filter((_, i) => i % 2 === 0))).toBeLessThan(100);
});

test("every path is a finite chain of cubics, loops and coincident nodes included", () => {
  const point = fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2000 }));
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1, maxLength: 20 }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 40 }),
      (points, raw) => {
        const pairs = raw.map(([a, b]) => [a % points.length, b % points.length] as const);
        for (const path of pathsOf(ends(points, pairs))) {
          expect((path.length / 2 - 1) % 3).toBe(0);
          expect(path.every(Number.isFinite)).toBe(true);
        }
      },
    ),
  );
});
