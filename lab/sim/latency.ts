import type { Random } from "./random.ts";

/** How long a program works on a request: a lognormal body, and now and then a slow one. Milliseconds. */
export interface LatencySpec {
  /** Median of the body. */
  readonly p50: number;
  /** 99th percentile of the body. */
  readonly p99: number;
  /** A second, slower mode: `share` of requests take about `p50` (same shape as the body). */
  readonly slow?: { readonly share: number; readonly p50: number };
}

/** The standard normal's 99 % quantile: a lognormal's p99 is p50 · e^(z·σ). */
const Z99 = 2.3263478740408408;

/** One duration in milliseconds, never negative; cost: one or two uniform draws. */
export function drawLatency(spec: LatencySpec, random: Random): number {
  const sigma = Math.log(Math.max(spec.p99, spec.p50 * 1.001) / spec.p50) / Z99;
  const median = spec.slow !== undefined && random.chance(spec.slow.share) ? spec.slow.p50 : spec.p50;
  return median * Math.exp(sigma * random.normal());
}
