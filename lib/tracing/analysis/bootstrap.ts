/**
 * How far a sample lets one trust its 95th percentile, and what contributes to it: the percentile bootstrap (Efron and
 * Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Traces are drawn anew with replacement, weighed anew by
 * slices of time and by the histogram, and the quantile with the band around it is found anew, so that all three are in the
 * interval. Draws are over the whole sample, not within each slice: that is a little too wide rather than too narrow. Pure.
 */
import { MIN_BOUND } from "./least.ts";
import { atTail, type Row, type Sample } from "./sampled.ts";
import type { Estimate } from "./statistics.ts";
import { weigher } from "./weights.ts";

/** Rounds: enough for the 2.5th and 97.5th percentile of an interval whose own digits are two. */
const ROUNDS = 200;
/** By round: p95, and the contribution to it of each of the asked rows. */
export interface Redrawn {
  readonly p95: Float64Array;
  readonly rows: readonly Float64Array[];
  /** As many equally weighted traces as the sample is worth bound it from above. */
  readonly bounded: boolean;
}

/** null where the sample has no p95. `rows`: those to tell of; undefined ones aren't in it, which is a contribution of 0. */
export function redraw(sample: Sample, rows: readonly (Row | undefined)[], random: () => number): Redrawn | null {
  const { window, weighted, lengths, tail } = sample;
  if (tail === null) return null;
  const { traces, histogram } = window;
  const found: Redrawn = {
    p95: new Float64Array(ROUNDS),
    rows: rows.map(() => new Float64Array(ROUNDS)),
    bounded: weighted.effective >= MIN_BOUND,
  };
  const weigh = weigher(traces, window, histogram);
  for (let round = 0; round < ROUNDS; round++) {
    const times = new Float64Array(traces.length);
    for (let drawn = 0; drawn < traces.length; drawn++) {
      const i = Math.floor(random() * traces.length);
      times[i] = (times[i] ?? 0) + 1;
    }
    const { weights } = weigh(times);
    const again = sample.tailBy(weights);
    if (again === null) continue;
    found.p95[round] = again.p95;
    rows.forEach((row, at) => {
      const values = found.rows[at];
      if (row !== undefined && values !== undefined) values[round] = atTail(again, row.values, weights, lengths);
    });
  }
  return found;
}

/** A value with the middle 95 % of what the rounds gave, at the sides where the sample bounds it. */
export function within(
  value: number,
  rounds: Float64Array,
  bounded: { readonly low: boolean; readonly high: boolean },
): Estimate {
  const sorted = rounds.toSorted();
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? value;
  // The value itself is always within: a skew of the rounds moves the bounds, not what was measured.
  return {
    value,
    low: bounded.low ? Math.min(value, at(0.025)) : null,
    high: bounded.high ? Math.max(value, at(0.975)) : null,
  };
}
