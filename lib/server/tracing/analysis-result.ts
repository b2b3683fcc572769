/** An analysis on the wire: milliseconds, instants as text, and in words what a sample can't tell and why. */
import { formatInstant } from "#lib/api/instant.ts";
import type { AnalysisProgress, AnalysisResult, Coincidence } from "#lib/api/trace-analysis.ts";
import type { Histogram } from "#lib/graph/observation.ts";
import type { Analysis, Change, Contribution, Contributor, SampleSummary } from "#lib/tracing/analysis/contributors.ts";
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import { propagationWords } from "#lib/tracing/analysis/propagation.ts";
import { type Kept, type Stretch, samplingAdvice, samplingOf } from "#lib/tracing/analysis/sampling.ts";
import type { Estimate } from "#lib/tracing/analysis/statistics.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Sampled } from "./sample.ts";

/** What was counted of a window beside its traces. */
export interface Measured {
  /** It isn't asked for before the traces are read. */
  readonly pending: boolean;
  readonly histogram: Histogram | null;
  readonly stretches: readonly Stretch[];
}

export interface Analysed {
  readonly subject: Subject;
  readonly now: Sampled;
  readonly current: Measured;
  readonly before: Sampled | null;
  readonly earlier: Measured | null;
  readonly analysis: Analysis;
  readonly coincidences: {
    readonly each: readonly (readonly Coincidence[])[];
    readonly changes: AnalysisResult["changes"];
  };
}

export function resultOf({ subject, now, current, before, earlier, analysis, coincidences }: Analysed): AnalysisResult {
  const { change, since, contributors, more } = analysis;
  return {
    ...subject,
    sample: sampleOf(subject, now, current, analysis.now),
    baseline:
      before === null || earlier === null || analysis.before === null
        ? null
        : sampleOf(subject, before, earlier, analysis.before),
    change: changeOf(change),
    since: instantOf(since),
    contributors: contributors.map((each, at) => contributorOf(each, now, coincidences.each[at] ?? [])),
    more: more === null ? null : { contributors: more.contributors, mean: ms(more.mean) },
    changes: coincidences.changes,
    advice: adviceOf(subject, now, current, analysis.now),
    warnings: [...new Set([...now.warnings, ...(before?.warnings ?? []), ...uncompared(now, before)])],
    problems: [...problemsOf("now", now), ...problemsOf("baseline", before)],
  };
}

const ms = (ns: number): number => ns / 1e6;
const msOrNull = (ns: number | null): number | null => (ns === null ? null : ms(ns));
const instantOf = (at: number | null): string | null => (at === null ? null : formatInstant(unixSeconds(at)));
const estimate = ({ value, low, high }: Estimate) => ({ value: ms(value), low: msOrNull(low), high: msOrNull(high) });
const estimateOrNull = (each: Estimate | null) => (each === null ? null : estimate(each));
const changeOf = (change: Change | null) =>
  change === null ? null : { mean: estimate(change.mean), p95: estimateOrNull(change.p95) };

/** What stays unknown of one operation, and what would tell it. */
const NO_OPERATION =
  "Istio's metrics carry no operation, so the requests of one can't be told from the service's others. A label for it (tagOverrides of a Telemetry) names operations in words of its own, not as spans do; the service as a whole can be weighed.";

const PENDING = "Requests are counted once all of the traces are read.";

/** Why a sample isn't weighed by all requests; null where it is. */
function whyNot(
  { operation, target }: Subject,
  { histogram, pending }: Measured,
  { matched, traces }: SampleSummary,
): string | null {
  if (operation !== null) return NO_OPERATION;
  if (pending) return PENDING;
  const whose = target === null ? "of this service" : "of these calls";
  if (histogram === null)
    return `Prometheus has no latencies ${whose} for that time, or the spans don't tell which workload they are of.`;
  if (traces === 0 || matched) return null;
  return (histogram.counts.at(-1) ?? 0) > 0
    ? "No sampled trace is as long as the requests that Prometheus counted."
    : `Prometheus counted no request ${whose} in that time.`;
}

