/**
 * Where the time goes across many traces: what contributes to the mean and to the 95th percentile of one span's length, and
 * how that differs from a baseline. Contributions to the mean sum to the mean, those to p95 to p95 (they are means over the
 * traces around it, scaled to it). Every number comes with how many traces it rests on, and how far they allow to trust it. Pure.
 */
import { type Redrawn, redraw, within } from "./bootstrap.ts";
import { examplesOf, type TraceExample } from "./examples.ts";
import { riseOf } from "./rise.ts";
import { atTail, type ContributorKind, type Row, Sample, type SampleWindow } from "./sampled.ts";
import { differenceOf, type Estimate, ranking, weightedMean, weightedQuantile } from "./statistics.ts";

/** What a sample can say of the whole. Times in nanoseconds. */
export interface SampleSummary {
  readonly traces: number;
  readonly mean: Estimate | null;
  readonly p50: number | null;
  /** null below MIN_TAIL traces. */
  readonly p95: Estimate | null;
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
  readonly p95: Estimate | null;
  /** Traces it occurs in. */
  readonly traces: number;
  /** Its length in those traces. */
  readonly spread: { readonly p50: number; readonly p95: number } | null;
  readonly versions: readonly string[];
}

/** Now less before. */
export interface Change {
  readonly mean: Estimate;
  /** null where one of the two has none. */
  readonly p95: Estimate | null;
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
  readonly change: Change | null;
  /** Since when it takes longer than before within the window, unix seconds; null where nothing stands out. */
  readonly since: number | null;
  /** Versions of the service that the baseline didn't have. */
  readonly newVersions: readonly string[];
  /** Traces in which it took longest, of those around p95 first; longest first. */
  readonly examples: readonly TraceExample[];
}

export interface Analysis {
  readonly now: SampleSummary;
  readonly before: SampleSummary | null;
  readonly change: Change | null;
  /** Since when the whole takes longer within the window, unix seconds. */
  readonly since: number | null;
  /** Largest change first where there is a baseline, else largest share of the mean. A sequence counts time that others count too. */
  readonly contributors: readonly Contributor[];
  /** Smaller ones that were left out: how many, and what they contribute to the mean together, without sequences. */
  readonly more: { readonly contributors: number; readonly mean: number } | null;
}

/** `most`: contributors told of. `random`: in [0, 1), for the intervals of p95; null: without them, which is quick. */
export function analyse(
  now: SampleWindow,
  before: SampleWindow | null,
  { most, random }: { readonly most: number; readonly random: (() => number) | null },
): Analysis {
  const current = new Sample(now);
  const baseline = before === null ? null : new Sample(before);
  const compared = baseline !== null && baseline.lengths.length > 0 ? baseline : null;
  // Without a trace there is nothing that took no time.
  const known = current.lengths.length > 0 ? new Set([...current.rows.keys(), ...(compared?.rows.keys() ?? [])]) : [];
  const ranked = [...known]
    .map((key) => ({ key, size: sizeOf(key, current, compared) }))
    .sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1));
  const shown = ranked.slice(0, most).map(({ key }) => key);
  const drawn = drawnOf(current, shown, random);
  const earlier = baseline === null ? null : drawnOf(baseline, shown, random);
  const [whole, old] = [summaryOf(current, drawn), baseline === null ? null : summaryOf(baseline, earlier)];
  return {
    now: whole,
    before: old,
    change: wholeChange(whole, old, drawn, earlier),
    since: riseOf(now, new Map(current.lengths.map((ns, i) => [i, ns]))),
    contributors: shown.map((key, at) => contributorOf(key, at, { current, compared, drawn, earlier })),
    more: restOf(ranked.slice(most), current),
  };
}

function drawnOf(sample: Sample, keys: readonly string[], random: (() => number) | null): Redrawn | null {
  const rows = keys.map((key) => sample.rows.get(key));
  return random === null ? null : redraw(sample, rows, random);
}

/** With its interval where the sample was drawn anew. */
const spreadOf = (value: number, rounds: Float64Array | undefined, drawn: Redrawn | null): Estimate =>
  drawn === null || rounds === undefined
    ? { value, low: null, high: null }
    : within(value, rounds, { low: true, high: drawn.bounded });

const meanOf = (key: string, { rows, weighted }: Sample): Estimate =>
  weightedMean(rows.get(key)?.values ?? new Map<number, number>(), weighted.weights);

