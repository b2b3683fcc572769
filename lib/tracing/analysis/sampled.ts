/** One window's sample: what each contributor took in each trace, how much each trace counts, and what that says of all. Pure. */
import { MIN_TAIL } from "./least.ts";
import type { Decomposed, PartKind } from "./parts.ts";
import { bandAround, type Estimate, ranking, weightedMean, weightedQuantile } from "./statistics.ts";
import { type LatencyHistogram, type Weighted, weigh } from "./weights.ts";

export type ContributorKind = PartKind | "sequential";

export interface SampleWindow {
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
  /** Slices of equal length that were sampled alike. */
  readonly slices: number;
  readonly traces: readonly Decomposed[];
  readonly histogram: LatencyHistogram | null;
}

export interface Identity {
  readonly kind: ContributorKind;
  readonly service: string;
  readonly operation: string;
  readonly target: string | null;
}

export interface Row extends Identity {
  /** Of a sequence: names of all calls that it was seen to hold. */
  readonly calls: Set<string>;
  /** Nanoseconds by trace. */
  readonly values: Map<number, number>;
  readonly versions: Set<string>;
}

const keyOf = ({ kind, service, operation, target }: Identity): string =>
  JSON.stringify([kind, service, operation, target]);

/** Traces that p95's contributions are at least means of. */
const BAND = 5;

/** Where p95 lies, and the traces around it. */
export interface Tail {
  readonly p95: number;
  readonly band: readonly number[];
}

export class Sample {
  readonly window: SampleWindow;
  readonly rows = new Map<string, Row>();
  readonly weighted: Weighted;
  /** null below MIN_TAIL traces. */
  readonly tail: Tail | null;
  readonly mean: Estimate | null;
  readonly p50: number | null;
  /** Each trace's length in nanoseconds. */
  readonly lengths: readonly number[];
  readonly #ranked: readonly number[];

  constructor(window: SampleWindow) {
    this.window = window;
    const { traces, histogram } = window;
    this.weighted = weigh(traces, window, histogram);
    this.lengths = traces.map(({ ns }) => ns);
    this.#ranked = ranking(this.lengths);
    const { weights } = this.weighted;
    this.tail = this.tailBy(weights);
    const whole = new Map(this.lengths.map((ns, i) => [i, ns]));
    this.mean = traces.length === 0 ? null : weightedMean(whole, weights);
    this.p50 = traces.length === 0 ? null : weightedQuantile(0.5, this.lengths, weights, this.#ranked);
    traces.forEach((trace, i) => {
      for (const { ns, version, ...part } of trace.parts) this.#add(part, i, ns, version);
      for (const { savedNs, service, operation, calls } of trace.sequences)
        this.#add({ kind: "sequential", service, operation, target: null }, i, savedNs, null, calls);
    });
  }

  /** p95 and what lies around it, were the traces to count so much each. */
  tailBy(weights: Float64Array): Tail | null {
    if (this.lengths.length < MIN_TAIL) return null;
    return {
      p95: weightedQuantile(0.95, this.lengths, weights, this.#ranked),
      band: bandAround(0.95, weights, this.#ranked, BAND),
    };
  }

  #add(identity: Identity, trace: number, ns: number, version: string | null, calls: readonly string[] = []): void {
    const key = keyOf(identity);
    const fresh = {
      ...identity,
      calls: new Set<string>(),
      values: new Map<number, number>(),
      versions: new Set<string>(),
    };
    const row = this.rows.get(key) ?? fresh;
    this.rows.set(key, row);
    row.values.set(trace, (row.values.get(trace) ?? 0) + ns);
    if (version !== null) row.versions.add(version);
    for (const call of calls) row.calls.add(call);
  }
}

/** The mean over the traces around p95, scaled so that all of them sum to p95. */
export function atTail(
  { band, p95 }: Tail,
  values: ReadonlyMap<number, number>,
  weights: Float64Array,
  lengths: readonly number[],
): number {
  let [mine, all] = [0, 0];
  for (const i of band) {
    mine += (weights[i] ?? 0) * (values.get(i) ?? 0);
    all += (weights[i] ?? 0) * (lengths[i] ?? 0);
  }
  return all > 0 ? (mine / all) * p95 : 0;
}
