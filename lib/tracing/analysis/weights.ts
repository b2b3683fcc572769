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

interface Window {
  readonly start: number;
  readonly end: number;
  /** Of equal length. */
  readonly slices: number;
}

export function weigh(traces: readonly Sampled[], window: Window, histogram: LatencyHistogram | null): Weighted {
  return weigher(traces, window, histogram)(new Float64Array(traces.length).fill(1));
}

/** The same for traces that count more or less often: what doesn't depend on that is looked up once. Each call is linear. */
export function weigher(
  traces: readonly Sampled[],
  { start, end, slices }: Window,
  histogram: LatencyHistogram | null,
): (times: Float64Array) => Weighted {
  const slice = Int32Array.from(traces, ({ at }) => sliceOf(at, start, end, slices));
  const total = histogram?.counts.at(-1) ?? 0;
  const fit = histogram !== null && total > 0 ? fitting(traces, histogram, total) : null;
  return (times) => {
    const weights = bySlice(slice, slices, times);
    const fitted = fit?.(weights) ?? null;
    let [sum, squares] = [0, 0];
    for (const weight of weights) {
      sum += weight;
      squares += weight * weight;
    }
    for (let i = 0; i < weights.length; i++) weights[i] = sum > 0 ? (weights[i] ?? 0) / sum : 0;
    return {
      weights,
      requests: histogram === null ? null : total,
      uncovered: fitted?.uncovered ?? null,
      matched: fitted?.matched ?? false,
      effective: squares > 0 ? (sum * sum) / squares : 0,
    };
  };
}

/** Index of the slice an instant lies in. */
export function sliceOf(at: number, start: number, end: number, slices: number): number {
  return Math.min(slices - 1, Math.max(0, Math.floor(((at - start) / Math.max(end - start, 1e-9)) * slices)));
}

function bySlice(slice: Int32Array, slices: number, times: Float64Array): Float64Array {
  const counts = new Float64Array(slices);
  for (let i = 0; i < slice.length; i++) {
    const index = slice[i] ?? 0;
    counts[index] = (counts[index] ?? 0) + (times[i] ?? 0);
  }
  const weights = new Float64Array(slice.length);
  for (let i = 0; i < slice.length; i++) {
    const drawn = times[i] ?? 0;
    if (drawn > 0) weights[i] = drawn / (counts[slice[i] ?? 0] ?? 1);
  }
  return weights;
}

/**
 * Scales weights so that each bucket has the share it has among all requests, and tells the share without any trace.
 * Where no bucket matches anything sampled, the histogram tells nothing of these traces: the weights stay as they were.
 */
function fitting(
  traces: readonly Sampled[],
  { bounds, counts }: LatencyHistogram,
  total: number,
): (weights: Float64Array) => { readonly uncovered: number; readonly matched: boolean } {
  const bucket = Int32Array.from(traces, ({ ns }) => bounds.findIndex((bound) => ns / 1e6 <= bound));
  const share = bounds.map((_, i) => Math.max(0, (counts[i] ?? 0) - (i === 0 ? 0 : (counts[i - 1] ?? 0))) / total);
  return (weights) => {
    const have = new Float64Array(bounds.length);
    for (let i = 0; i < bucket.length; i++) {
      const index = bucket[i] ?? -1;
      if (index >= 0) have[index] = (have[index] ?? 0) + (weights[i] ?? 0);
    }
    const uncovered = share.reduce((sum, part, i) => sum + ((have[i] ?? 0) > 0 ? 0 : part), 0);
    const matched = share.some((part, i) => part > 0 && (have[i] ?? 0) > 0);
    for (let i = 0; matched && i < bucket.length; i++) {
      const index = bucket[i] ?? -1;
      const sampled = have[index] ?? 0;
      weights[i] = sampled > 0 ? ((weights[i] ?? 0) / sampled) * (share[index] ?? 0) : 0;
    }
    return { uncovered, matched };
  };
}