function sizeOf(key: string, now: Sample, before: Sample | null): number {
  const mean = meanOf(key, now).value;
  return before === null ? mean : Math.abs(mean - meanOf(key, before).value);
}

function restOf(rest: readonly { readonly key: string }[], now: Sample): Analysis["more"] {
  if (rest.length === 0) return null;
  const timed = rest.filter(({ key }) => now.rows.get(key)?.kind !== "sequential");
  return { contributors: rest.length, mean: timed.reduce((sum, { key }) => sum + meanOf(key, now).value, 0) };
}

function summaryOf({ lengths, mean, p50, tail, weighted }: Sample, drawn: Redrawn | null): SampleSummary {
  const { requests, uncovered, matched, effective } = weighted;
  return {
    ...{ traces: lengths.length, mean, p50, requests, uncovered, matched, effective },
    p95: tail === null ? null : spreadOf(tail.p95, drawn?.p95, drawn),
    tail: tail?.band.length ?? 0,
  };
}

function contributionOf(sample: Sample, row: Row | undefined, drawn: Redrawn | null, at: number): Contribution {
  const { weighted, tail, lengths: wholes } = sample;
  const { weights } = weighted;
  const values = row?.values ?? new Map<number, number>();
  const lengths = [...values.values()];
  const own = Float64Array.from(values.keys(), (i) => weights[i] ?? 0);
  const sum = own.reduce((all, weight) => all + weight, 0);
  const shares = own.map((weight) => (sum > 0 ? weight / sum : 1 / Math.max(1, own.length)));
  const ranked = ranking(lengths);
  const quantile = (q: number) => weightedQuantile(q, lengths, shares, ranked);
  return {
    mean: weightedMean(values, weights),
    p95: tail === null ? null : spreadOf(atTail(tail, values, weights, wholes), drawn?.rows[at], drawn),
    traces: values.size,
    spread: lengths.length === 0 ? null : { p50: quantile(0.5), p95: quantile(0.95) },
    versions: [...(row?.versions ?? [])].sort(),
  };
}

function wholeChange(
  { mean, p95 }: SampleSummary,
  old: SampleSummary | null,
  drawn: Redrawn | null,
  earlier: Redrawn | null,
): Change | null {
  if (mean === null || old === null || old.mean === null) return null;
  return {
    mean: differenceOf(mean, old.mean),
    p95: rise({ p95, drawn }, { p95: old.p95, drawn: earlier }, ({ p95: of }) => of),
  };
}

interface Side {
  readonly p95: Estimate | null;
  readonly drawn: Redrawn | null;
}

/** Now less before, round by round: as unbounded above as now is, and below as before is. */
function rise(now: Side, old: Side, rounds: (drawn: Redrawn) => Float64Array | undefined): Estimate | null {
  if (now.p95 === null || old.p95 === null || now.drawn === null || old.drawn === null) return null;
  const earlier = rounds(old.drawn);
  const differences = rounds(now.drawn)?.map((value, round) => value - (earlier?.[round] ?? 0));
  if (differences === undefined) return null;
  return within(now.p95.value - old.p95.value, differences, { low: old.drawn.bounded, high: now.drawn.bounded });
}

function contributorOf(
  key: string,
  at: number,
  {
    current,
    compared,
    drawn,
    earlier,
  }: {
    readonly current: Sample;
    readonly compared: Sample | null;
    readonly drawn: Redrawn | null;
    readonly earlier: Redrawn | null;
  },
): Contributor {
  const [row, old] = [current.rows.get(key), compared?.rows.get(key)];
  const { kind, service, operation, target } = (row ?? old) as Row;
  const calls = [...new Set([...(row?.calls ?? []), ...(old?.calls ?? [])])].sort();
  const now = contributionOf(current, row, drawn, at);
  const before = compared === null ? null : contributionOf(compared, old, earlier, at);
  return {
    ...{ kind, service, operation, target, calls, now, before },
    change:
      before === null
        ? null
        : {
            mean: differenceOf(now.mean, before.mean),
            p95: rise({ p95: now.p95, drawn }, { p95: before.p95, drawn: earlier }, ({ rows }) => rows[at]),
          },
    since: row === undefined ? null : riseOf(current.window, row.values),
    newVersions: before === null ? [] : now.versions.filter((version) => !before.versions.includes(version)),
    examples: row === undefined ? [] : examplesOf(current, row),
  };
}
