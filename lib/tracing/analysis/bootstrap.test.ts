import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redraw, within } from "./bootstrap.ts";
import { MIN_BOUND } from "./least.ts";
import type { Decomposed } from "./parts.ts";
import { Sample } from "./sampled.ts";

const MS = 1e6;
/** Numbers that look random and are the same in every run (a linear congruential generator, Numerical Recipes). */
const drawing = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const BOTH = { low: true, high: true };

/** Traces of two parts, spread evenly over ten slices. */
function sampleOf(lengths: readonly (readonly [web: number, db: number])[]): Sample {
  const traces = lengths.map(([web, db], i): Decomposed => {
    const part = { kind: "self", operation: "op", target: null, version: null } as const;
    return {
      ...{ traceId: `t${i}`, at: (100 * i) / lengths.length, ns: (web + db) * MS, sequences: [] },
      parts: [
        { ...part, service: "web", ns: web * MS },
        { ...part, service: "db", ns: db * MS },
      ],
    };
  });
  return new Sample({ start: 0, end: 100, slices: 10, traces, histogram: null });
}

/** Of an exponential distribution with this mean. */
const exponential = (random: () => number, mean: number) => -mean * Math.log(1 - random());

describe("the bootstrap of p95", () => {
  test("needs as many traces as order statistics say for a bound from above", () => {
    expect([MIN_BOUND, 0.95 ** MIN_BOUND <= 0.025, 0.95 ** (MIN_BOUND - 1) > 0.025]).toEqual([72, true, true]);
    const of = (n: number) => redraw(sampleOf(Array.from({ length: n }, (_, i) => [i, 1])), [], drawing(1));
    // As many in each slice, so that each trace counts as one.
    expect([of(19), of(70)?.bounded, of(80)?.bounded]).toEqual([null, false, true]);
  });

  test("holds the true p95 about as often as it says, over many samples", () => {
    // ln 20 times the mean; the constant part shifts it.
    const truth = 10 * Math.log(20) + 5;
    const random = drawing(7);
    let held = 0;
    const trials = 100;
    for (let trial = 0; trial < trials; trial++) {
      const sample = sampleOf(Array.from({ length: 200 }, () => [exponential(random, 10), 5]));
      const drawn = redraw(sample, [], random);
      const { low, high } = within(sample.tail?.p95 ?? 0, drawn?.p95 ?? new Float64Array(1), BOTH);
      if ((low ?? 0) / MS <= truth && truth <= (high ?? 0) / MS) held += 1;
    }
    expect(held / trials).toBeGreaterThan(0.9);
  });

  test("is as narrow for what never varies as it is wide for what does", () => {
    const random = drawing(3);
    const sample = sampleOf(Array.from({ length: 300 }, () => [exponential(random, 50), 20]));
    const rows = [...sample.rows.values()];
    const drawn = redraw(sample, [...rows, undefined], random);
    const width = (at: number) => {
      const rounds = drawn?.rows[at] ?? new Float64Array(1);
      const { low, high } = within(rounds[0] ?? 0, rounds, BOTH);
      return (high ?? 0) - (low ?? 0);
    };
    expect(rows.map(({ service }) => service)).toEqual(["web", "db"]);
    // The band's mean is scaled to p95, so what is constant varies a little.
    expect(width(1)).toBeLessThan(4 * MS);
    expect(width(0)).toBeGreaterThan(10 * MS);
    // Of what the sample hasn't there is nothing in any round.
    expect(drawn?.rows[2]?.every((value) => value === 0)).toBe(true);
  });

  test("in each round the contributions sum to p95, whatever was sampled", () => {
    const length = fc.double({ min: 0.1, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(length, length), { minLength: 20, maxLength: 60 }), fc.nat(), (lengths, seed) => {
        const sample = sampleOf(lengths);
        const drawn = redraw(sample, [...sample.rows.values()], drawing(seed));
        drawn?.p95.forEach((p95, round) => {
          const sum = drawn.rows.reduce((all, values) => all + (values[round] ?? 0), 0);
          expect(Math.abs(sum - p95)).toBeLessThanOrEqual(1e-6 * p95);
        });
      }),
      { numRuns: 30 },
    );
  });

  test("with one seed gives one answer", () => {
    const sample = sampleOf(Array.from({ length: 50 }, (_, i) => [i * i, 3]));
    expect(redraw(sample, [], drawing(9))).toEqual(redraw(sample, [], drawing(9)));
    expect(redraw(sample, [], drawing(9))).not.toEqual(redraw(sample, [], drawing(10)));
  });
});

test("an interval holds its value and is open where nothing bounds it", () => {
  const rounds = Float64Array.from({ length: 200 }, (_, i) => i);
  expect(within(50, rounds, BOTH)).toEqual({ value: 50, low: 5, high: 194 });
  expect(within(-3, rounds, BOTH)).toEqual({ value: -3, low: -3, high: 194 });
  expect(within(500, rounds, { low: true, high: false })).toEqual({ value: 500, low: 5, high: null });
  expect(within(5, rounds, { low: false, high: true })).toEqual({ value: 5, low: null, high: 194 });
});
