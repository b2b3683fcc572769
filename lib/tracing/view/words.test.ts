import fc from "fast-check";
import { expect, it } from "vitest";
import { durationText, signedText, ticksOf } from "./words.ts";

it.each([
  [0, "0 ms"],
  [640, "640 ns"],
  [42_000, "42 µs"],
  [420_000, "0.42 ms"],
  [38_000_000, "38 ms"],
  [1_240_000_000, "1.24 s"],
  [125e9, "2 min 5 s"],
])("%d ns is %s", (ns, text) => {
  expect(durationText(ns)).toBe(text);
});

it("says which way", () => {
  expect([signedText(5e6), signedText(-5e6)]).toEqual(["+5 ms", "−5 ms"]);
});

it("puts few round ticks into any range", () => {
  fc.assert(
    fc.property(
      fc.nat(1e12),
      fc.integer({ min: 1, max: 1e12 }),
      fc.integer({ min: 1, max: 20 }),
      (from, length, most) => {
        const ticks = ticksOf(from, from + length, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const at of ticks) expect(at >= from * (1 - 1e-9) && at <= (from + length) * (1 + 1e-9)).toBe(true);
      },
    ),
  );
  expect(ticksOf(0, 100e6, 6)).toEqual([0, 20e6, 40e6, 60e6, 80e6, 100e6]);
});
