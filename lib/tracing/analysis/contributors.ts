/**
 * Where the time goes across many traces: what contributes to the mean and to the 95th percentile of one span's length, and
 * how that differs from a baseline. Contributions to the mean sum to the mean, those to p95 to p95 (they are means over the
 * traces around it, scaled to it). Every number comes with how many traces it rests on. Pure.
 */
import type { Decomposed, PartKind } from "./parts.ts";
import { riseOf } from "./rise.ts";
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

/** What a sample can say of the whole. Times in nanoseconds. */
export interface SampleSummary {
  readonly traces: number;
  readonly mean: Estimate | null;
  readonly p50: number | null;
  /** null below MIN_TAIL traces. */
  readonly p95: number | null;
  /** Traces around p95 that its contributions are means of. */
  readonly tail: number;
  readonly requests: number | null;
  readonly uncovered: number | null;
  /** Weighed by the histogram, not by slices of time alone. */
  readonly matched: boolean;
  readonly effective: number;
}

export interface Contribution {
  readonly mean: Estimate;
  readonly p95: number | null;
  /** Traces it occurs in. */
  readonly traces: number;
  /** Its length in those traces. */
  readonly spread: { readonly p50: number; readonly p95: number } | null;
  readonly versions: readonly string[];
}

export interface Contributor {
  readonly kind: ContributorKind;
  readonly service: string;
  readonly operation: string;
  readonly target: string | null;
  /** Names of the calls, of a sequence. */
  readonly calls: readonly string[];
  readonly now: Contribution;
  /** null without a baseline, and where no trace of it was found: nothing is no zero. */
  readonly before: Contribution | null;
  /** Since when it takes longer than before within the window, unix seconds; null where nothing stands out. */
  readonly since: number | null;
  /** Versions of the service that the baseline didn't have. */
  readonly newVersions: readonly string[];
  /** Trace in which it took longest, of those around p95 if there are any. */
  readonly example: string | null;
}

export interface Analysis {
  readonly now: SampleSummary;
  readonly before: SampleSummary | null;
  /** Largest change first where there is a baseline, else largest share of the mean. A sequence counts time that others count too. */
  readonly contributors: readonly Contributor[];
}

/** Fewer traces than this say nothing of a 95th percentile. */
export const MIN_TAIL = 20;
/** Traces that p95's contributions are at least means of. */
const BAND = 5;

export function analyse(now: SampleWindow, before: SampleWindow | null): Analysis {
  const current = new Sample(now);
  const baseline = before === null ? null : new Sample(before);
  const compared = baseline !== null && baseline.summary.traces > 0 ? baseline : null;
  const keys = new Set([...current.rows.keys(), ...(compared?.rows.keys() ?? [])]);
  // Without a trace there is nothing that took no time.
  const known = current.summary.traces > 0 ? [...keys] : [];
  const contributors = known.map((key) => contributorOf(key, current, compared));
  const size = (each: Contributor): number =>
    each.before === null ? each.now.mean.value : Math.abs(each.now.mean.value - each.before.mean.value);
  contributors.sort((a, b) => size(b) - size(a) || (keyOf(a) < keyOf(b) ? -1 : 1));
  return { now: current.summary, before: baseline?.summary ?? null, contributors };
}

interface Identity {
  readonly kind: ContributorKind;
  readonly service: string;
  readonly operation: string;
  readonly target: string | null;
}

interface Row extends Identity {
  /** Of a sequence: names of all calls that it was seen to hold. */
  readonly calls: Set<string>;
  /** Nanoseconds by trace. */
  readonly values: Map<number, number>;
  readonly versions: Set<string>;
}

const keyOf = ({ kind, service, operation, target }: Identity): string =>
  JSON.stringify([kind, service, operation, target]);

class Sample {
  readonly window: SampleWindow;
  readonly rows = new Map<string, Row>();
  readonly weighted: Weighted;
  readonly tail: readonly number[];
  readonly summary: SampleSummary;

