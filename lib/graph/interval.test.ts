import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poisson, wilson, Z95 } from "./interval.ts";

describe("Wilson's interval", () => {
  it.each([
    // hits, total, low, high: by the formula with z = 1.96, to four digits.
    [0, 10, 0, 0.2775],
    [5, 10, 0.2366, 0.7634],
    [10, 10, 0.7225, 1],
    [104, 1000, 0.0866, 0.1244],
  ])("%d of %d", (hits, total, low, high) => {
    const found = wilson(hits, total, Z95);
    expect(found.low).toBeCloseTo(low, 3);
    expect(found.high).toBeCloseTo(high, 3);
  });

  it("knows nothing of nothing", () => expect(wilson(0, 0, Z95)).toEqual({ low: 0, high: 1 }));

  it("holds the share, lies within 0 and 1, and narrows with the calls", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, part) => {
        const [one, more] = [wilson(part * total, total, 2.58), wilson(part * total * 10, total * 10, 2.58)];
        expect(one.low).toBeGreaterThanOrEqual(0);
        expect(one.high).toBeLessThanOrEqual(1);
        expect(one.low).toBeLessThanOrEqual(part + 1e-9);
        expect(one.high).toBeGreaterThanOrEqual(part - 1e-9);
        expect(more.high - more.low).toBeLessThanOrEqual(one.high - one.low + 1e-9);
      }),
    );
  });
});

describe("the score interval of a count", () => {
  it.each([
    // k + z²/2 ± z·√(k + z²/4) with z = 1.96, by hand.
    [0, 0, 3.8416],
    [10, 5.4319, 18.4097],
    [100, 82.2269, 121.6147],
  ])("%d", (count, low, high) => {
    const found = poisson(count, Z95);
    expect(found.low).toBeCloseTo(low, 3);
    expect(found.high).toBeCloseTo(high, 3);
  });

  it("holds the count, and takes less than nothing as nothing", () => {
    expect(poisson(-1, Z95)).toEqual(poisson(0, Z95));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (count) => {
        const { low, high } = poisson(count, 2.58);
        expect(low).toBeLessThanOrEqual(count + 1e-6);
        expect(high).toBeGreaterThanOrEqual(count);
        expect(low).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
