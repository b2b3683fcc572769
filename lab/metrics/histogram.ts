/**
 * Envoy's default histogram buckets, which Istio keeps unless a pod is annotated with sidecar.istio.io/statsHistogramBuckets;
 * they serve milliseconds and bytes alike.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/metrics/v3/stats.proto#config-metrics-v3-histogrambucketsettings
 */
export const ENVOY_BUCKETS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** Counts by bucket, not cumulated; the last slot holds what exceeds every bound. */
export class Histogram {
  readonly slots = new Uint32Array(ENVOY_BUCKETS.length + 1);
  sum = 0;
  count = 0;

  /** Adds one observation. A bucket holds what is at most its bound, as in Prometheus. */
  observe(value: number): void {
    let slot = 0;
    while (slot < ENVOY_BUCKETS.length && value > (ENVOY_BUCKETS[slot] ?? Number.POSITIVE_INFINITY)) slot += 1;
    this.slots[slot] = (this.slots[slot] ?? 0) + 1;
    // Envoy's stats are whole numbers.
    this.sum += Math.round(value);
    this.count += 1;
  }

  /** Appends the cumulative lines of `name{labels}` in Prometheus's text format. */
  render(name: string, labels: string, into: string[]): void {
    let cumulative = 0;
    for (const [i, le] of LE.entries()) {
      cumulative += this.slots[i] ?? 0;
      into.push(`${name}_bucket{${labels},le="${le}"} ${cumulative}\n`);
    }
    into.push(`${name}_sum{${labels}} ${this.sum}\n${name}_count{${labels}} ${this.count}\n`);
  }
}

const LE: readonly string[] = [...ENVOY_BUCKETS.map(String), "+Inf"];