function sampleOf(
  subject: Subject,
  sampled: Sampled,
  measured: Measured,
  summary: SampleSummary,
): AnalysisResult["sample"] {
  const { slices, each, kept, complete } = sampled;
  const { mean, p50, p95, tail, traces, requests, uncovered, matched, effective } = summary;
  const why = whyNot(subject, measured, summary);
  return {
    ...{ start: formatInstant(sampled.start), end: formatInstant(sampled.end), traces, each, kept, complete },
    slices: slices.map((slice) => ({ ...slice })),
    ...{ mean: estimateOrNull(mean), p50: msOrNull(p50), p95: estimateOrNull(p95) },
    ...{ tail, effective, requests, uncovered, weighted: matched },
    ...(why === null ? {} : { unweighted: why }),
    sampling: samplingWords(subject, sampled, measured, summary),
  };
}

/** Traces and requests of one thing: backends are searched for the service, so of one of its calls their share is taken. */
function keptOf({ target }: Subject, sampled: Sampled, { stretches }: Measured, { requests }: SampleSummary): Kept {
  const { kept, complete, start, end, traces } = sampled;
  const share = target === null || kept === 0 ? 1 : traces.length / kept;
  return {
    ...{ complete, requests, seconds: end - start, kept: kept * share },
    stretches: stretches.map((each) => ({ ...each, found: each.found * share })),
  };
}

function samplingWords(
  subject: Subject,
  sampled: Sampled,
  measured: Measured,
  summary: SampleSummary,
): AnalysisResult["sample"]["sampling"] {
  const sampling = samplingOf(keptOf(subject, sampled, measured, summary));
  switch (sampling.basis) {
    case "counted":
      return sampling;
    case "estimated":
      return {
        ...sampling,
        why: `The backends have more traces of this time than were read, so they were counted in ${measured.stretches.length} short stretches of it.`,
      };
    case "floor":
      return {
        ...sampling,
        why: "The backends have more traces of this time than were read, and counted in short stretches they were too many, too few, or not to be had. A shorter window tells it.",
      };
    case "unknown":
      return {
        ...sampling,
        why:
          subject.operation !== null
            ? NO_OPERATION
            : measured.pending
              ? PENDING
              : "Prometheus doesn't tell how many requests there were.",
      };
  }
}

function uncompared({ traces }: Sampled, before: Sampled | null): string[] {
  if (before === null || before.traces.length > 0 || traces.length === 0) return [];
  return ["No trace of the baseline was found: nothing is compared, and what is listed is no rise."];
}

function problemsOf(window: AnalysisProgress["window"], sampled: Sampled | null): AnalysisResult["problems"] {
  return (sampled?.problems ?? []).map((problem) => ({ window, ...problem }));
}

function adviceOf(subject: Subject, now: Sampled, measured: Measured, summary: SampleSummary): string[] {
  const lost = propagationWords(subject.service, now.propagation);
  return [...samplingAdvice(keptOf(subject, now, measured, summary)), ...(lost === null ? [] : [lost])];
}

function contributorOf(
  each: Contributor,
  { from }: Sampled,
  coincidences: readonly Coincidence[],
): AnalysisResult["contributors"][number] {
  const { kind, service, operation, target, calls, newVersions, since, examples } = each;
  return {
    ...{ kind, service, operation, target, calls: [...calls], newVersions: [...newVersions] },
    now: contribution(each.now),
    before: each.before === null ? null : contribution(each.before),
    change: changeOf(each.change),
    since: instantOf(since),
    coincidences: [...coincidences],
    examples: examples.map(({ traceId, ns }) => ({ id: traceId, backend: from.get(traceId) ?? "", ms: ms(ns) })),
  };
}

function contribution({
  mean,
  p95,
  traces,
  spread,
  versions,
}: Contribution): AnalysisResult["contributors"][number]["now"] {
  return {
    mean: estimate(mean),
    p95: estimateOrNull(p95),
    traces,
    spread: spread === null ? null : { p50: ms(spread.p50), p95: ms(spread.p95) },
    versions: [...versions],
  };
}
