import { describe, expect, it } from "vitest";
import { createRandom, hash } from "./random.ts";

const draws = (seed: number, name: string, n: number): number[] => {
  const random = createRandom(seed, name);
  return Array.from({ length: n }, () => random.next());
};

describe("createRandom", () => {
  it("repeats for the same seed and name, and differs for another of either", () => {
    expect(draws(1, "a", 50)).toEqual(draws(1, "a", 50));
    expect(draws(1, "a", 50)).not.toEqual(draws(2, "a", 50));
    expect(draws(1, "a", 50)).not.toEqual(draws(1, "b", 50));
  });

  it("is uniform to three standard errors", () => {
    const values = draws(7, "uniform", 20_000);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / values.length));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it.each([0.02, 0.5, 4, 40, 200])("draws Poisson counts of mean and variance %d", (mean) => {
    const random = createRandom(3, `poisson-${mean}`);
    const n = 20_000;
    const counts = Array.from({ length: n }, () => random.poisson(mean));
    const average = counts.reduce((sum, v) => sum + v, 0) / n;
    const variance = counts.reduce((sum, v) => sum + (v - average) ** 2, 0) / n;
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(mean / n));
    expect(variance / mean).toBeGreaterThan(0.9);
    expect(variance / mean).toBeLessThan(1.1);
  });

  it("never counts events that can't happen", () => {
    const random = createRandom(1, "edge");
    expect(random.poisson(0)).toBe(0);
    expect(random.poisson(-1)).toBe(0);
    expect(random.poisson(Number.NaN)).toBe(0);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
    expect(random.pick([])).toBeUndefined();
  });

  it("spreads near names", () => {
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => hash(`workload-${i}`)));
    expect(seen.size).toBe(1000);
  });
});
