/**
 * How many requests each trace of a sample stands for. A backend's answer is no random sample: it is the newest, the
 * longest, or what a collector chose to keep. So the time is cut into slices of equal weight, and within the whole, traces
 * are weighted to match the histogram that Prometheus kept of all requests (post-stratification). Pure.
 */

export interface LatencyHistogram {
  /** Upper bounds in milliseconds, ascending, the last +Inf. */
  readonly bounds: readonly number[];
  /** Requests up to each bound: cumulative, as Prometheus has them. */
  readonly counts: readonly number[];
}

export interface Weighted {
  /** One a trace, summing to 1. */
  readonly weights: Float64Array;
  /** Requests that the histogram counted; null without one. */
  readonly requests: number | null;
  /** Share of them whose latency no sampled trace has, so that nothing can be said of them. */
  readonly uncovered: number | null;
  /** Whether they match that histogram; if not, slices of time alone decide. */
  readonly matched: boolean;
  /** Kish's effective sample size: as many equally weighted traces would tell as much. */
  readonly effective: number;
}

interface Sampled {
  /** Unix seconds. */
  readonly at: number;
  readonly ns: number;
}

/** `slices` of equal length from `start` to `end`. `times`: how often each trace counts; without it, once. */
export function weigh(
  traces: readonly Sampled[],
  { start, end, slices }: { readonly start: number; readonly end: number; readonly slices: number },
  histogram: LatencyHistogram | null,
  times?: Float64Array,
): Weighted {
  const weights = bySlice(traces, start, end, slices, times);
  const total = histogram?.counts.at(-1) ?? 0;
  const fitted = histogram !== null && total > 0 ? toHistogram(traces, weights, histogram, total) : null;
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const squares = weights.reduce((all, weight) => all + weight * weight, 0);
  return {
    weights: weights.map((weight) => (sum > 0 ? weight / sum : 0)),
    requests: histogram === null ? null : total,
    uncovered: fitted?.uncovered ?? null,
    matched: fitted?.matched ?? false,
    effective: squares > 0 ? (sum * sum) / squares : 0,
  };
}

/** Index of the slice an instant lies in. */
export function sliceOf(at: number, start: number, end: number, slices: number): number {
  return Math.min(slices - 1, Math.max(0, Math.floor(((at - start) / Math.max(end - start, 1e-9)) * slices)));
}

function bySlice(
  traces: readonly Sampled[],
  start: number,
  end: number,
  slices: number,
  times: Float64Array = new Float64Array(traces.length).fill(1),
): Float64Array {
  const counts = new Float64Array(slices);
  const slice = traces.map(({ at }) => sliceOf(at, start, end, slices));
  slice.forEach((index, i) => {
    counts[index] = (counts[index] ?? 0) + (times[i] ?? 0);
  });
  return times.map((drawn, i) => (drawn > 0 ? drawn / (counts[slice[i] ?? -1] ?? 1) : 0));
}

/**
 * Scales the weights so that each bucket has the share it has among all requests, and tells the share without any trace.
 * Where no bucket matches anything sampled, the histogram tells nothing of these traces: the weights stay as they were.
 */
function toHistogram(
  traces: readonly Sampled[],
  weights: Float64Array,
  { bounds, counts }: LatencyHistogram,
  total: number,
): { readonly uncovered: number; readonly matched: boolean } {
  const bucket = traces.map(({ ns }) => bounds.findIndex((bound) => ns / 1e6 <= bound));
  const have = new Float64Array(bounds.length);
  bucket.forEach((index, i) => {
    if (index >= 0) have[index] = (have[index] ?? 0) + (weights[i] ?? 0);
  });
  const share = bounds.map((_, i) => Math.max(0, (counts[i] ?? 0) - (i === 0 ? 0 : (counts[i - 1] ?? 0))) / total);
  const uncovered = share.reduce((sum, part, i) => sum + ((have[i] ?? 0) > 0 ? 0 : part), 0);
  const matched = share.some((part, i) => part > 0 && (have[i] ?? 0) > 0);
  if (!matched) return { uncovered, matched };
  bucket.forEach((index, i) => {
    const sampled = have[index] ?? 0;
    weights[i] = sampled > 0 ? ((weights[i] ?? 0) / sampled) * (share[index] ?? 0) : 0;
  });
  return { uncovered, matched };
}
