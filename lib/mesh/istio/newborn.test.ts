/**
 * The arithmetic of newborn series (reads.ts, `missed`) against a model of Prometheus's rate(), both as 2.x and as 3.x
 * extrapolate: https://github.com/prometheus/prometheus/blob/main/promql/functions.go, extrapolatedRate.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

interface Point {
  readonly at: number;
  readonly value: number;
}

/** rate() × window over samples in (end - window, end]; null where it has no answer. */
function increase(points: readonly Point[], window: number, end: number, version: 2 | 3): number | null {
  const inside = points.filter(({ at }) => at > end - window && at <= end);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || inside.length < 2) return null;
  let grown = last.value - first.value;
  inside.forEach(({ value }, i) => {
    const before = inside[i - 1]?.value ?? value;
    if (value < before) grown += before;
  });
  const sampled = last.at - first.at;
  const average = sampled / (inside.length - 1);
  const threshold = average * 1.1;
  let toStart = first.at - (end - window);
  let toEnd = end - last.at;
  const toZero = grown > 0 && first.value >= 0 ? sampled * (first.value / grown) : Number.POSITIVE_INFINITY;
  if (version === 2) {
    toStart = Math.min(toStart, toZero);
    if (toStart >= threshold) toStart = average / 2;
  } else {
    if (toStart >= threshold) toStart = average / 2;
    toStart = Math.min(toStart, toZero);
  }
  if (toEnd >= threshold) toEnd = average / 2;
  return grown * ((sampled + toStart + toEnd) / sampled);
}

/** What the console counts of a newborn series: rate()'s increase, and what `missed` adds. */
function counted(points: readonly Point[], window: number, end: number, version: 2 | 3): number {
  const now = points.at(-1)?.value ?? 0;
  const seen = increase(points, window, end, version);
  return seen === null ? now : seen + Math.max(0, now - seen);
}

const WINDOW = 60;
const END = 1000;
/** A counter born within the window, scraped every 5 to 15 s, that only grows. */
const newborn = fc
  .record({
    interval: fc.integer({ min: 5, max: 15 }),
    late: fc.integer({ min: 0, max: 4 }),
    steps: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ interval, late, steps }) => {
    let value = 0;
    const start = END - late - interval * (steps.length - 1);
    const points = steps.map((step, i) => {
      value += step;
      return { at: start + i * interval, value };
    });
    return { interval, points };
  });

describe.each([2, 3] as const)("with rate() of Prometheus %i", (version) => {
  it("never counts fewer than the counter has counted", () => {
    fc.assert(
      fc.property(newborn, ({ points }) => {
        expect(counted(points, WINDOW, END, version)).toBeGreaterThanOrEqual((points.at(-1)?.value ?? 0) - 1e-9);
      }),
    );
  });

  it("never counts the first value twice: at most what the counter counted and rate()'s reach to the present", () => {
    fc.assert(
      fc.property(newborn, ({ points, interval }) => {
        const last = points.at(-1)?.value ?? 0;
        const grown = last - (points[0]?.value ?? 0);
        const slope = points.length < 2 ? 0 : grown / (interval * (points.length - 1));
        expect(counted(points, WINDOW, END, version)).toBeLessThanOrEqual(last + slope * interval * 1.1 + 1e-9);
      }),
    );
  });

  it("adding the first value itself would count up to twice", () => {
    const points = [0, 1, 2, 3].map((i) => ({ at: END - 45 + i * 15, value: 100 + i * 100 }));
    const naive = (increase(points, WINDOW, END, version) ?? 0) + 100;
    expect(naive).toBeGreaterThan(450);
    expect(counted(points, WINDOW, END, version)).toBe(400);
  });
});
