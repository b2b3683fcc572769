import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyse as analyseWith } from "./contributors.ts";
import type { Decomposed, Part } from "./parts.ts";
import type { SampleWindow } from "./sampled.ts";
import { weigh } from "./weights.ts";

const MS = 1e6;
/** Numbers that look random and are the same in every run (a linear congruential generator, Numerical Recipes). */
const drawing = (seed = 1) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const analyse = (now: SampleWindow, before: SampleWindow | null, most = 50) =>
  analyseWith(now, before, { most, random: drawing() });
const part = (service: string, ms: number, more: Partial<Part> = {}): Part => ({
  kind: "self",
  service,
  operation: "op",
  target: null,
  version: "v1",
  ns: ms * MS,
  ...more,
});
const trace = (at: number, parts: readonly Part[], more: Partial<Decomposed> = {}): Decomposed => ({
  traceId: `t${at}`,
  at,
  ns: parts.reduce((sum, { ns }) => sum + ns, 0),
  parts,
  sequences: [],
  ...more,
});
/** One trace a second. */
const window = (traces: readonly Decomposed[], more: Partial<SampleWindow> = {}): SampleWindow => ({
  start: 0,
  end: 100,
  slices: 10,
  traces,
  histogram: null,
  ...more,
});
const seconds = Array.from({ length: 100 }, (_, i) => i);
const steady = window(seconds.map((at) => trace(at, [part("web", 10 + (at % 5)), part("db", 20)])));

describe("contributors", () => {
  test("sum to the mean and to p95, and come in the order of their share", () => {
    const { now, contributors } = analyse(steady, null);
    expect(contributors.map(({ service }) => service)).toEqual(["db", "web"]);
    const sum = (of: (each: (typeof contributors)[number]) => number) =>
      contributors.reduce((all, each) => all + of(each), 0);
    expect(sum(({ now: { mean } }) => mean.value)).toBeCloseTo(now.mean?.value ?? Number.NaN, 3);
    expect(sum(({ now: { p95 } }) => p95?.value ?? Number.NaN)).toBeCloseTo(now.p95?.value ?? Number.NaN, 3);
    expect([now.traces, now.mean?.value, now.p95?.value, now.p50]).toEqual([
      100,
      expect.closeTo(32 * MS, 3),
      34 * MS,
      32 * MS,
    ]);
    expect(contributors[0]).toMatchObject({
      now: { traces: 100, spread: { p50: 20 * MS, p95: 20 * MS }, versions: ["v1"] },
      before: null,
      since: null,
    });
  });

  test("a rise is found where it is, since when, and with which version", () => {
    const changed = window(
      seconds.map((at) =>
        trace(1000 + at, [
          part("web", 10 + (at % 5)),
          at < 50 ? part("db", 20 + (at % 3)) : part("db", 170 + (at % 3), { version: "v7" }),
        ]),
      ),
      { start: 1000, end: 1100 },
    );
    const [first, second] = analyse(changed, steady).contributors;
    expect(first).toMatchObject({ service: "db", since: 1050, newVersions: ["v7"], before: { traces: 100 } });
    expect(first?.change?.p95?.value).toBeGreaterThan(145 * MS);
    expect(first?.change?.mean.low).toBeGreaterThan(50 * MS);
    expect(second?.change?.mean).toMatchObject({ value: 0, low: expect.any(Number), high: expect.any(Number) });
    expect(second).toMatchObject({ service: "web", since: null, newVersions: [] });
    expect(first?.examples).toHaveLength(3);
    for (const { traceId, ns } of first?.examples ?? []) {
      const shown = changed.traces.find((each) => each.traceId === traceId);
      expect(shown?.at).toBeGreaterThanOrEqual(1050);
      expect(ns).toBe(shown?.parts[1]?.ns);
    }
  });

  test("what is gone and what is new are both told", () => {
    const { contributors } = analyse(window([trace(1, [part("new", 5)])]), window([trace(1, [part("old", 9)])]));
    expect(
      contributors.map(({ service, now, before }) => [service, now.mean.value / MS, (before?.mean.value ?? 0) / MS]),
    ).toEqual([
      ["old", 0, 9],
      ["new", 5, 0],
    ]);
  });

  test("few traces say nothing of p95, and none nothing at all", () => {
    const few = analyse(window(seconds.slice(0, 19).map((at) => trace(at, [part("web", 5)]))), null);
    expect([few.now.p95, few.contributors[0]?.now.p95]).toEqual([null, null]);
    expect(analyse(window([]), null)).toMatchObject({
      now: { traces: 0, mean: null, p50: null, p95: null, effective: 0 },
      contributors: [],
    });
  });

  test("a baseline without a trace compares nothing, and no trace now is no time saved", () => {
    const some = window([trace(1, [part("web", 5, { version: "v1" })])]);
    const fresh = analyse(some, window([]));
    expect(fresh.before).toMatchObject({ traces: 0, mean: null });
    expect(fresh.contributors).toMatchObject([{ service: "web", before: null, newVersions: [] }]);
    expect(analyse(window([]), some).contributors).toEqual([]);
  });

  test("a sequence is a row of its own that adds to no sum", () => {
    const sequences = [{ service: "web", operation: "op", calls: ["b", "c"], count: 2, savedNs: 7 * MS }];
    const { contributors, now } = analyse(window([trace(1, [part("web", 10)], { sequences })]), null);
    expect(contributors.map(({ kind, calls, now: { mean } }) => [kind, calls, mean.value / MS])).toEqual([
      ["self", [], 10],
      ["sequential", ["b", "c"], 7],
    ]);
    expect(now.mean?.value).toBe(10 * MS);
  });

  test("no interval of a time reaches below nothing, and a change keeps both spreads", () => {
    const rare = seconds
      .slice(0, 20)
      .map((at, n) => trace(at, [part("web", 10), ...(n === 0 ? [part("db", 100)] : [])]));
    const usual = seconds.slice(0, 20).map((at) => trace(at, [part("web", 10)]));
    const { contributors } = analyse(window(rare), window(usual));
    const db = contributors.find(({ service }) => service === "db");
    expect(db?.now.mean.value).toBeCloseTo(5 * MS);
    expect(db?.now.mean.low).toBe(0);
    const { value, low, high } = db?.change?.mean ?? { value: 0, low: null, high: null };
    expect(low).toBeLessThan(0);
    expect((high ?? 0) - value).toBeCloseTo(value - (low ?? 0));
  });

  test("the interval of a mean holds it, and shrinks with the sample", () => {
    const noisy = (n: number) =>
      analyse(window(seconds.slice(0, n).map((at) => trace(at, [part("web", 10 + ((at * 7) % 13))]))), null).now.mean;
    const [small, large] = [noisy(10), noisy(100)];
    const width = ({ low, high }: { readonly low: number | null; readonly high: number | null }) =>
      (high ?? Number.NaN) - (low ?? Number.NaN);
    if (!small || !large) throw new Error("no mean");
    expect(small.low).toBeLessThan(small.value);
    expect(small.high).toBeGreaterThan(small.value);
    expect(width(large)).toBeLessThan(width(small));
    // One trace tells nothing of how others are.
    expect(noisy(1)).toMatchObject({ low: null, high: null });
  });
});

