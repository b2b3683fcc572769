import fc from "fast-check";
import { expect, test } from "vitest";
import { readSpanDuration } from "#lib/api/span-duration.ts";
import { durationWord, slowerThan } from "./slower.ts";

const items = [
  { start: "2026-03-01T12:00:00Z", durationMs: 40 },
  { start: "2026-03-01T12:05:00Z", durationMs: 900 },
];

test.each([
  [0.4, "400us"],
  [0.0001, "1us"],
  [9.876_54, "9.88ms"],
  [312.4, "312ms"],
  [999.9, "1000ms"],
  [12_345, "12.35s"],
])("%f ms is written %s", (ms, word) => {
  expect(durationWord(ms)).toBe(word);
});

test("every duration is written as one that can be read, within a hundredth", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 80_000_000, noNaN: true }), (ms) => {
      const read = (readSpanDuration(durationWord(ms)) ?? Number.NaN) * 1000;
      expect(Math.abs(read - ms)).toBeLessThanOrEqual(0.01 * ms + 0.0006);
    }),
  );
});

test("where traces begin at the searched service, its longer spans are searched", () => {
  expect(slowerThan(312.4, "web.shop", { service: "web.shop" }, items)).toEqual({ minDuration: "312ms", brush: null });
});

test("elsewhere the found traces are marked, from the percentile up", () => {
  const [from, to] = items.map(({ start }) => Date.parse(start));
  expect(slowerThan(100, "ingress", { service: "web.shop" }, items)).toEqual({
    brush: { from, to, shortest: 100, longest: 900 },
  });
  // Nothing found is as slow: the mark is there, and empty.
  expect(slowerThan(2000, "ingress", { service: "web.shop" }, items).brush).toMatchObject({
    shortest: 2000,
    longest: 2000,
  });
});
