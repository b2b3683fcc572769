import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Histogram } from "./observation.ts";
import { bucketAround, histogramQuantile, latencyOf, mergeHistograms } from "./quantile.ts";

const INF = Number.POSITIVE_INFINITY;

/** Cumulative counts over ascending bounds that end in +Inf. */
const bounds = fc
  .uniqueArray(fc.integer({ min: -5, max: 60_000 }), { minLength: 1, maxLength: 20 })
  .map((list) => [...list.sort((a, b) => a - b), INF]);
const histogramOf = (b: readonly number[]): fc.Arbitrary<Histogram> =>
  fc.record({
    bounds: fc.constant(b),
    counts: fc
      .array(fc.integer({ min: 0, max: 1000 }), { minLength: b.length, maxLength: b.length })
      .map((steps) => steps.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? 0) + step], [])),
    sum: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null }),
  });
const histogram = bounds.chain(histogramOf);

describe("histogramQuantile, as Prometheus answers", () => {
  it.each([
    ["inside a bucket, linearly", 0.5, [10, 20, INF], [0, 10, 10], 15],
    ["in the first bucket, from 0", 0.5, [10, 20, INF], [10, 10, 10], 5],
    ["in the +Inf bucket, the highest finite bound", 0.99, [10, 20, INF], [1, 2, 10], 20],
    ["in a first bucket that ends at or below 0, that bound", 0.1, [-5, 20, INF], [10, 10, 10], -5],
    ["without a +Inf bucket, NaN", 0.5, [10, 20], [1, 2], Number.NaN],
    ["with +Inf alone, NaN", 0.5, [INF], [5], Number.NaN],
    ["with no buckets, NaN", 0.5, [], [], Number.NaN],
    ["with nothing counted, NaN", 0.5, [10, INF], [0, 0], Number.NaN],
    ["with NaN counts, NaN", 0.5, [10, INF], [Number.NaN, Number.NaN], Number.NaN],
    ["for q NaN, NaN", Number.NaN, [10, INF], [1, 1], Number.NaN],
    ["for q below 0, -Infinity", -0.1, [10, INF], [1, 1], Number.NEGATIVE_INFINITY],
    ["for q above 1, Infinity", 1.1, [10, INF], [1, 1], INF],
    ["a falling count is held at the one before", 0.5, [10, 20, 30, INF], [6, 4, 10, 10], 25 / 3],
    ["a difference in the last digits is none", 1, [10, 20, INF], [10, 10 + 1e-12, 10 + 1e-12], 10],
  ])("%s", (_, q, b, counts, expected) => {
    const value = histogramQuantile(q, { bounds: b, counts });
    if (Number.isFinite(expected)) expect(value).toBeCloseTo(expected, 9);
    else expect(value).toBe(expected);
  });

  it("stays within the buckets' bounds", () => {
    fc.assert(
      fc.property(histogram, fc.double({ min: 0, max: 1, noNaN: true }), (h, q) => {
        const value = histogramQuantile(q, h);
        fc.pre(!Number.isNaN(value));
        expect(value).toBeGreaterThanOrEqual(Math.min(0, h.bounds[0] ?? 0));
        expect(value).toBeLessThanOrEqual(h.bounds.at(-2) ?? 0);
      }),
    );
  });

  it("never falls as q grows", () => {
    const q = fc.double({ min: 0, max: 1, noNaN: true });
    // Bounds above 0: below, Prometheus itself jumps (the first bucket answers its bound, the next starts there).
    const positive = fc.uniqueArray(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 20 });
    const positives = positive.map((list) => [...list.sort((a, b) => a - b), INF]).chain(histogramOf);
    fc.assert(
      fc.property(positives, q, q, (h, a, b) => {
        const low = histogramQuantile(Math.min(a, b), h);
        fc.pre(!Number.isNaN(low));
        expect(histogramQuantile(Math.max(a, b), h)).toBeGreaterThanOrEqual(low - 1e-9);
      }),
    );
  });
});

describe("mergeHistograms", () => {
  it("doesn't depend on the order", () => {
    const three = bounds.chain((b) => fc.tuple(histogramOf(b), histogramOf(b), histogramOf(b)));
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        expect(mergeHistograms([a, b, c])).toEqual(mergeHistograms([c, a, b]));
      }),
    );
  });

  it("refuses bounds that differ, and makes nothing of nothing", () => {
    const a = { bounds: [10, INF], counts: [1, 2], sum: 3 };
    expect(mergeHistograms([a, { ...a, bounds: [20, INF] }])).toBeNull();
    expect(mergeHistograms([a, { bounds: [10, 20, INF], counts: [1, 1, 2], sum: 3 }])).toBeNull();
    expect(mergeHistograms([])).toBeNull();
  });

  it("knows the sum only if every part does", () => {
    const a = { bounds: [10, INF], counts: [1, 2], sum: 3 };
    expect(mergeHistograms([a, a])).toEqual({ bounds: [10, INF], counts: [2, 4], sum: 6 });
    expect(mergeHistograms([a, { ...a, sum: null }])?.sum).toBeNull();
  });
});

describe("latencyOf", () => {
  it("gives the mean from the sum and quantiles from the buckets", () => {
    expect(latencyOf({ bounds: [10, 20, INF], counts: [5, 10, 10], sum: 120 })).toEqual({
      mean: 12,
      p50: 10,
      p95: 19,
      p99: 19.8,
    });
  });

  it("is null where nothing was counted, and its mean where no sum was read", () => {
    expect(latencyOf({ bounds: [10, INF], counts: [0, 0], sum: 0 })).toBeNull();
    expect(latencyOf({ bounds: [10, INF], counts: [1, 1], sum: null })?.mean).toBeNull();
  });

  it("says how wide the bucket around a value is", () => {
    expect(bucketAround(15, [10, 20, INF])).toEqual({ from: 10, to: 20 });
    expect(bucketAround(3, [10, 20, INF])).toEqual({ from: 0, to: 10 });
    expect(bucketAround(99, [10, 20, INF])).toEqual({ from: 20, to: INF });
  });
});
