import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  between,
  type Camera,
  centreOn,
  fitBelow,
  fitCamera,
  MAX_ZOOM,
  MIN_ZOOM,
  panBy,
  sees,
  sightOf,
  toScreen,
  toWorld,
  zoomAt,
} from "./camera.ts";

const camera = fc.record({
  x: fc.double({ min: -5000, max: 5000, noNaN: true }),
  y: fc.double({ min: -5000, max: 5000, noNaN: true }),
  k: fc.double({ min: MIN_ZOOM, max: MAX_ZOOM, noNaN: true }),
});
const point = fc.record({
  x: fc.double({ min: -2000, max: 2000, noNaN: true }),
  y: fc.double({ min: -2000, max: 2000, noNaN: true }),
});
const SIZE = { width: 1000, height: 600 };

function expectNear(a: { x: number; y: number }, b: { x: number; y: number }) {
  expect(Math.abs(a.x - b.x)).toBeLessThan(1e-3);
  expect(Math.abs(a.y - b.y)).toBeLessThan(1e-3);
}

test("screen and world are each other's inverse", () => {
  fc.assert(fc.property(camera, point, (c, p) => expectNear(toScreen(c, toWorld(c, p)), p)));
});

test("what is under the pointer stays there when zooming, within the limits of zoom", () => {
  fc.assert(
    fc.property(camera, point, fc.double({ min: 0.01, max: 100, noNaN: true }), (c, p, factor) => {
      const next = zoomAt(c, p, factor);
      expectNear(toScreen(next, toWorld(c, p)), p);
      expect(next.k).toBeGreaterThanOrEqual(MIN_ZOOM);
      expect(next.k).toBeLessThanOrEqual(MAX_ZOOM);
    }),
  );
});

describe("fit", () => {
  test("leaves out a strip at the top, of half the height at most", () => {
    const bounds = { left: 0, top: 0, right: 4000, bottom: 3000 };
    for (const covered of [0, 90]) {
      const fitted = fitBelow(bounds, SIZE, 40, covered);
      expect(toScreen(fitted, { x: 0, y: 0 }).y).toBeGreaterThanOrEqual(covered + 40 - 1e-9);
      expect(toScreen(fitted, { x: 4000, y: 3000 }).y).toBeLessThanOrEqual(SIZE.height - 40 + 1e-9);
    }
    expect(fitBelow(bounds, SIZE, 40, 0)).toEqual(fitCamera(bounds, SIZE, 40));
    expect(fitBelow(bounds, SIZE, 40, 9999)).toEqual(fitBelow(bounds, SIZE, 40, SIZE.height / 2));
  });

  const bounds = { left: 0, top: 0, right: 4000, bottom: 1000 };
  test("shows everything, in the middle, with padding", () => {
    const fitted = fitCamera(bounds, SIZE, 40);
    const a = toScreen(fitted, { x: 0, y: 0 });
    const b = toScreen(fitted, { x: 4000, y: 1000 });
    expect(a.x).toBeCloseTo(40);
    expect(b.x).toBeCloseTo(960);
    expect(a.y).toBeCloseTo(600 - b.y);
  });
  test("a small area fills the view where it may, up to the largest zoom", () => {
    const area = { left: 100, top: 100, right: 600, bottom: 200 };
    expect(fitCamera(area, SIZE, 0, MAX_ZOOM)).toEqual({ k: 2, x: -200, y: 0 });
    expect(fitCamera({ left: 0, top: 0, right: 2, bottom: 2 }, SIZE, 0, MAX_ZOOM).k).toBe(MAX_ZOOM);
  });
  test("doesn't blow up a small graph, nor fail on none or on no room", () => {
    expect(fitCamera({ left: 0, top: 0, right: 100, bottom: 50 }, SIZE, 40).k).toBeLessThan(1.2);
    const nothing: Camera = { x: 0, y: 0, k: 1 };
    expect(fitCamera({ left: 0, top: 0, right: 0, bottom: 0 }, SIZE, 40)).toEqual(nothing);
    expect(fitCamera(bounds, { width: 0, height: 0 }, 40)).toEqual(nothing);
    expect(fitCamera(bounds, { width: 60, height: 60 }, 40).k).toBeGreaterThan(0);
  });
});

test("centreOn puts a point in the middle", () => {
  expectNear(toScreen(centreOn({ x: 123, y: 45 }, SIZE, 2), { x: 123, y: 45 }), { x: 500, y: 300 });
});

test("a flight begins and ends exactly, and never leaves the range between", () => {
  fc.assert(
    fc.property(camera, camera, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
      expect(between(a, b, 0, SIZE)).toBe(a);
      expect(between(a, b, 1, SIZE)).toBe(b);
      const step = between(a, b, share, SIZE);
      expect(Number.isFinite(step.x) && Number.isFinite(step.y)).toBe(true);
      expect(step.k).toBeGreaterThanOrEqual(Math.min(a.k, b.k) * (1 - 1e-9));
      expect(step.k).toBeLessThanOrEqual(Math.max(a.k, b.k) * (1 + 1e-9));
    }),
  );
});

test("panning moves by screen pixels at any zoom", () => {
  expect(panBy({ x: 1, y: 2, k: 3 }, 10, -5)).toEqual({ x: 11, y: -3, k: 3 });
});

test("where somebody looks from is told by the middle and the zoom, and on a screen of another size it is the same", () => {
  const whole = fitCamera({ left: 0, top: 0, right: 400, bottom: 300 }, SIZE, 40);
  fc.assert(
    fc.property(point, fc.double({ min: MIN_ZOOM, max: MAX_ZOOM, noNaN: true }), (at, k) => {
      const sight = sightOf(centreOn(at, SIZE, k), SIZE, whole);
      if (sight === null) return;
      expectNear(sight, at);
      expect(sight.k).toBeCloseTo(k, 9);
      const other = { width: 700, height: 900 };
      expectNear(toScreen(centreOn(sight, other, sight.k), at), { x: 350, y: 450 });
    }),
  );
  expect(sightOf(whole, SIZE, whole)).toBeNull();
  expect(sightOf(panBy(whole, 1, 0), SIZE, whole)).not.toBeNull();
});

test("a camera that looks past everything sees nothing", () => {
  const area = { left: 0, top: 0, right: 400, bottom: 300 };
  expect(sees(centreOn({ x: 200, y: 150 }, SIZE, 1), SIZE, area)).toBe(true);
  expect(sees(centreOn({ x: -450, y: 150 }, SIZE, 1), SIZE, area)).toBe(true);
  expect(sees(centreOn({ x: -550, y: 150 }, SIZE, 1), SIZE, area)).toBe(false);
  expect(sees(centreOn({ x: 200, y: 99_999 }, SIZE, 1), SIZE, area)).toBe(false);
});
