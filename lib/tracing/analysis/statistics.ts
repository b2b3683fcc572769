/** Weighted means and quantiles, with what a sample leaves open. Pure. */

/** Of a normal distribution: 95 % of it lie within. */
const Z95 = 1.96;

export interface Estimate {
  readonly value: number;
  /** Bounds of the 95 % interval that the sample allows; null where it allows none: one trace tells no spread, few no high quantile. */
  readonly low: number | null;
  readonly high: number | null;
}

/** The mean of lengths of time, 0 where they aren't given, with its interval (linearised for unequal weights), which ends at 0: no time is less. */
export function weightedMean(values: ReadonlyMap<number, number>, weights: Float64Array): Estimate {
  let mean = 0;
  for (const [i, value] of values) mean += (weights[i] ?? 0) * value;
  if (weights.filter((weight) => weight > 0).length < 2) return { value: mean, low: null, high: null };
  let variance = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    const off = (values.get(i) ?? 0) - mean;
    variance += weight * weight * off * off;
  }
  const half = Z95 * Math.sqrt(variance);
  return { value: mean, low: Math.max(0, mean - half), high: mean + half };
}

/** What the means of two independent samples differ by: now less before. Unbounded where one of them is. Upper halves tell the spread: lower ones may end at 0. */
export function differenceOf(now: Estimate, before: Estimate): Estimate {
  const value = now.value - before.value;
  if (now.high === null || before.high === null) return { value, low: null, high: null };
  const half = Math.hypot(now.high - now.value, before.high - before.value);
  return { value, low: value - half, high: value + half };
}

/** Indexes of the values, ascending by value. */
export function ranking(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}

/** The smallest value under which at least the share q of all weight lies. NaN without values. */
export function weightedQuantile(
  q: number,
  values: readonly number[],
  weights: Float64Array,
  ranked: readonly number[],
): number {
  let below = 0;
  for (const i of ranked) {
    below += weights[i] ?? 0;
    // Sums of doubles fall short of 1 by a little.
    if (below >= q - 1e-9) return values[i] ?? Number.NaN;
  }
  return values[ranked.at(-1) ?? -1] ?? Number.NaN;
}

/** Indexes whose rank lies near the quantile: within 2 % at first, then wider, until there are `least` of them. */
export function bandAround(
  q: number,
  weights: Float64Array,
  ranked: readonly number[],
  least: number,
): readonly number[] {
  const centre = new Float64Array(ranked.length);
  let below = 0;
  ranked.forEach((i, place) => {
    const weight = weights[i] ?? 0;
    centre[place] = below + weight / 2;
    below += weight;
  });
  for (const width of [0.02, 0.03, 0.05]) {
    const band: number[] = [];
    for (let place = 0; place < ranked.length; place++) {
      const i = ranked[place] ?? 0;
      if ((weights[i] ?? 0) > 0 && Math.abs((centre[place] ?? 0) - q) <= width) band.push(i);
    }
    if (band.length >= least) return band;
  }
  const near = ranked
    .map((i, place) => ({ i, off: Math.abs((centre[place] ?? 0) - q) }))
    .filter(({ i }) => (weights[i] ?? 0) > 0);
  return near
    .sort((a, b) => a.off - b.off || a.i - b.i)
    .slice(0, least)
    .map(({ i }) => i);
}
