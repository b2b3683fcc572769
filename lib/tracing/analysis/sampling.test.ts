import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Kept, samplingAdvice, samplingOf } from "./sampling.ts";

const kept = (more: Partial<Kept>): Kept => ({
  ...{ kept: 20, complete: true, requests: 2000, seconds: 3600, stretches: [] },
  ...more,
});
const stretch = (found: number, seconds: number) => ({ found, seconds });

describe("a sampling rate", () => {
  test("is counted where both sides are", () => {
    expect(samplingOf(kept({}))).toEqual({ rate: 0.01, low: 0.01, high: 0.01, basis: "counted" });
    expect(samplingOf(kept({ kept: 30, requests: 20 }))).toMatchObject({ rate: 1 });
  });

  test("is unknown where nobody counted requests", () => {
    for (const odd of [{ requests: null }, { requests: 0 }, { seconds: 0 }])
      expect(samplingOf(kept(odd))).toEqual({ rate: null, low: null, high: null, basis: "unknown" });
  });

  test("is estimated from short stretches where a slice had more than was asked for", () => {
    // 100 requests a second, 30 traces in 30 s: one per cent.
    const full = { complete: false, requests: 360_000, kept: 200 };
    const { rate, low, high, basis } = samplingOf(kept({ ...full, stretches: [stretch(12, 10), stretch(18, 20)] }));
    expect([rate, basis]).toEqual([expect.closeTo(0.01, 9), "estimated"]);
    expect(low).toBeCloseTo(0.01 * (1 - 1.96 / Math.sqrt(30)), 9);
    expect(high).toBeCloseTo(0.01 * (1 + 1.96 / Math.sqrt(30)), 9);
    // Nine traces are too few for an estimate; what was found is a floor.
    expect(samplingOf(kept({ ...full, stretches: [stretch(9, 10)] }))).toEqual({
      ...{ rate: null, low: 200 / 360_000, high: 1, basis: "floor" },
    });
  });

  test("lies within its bounds, between nothing and all, whatever was counted", () => {
    const counts = fc.record({
      kept: fc.nat(100_000),
      complete: fc.boolean(),
      requests: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      seconds: fc.double({ min: 0, max: 1e7, noNaN: true }),
      stretches: fc.array(fc.record({ found: fc.nat(500), seconds: fc.double({ min: 0, max: 1e5, noNaN: true }) })),
    });
    fc.assert(
      fc.property(counts, (each) => {
        const { rate, low, high, basis } = samplingOf(each);
        if (basis === "unknown") {
          expect([rate, low, high]).toEqual([null, null, null]);
          return;
        }
        expect(low !== null && high !== null && low >= 0 && low <= high && high <= 1).toBe(true);
        if (rate !== null) expect(rate >= (low ?? 0) && rate <= (high ?? 1)).toBe(true);
        for (const advice of samplingAdvice(each)) expect(advice).not.toMatch(/NaN|Infinity|null/);
      }),
    );
  });
});

test.each<[string, Partial<Kept>, string | null]>([
  ["all of much", { kept: 360_000, requests: 360_000 }, "100 requests a second"],
  ["all of little", { kept: 3000, requests: 3000 }, null],
  ["a little of much", { kept: 3600, requests: 360_000 }, null],
  ["too little", { kept: 36, requests: 3600 }, "At 1 % about 36 traces an hour"],
  [
    "full slices of all of much",
    { complete: false, requests: 360_000, stretches: [stretch(990, 10)] },
    "100 requests a second",
  ],
  ["full slices of perhaps all", { complete: false, requests: 360_000, stretches: [stretch(30, 0.3)] }, null],
  [
    "full slices, and still too little",
    { complete: false, kept: 200, requests: 86_400 * 3, seconds: 86_400, stretches: [stretch(50, 3600)] },
    "At about 0.46 % about 50 traces an hour",
  ],
  ["full slices that nothing is known of", { complete: false, requests: 360_000 }, null],
  [
    "as many traces as requests, and more that weren't counted",
    { complete: false, kept: 1000, requests: 1000, seconds: 10 },
    "100 requests a second",
  ],
  ["requests that nobody counted", { complete: false, requests: null, stretches: [stretch(50, 3600)] }, null],
])("advice on %s", (_, more, words) => {
  const advice = samplingAdvice(kept(more));
  if (words === null) expect(advice).toEqual([]);
  else expect(advice).toEqual([expect.stringContaining(words)]);
});