  constructor(window: SampleWindow) {
    this.window = window;
    const { traces, histogram } = window;
    this.weighted = weigh(traces, window, histogram);
    const { weights, requests, uncovered, matched, effective } = this.weighted;
    const lengths = traces.map(({ ns }) => ns);
    const ranked = ranking(lengths);
    const enough = traces.length >= MIN_TAIL;
    this.tail = enough ? bandAround(0.95, weights, ranked, BAND) : [];
    const whole = new Map(lengths.map((ns, i) => [i, ns]));
    this.summary = {
      traces: traces.length,
      mean: traces.length === 0 ? null : weightedMean(whole, weights),
      p50: traces.length === 0 ? null : weightedQuantile(0.5, lengths, weights, ranked),
      p95: enough ? weightedQuantile(0.95, lengths, weights, ranked) : null,
      tail: this.tail.length,
      ...{ requests, uncovered, matched, effective },
    };
    traces.forEach((trace, i) => {
      for (const { ns, version, ...part } of trace.parts) this.#add(part, i, ns, version);
      for (const { savedNs, service, operation, calls } of trace.sequences)
        this.#add({ kind: "sequential", service, operation, target: null }, i, savedNs, null, calls);
    });
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

  contribution(row: Row | undefined): Contribution {
    const { weights } = this.weighted;
    const values = row?.values ?? new Map<number, number>();
    const lengths = [...values.values()];
    const own = Float64Array.from(values.keys(), (i) => weights[i] ?? 0);
    const sum = own.reduce((all, weight) => all + weight, 0);
    const shares = own.map((weight) => (sum > 0 ? weight / sum : 1 / Math.max(1, own.length)));
    const ranked = ranking(lengths);
    return {
      mean: weightedMean(values, weights),
      p95: this.summary.p95 === null ? null : this.#atTail(values, this.summary.p95),
      traces: values.size,
      spread:
        lengths.length === 0
          ? null
          : {
              p50: weightedQuantile(0.5, lengths, shares, ranked),
              p95: weightedQuantile(0.95, lengths, shares, ranked),
            },
      versions: [...(row?.versions ?? [])].sort(),
    };
  }

  /** The mean over the traces around p95, scaled so that all of them sum to p95. */
  #atTail(values: ReadonlyMap<number, number>, p95: number): number {
    const { weights } = this.weighted;
    let [mine, all] = [0, 0];
    for (const i of this.tail) {
      mine += (weights[i] ?? 0) * (values.get(i) ?? 0);
      all += (weights[i] ?? 0) * (this.window.traces[i]?.ns ?? 0);
    }
    return all > 0 ? (mine / all) * p95 : 0;
  }

  /** Of the traces around p95 the one that it is longest in, else of all. */
  example({ values }: Row): string | null {
    const tail = this.tail.filter((i) => values.has(i));
    const from = tail.length > 0 ? tail : [...values.keys()];
    const longest = from.reduce(
      (best, i) => ((values.get(i) ?? 0) > (values.get(best) ?? -1) ? i : best),
      from[0] ?? -1,
    );
    return this.window.traces[longest]?.traceId ?? null;
  }
}

function contributorOf(key: string, now: Sample, before: Sample | null): Contributor {
  const [row, old] = [now.rows.get(key), before?.rows.get(key)];
  const { kind, service, operation, target } = (row ?? old) as Row;
  const calls = [...new Set([...(row?.calls ?? []), ...(old?.calls ?? [])])].sort();
  const current = now.contribution(row);
  const earlier = before?.contribution(old) ?? null;
  return {
    ...{ kind, service, operation, target, calls },
    now: current,
    before: earlier,
    since: row === undefined ? null : riseOf(now.window, row.values),
    newVersions: earlier === null ? [] : current.versions.filter((version) => !earlier.versions.includes(version)),
    example: row === undefined ? null : now.example(row),
  };
}