describe("weights", () => {
  const at = (second: number, ms: number) => ({ at: second, ns: ms * MS });

  test("every slice of time counts alike, however many of its traces were found", () => {
    const { weights, effective } = weigh(
      [at(1, 1), at(2, 1), at(3, 1), at(60, 1)],
      { start: 0, end: 100, slices: 2 },
      null,
    );
    expect(Array.from(weights)).toEqual([1 / 6, 1 / 6, 1 / 6, 1 / 2].map((weight) => expect.closeTo(weight, 9)));
    expect(effective).toBeCloseTo(3, 9);
  });

  test("a sample of slow traces is put right by the histogram of all requests", () => {
    // Ninety of a hundred requests are fast; the backend kept one of them and three slow ones.
    const histogram = { bounds: [10, 100, Number.POSITIVE_INFINITY], counts: [90, 100, 100] };
    const { weights, requests, uncovered, matched } = weigh(
      [at(1, 5), at(2, 50), at(3, 60), at(4, 70)],
      { start: 0, end: 10, slices: 1 },
      histogram,
    );
    expect(weights[0]).toBeCloseTo(0.9, 9);
    expect([requests, uncovered, matched]).toEqual([100, 0, true]);
  });

  test("requests that no trace stands for are told", () => {
    const histogram = { bounds: [10, 100, Number.POSITIVE_INFINITY], counts: [90, 95, 100] };
    expect(weigh([at(1, 5)], { start: 0, end: 10, slices: 1 }, histogram)).toMatchObject({
      uncovered: expect.closeTo(0.1, 9),
    });
    // Two of one slice and one of another, none as long as what was counted: slices of time alone decide.
    const slow = [at(1, 50), at(2, 60), at(9, 70)];
    const none = weigh(
      slow,
      { start: 0, end: 10, slices: 2 },
      { bounds: [10, Number.POSITIVE_INFINITY], counts: [5, 5] },
    );
    expect(none).toMatchObject({ matched: false, uncovered: 1 });
    expect(Array.from(none.weights)).toEqual([0.25, 0.25, 0.5]);
  });

  test("sum to one, whatever was sampled", () => {
    const sampled = fc.array(
      fc.record({
        at: fc.double({ min: -10, max: 200, noNaN: true }),
        ns: fc.double({ min: 0, max: 1e12, noNaN: true }),
      }),
      { minLength: 1, maxLength: 50 },
    );
    const counts = fc.array(fc.nat(100), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(sampled, counts, (traces, [a = 0, b = 0, c = 0]) => {
        const histogram = { bounds: [1, 1000, Number.POSITIVE_INFINITY], counts: [a, a + b, a + b + c] };
        const { weights, effective, uncovered } = weigh(traces, { start: 0, end: 100, slices: 7 }, histogram);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
        expect(effective).toBeLessThanOrEqual(traces.length + 1e-6);
        if (uncovered !== null) expect(uncovered >= 0 && uncovered <= 1 + 1e-9).toBe(true);
      }),
    );
  });
});
