/**
 * Quantiles from classic histogram buckets, as Prometheus's histogram_quantile computes them, so that a number here and
 * the same question asked of Prometheus agree to the last digit.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
import { type Milliseconds, milliseconds } from "#lib/units.ts";
import type { Latency } from "./model.ts";
import type { Histogram } from "./observation.ts";

/** Relative difference under which neighbouring counts are the same number with rounding noise (Prometheus's own). */
const SMALL_DELTA = 1e-12;
const MIN_NORMAL = 2.2250738585072014e-308;

function almostEqual(a: number, b: number): boolean {
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < SMALL_DELTA * MIN_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DELTA;
}

/** Counts that never fall: sums of rates of buckets scraped at different instants may, by rounding or by a race. */
function monotonic(counts: readonly number[]): number[] {
  let previous = counts[0] ?? 0;
  return counts.map((count, i) => {
    if (i === 0 || count === previous) return count;
    if (almostEqual(previous, count) || count < previous) return previous;
    previous = count;
    return count;
  });
}

/**
 * The q-quantile (0…1) in the unit of the bounds, interpolated linearly inside its bucket. NaN where the histogram can't
 * say: no +Inf bucket, fewer than two buckets, nothing counted. In the +Inf bucket it answers the highest finite bound;
 * in a first bucket that ends at or below 0, that bound. q outside 0…1 gives ∓Infinity. Cost: linear in buckets.
 */
export function histogramQuantile(q: number, histogram: Pick<Histogram, "bounds" | "counts">): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const { bounds } = histogram;
  const last = bounds.length - 1;
  if (last < 1 || bounds[last] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const counts = monotonic(histogram.counts);
  const total = counts[last] ?? Number.NaN;
  if (!(total > 0)) return Number.NaN;
  const rank = q * total;
  let at = 0;
  while (at < last && !((counts[at] ?? Number.NaN) >= rank)) at++;
  if (at === last) return bounds[last - 1] ?? Number.NaN;
  const end = bounds[at] ?? Number.NaN;
  if (at === 0 && end <= 0) return end;
  const start = at === 0 ? 0 : (bounds[at - 1] ?? Number.NaN);
  const below = at === 0 ? 0 : (counts[at - 1] ?? Number.NaN);
  return start + (end - start) * ((rank - below) / ((counts[at] ?? Number.NaN) - below));
}

/** The bounds of the bucket that a value of `histogramQuantile` fell into: how far off it can be. */
export function bucketAround(value: number, bounds: readonly number[]): { readonly from: number; readonly to: number } {
  const at = bounds.findIndex((bound) => value <= bound);
  return { from: at <= 0 ? 0 : (bounds[at - 1] ?? 0), to: bounds[at] ?? Number.POSITIVE_INFINITY };
}

/**
 * One histogram of several with identical bounds; null as soon as two differ, for then the counts between bounds are
 * unknown and a merged quantile would be made up. An empty list has no histogram: null. The sum is known only if all are.
 */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram | null {
  const [first, ...rest] = histograms;
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  const counts = [...first.counts];
  let sum = first.sum;
  for (const next of rest) {
    if (next.bounds.length !== first.bounds.length) return null;
    for (let i = 0; i < counts.length; i++) {
      if (next.bounds[i] !== first.bounds[i]) return null;
      counts[i] = (counts[i] ?? 0) + (next.counts[i] ?? 0);
    }
    sum = sum === null || next.sum === null ? null : sum + next.sum;
  }
  return { bounds: first.bounds, counts, sum };
}

/** Mean and quantiles of a histogram in milliseconds; null where it counted nothing. */
export function latencyOf(histogram: Histogram): Latency | null {
  const total = histogram.counts.at(-1) ?? 0;
  if (!(total > 0)) return null;
  const of = (value: number): Milliseconds | null => (Number.isFinite(value) ? milliseconds(value) : null);
  const quantile = (q: number) => of(histogramQuantile(q, histogram));
  return {
    mean: histogram.sum === null ? null : of(histogram.sum / total),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  };
}
