/** GET /trace-analysis: samples a window and its baseline, and says where the time goes. Everything ends with the signal. */
import { formatInstant } from "#lib/api/instant.ts";
import type { AnalysisProgress, AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { TraceAnalysisQuery } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Histogram } from "#lib/graph/observation.ts";
import {
  type Analysis,
  analyse,
  type Contribution,
  type Contributor,
  type SampleSummary,
} from "#lib/tracing/analysis/contributors.ts";
import { propagationWords } from "#lib/tracing/analysis/propagation.ts";
import { samplingAdvice, samplingRate } from "#lib/tracing/analysis/sampling.ts";
import type { Estimate } from "#lib/tracing/analysis/statistics.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Told } from "../rights/viewers.ts";
import { chosen } from "./asking.ts";
import type { TracingDeps } from "./deps.ts";
import { type HistogramDeps, histogramOf } from "./histogram.ts";
import { rangeOf } from "./range.ts";
import { type Sampled, sampleWindow, type Window } from "./sample.ts";
import { checkService } from "./search.ts";

export interface AnalysisDeps extends TracingDeps {
  readonly histograms: HistogramDeps;
}

/** Rows of an answer; smaller ones are summed up. */
const MOST = 50;

/** What an analysis will read, checked before anything is asked. @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden` */
export function planAnalysis(deps: AnalysisDeps, audience: Told, query: TraceAnalysisQuery) {
  const backends = chosen(deps.backends, query.backends);
  checkService(query.service, backends, audience);
  const now = deps.timers.now();
  const window = rangeOf(query, now);
  const { baselineStart, baselineEnd } = query;
  if ((baselineStart === undefined) !== (baselineEnd === undefined))
    throw new MeshscopeError("bad_parameter", "A baseline has both 'baselineStart' and 'baselineEnd'.");
  const names = ["baselineStart", "baselineEnd"] as const;
  const baseline = baselineStart === undefined ? null : rangeOf({ start: baselineStart, end: baselineEnd }, now, names);
  const { service, operation = null, target = null } = query;
  return { backends, window, baseline, subject: { service, operation, target }, wanted: query.sample };
}

/** @throws MeshscopeError the backends' problem where none answered for the window; `cancelled` */
export async function runAnalysis(
  deps: AnalysisDeps,
  audience: Told,
  plan: ReturnType<typeof planAnalysis>,
  onProgress: (progress: AnalysisProgress) => void,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { backends, subject, wanted } = plan;
  const sample = async (name: AnalysisProgress["window"], window: Window) =>
    sampleWindow(deps, backends, audience, {
      ...{ subject, window, wanted, signal },
      onProgress: (progress) => onProgress({ window: name, wanted, ...progress }),
    });
  const now = await sample("now", plan.window);
  const [failure] = now.problems;
  if (now.traces.length === 0 && failure && now.problems.length === backends.length)
    throw Object.assign(new Error(failure.detail), { problem: { code: failure.code, detail: failure.detail } });
  const before = plan.baseline === null ? null : await sample("baseline", plan.baseline);
  const weighing = subject.operation === null && subject.target === null;
  const histogram = async (of: Sampled): Promise<Histogram | null> => {
    const node = of.node ?? now.node;
    return weighing && node !== null ? histogramOf(deps.histograms, node, of, signal) : null;
  };
  const [current, earlier] = await Promise.all([histogram(now), before === null ? null : histogram(before)]);
  signal.throwIfAborted();
  const analysis = analyse({ ...now, histogram: current }, before === null ? null : { ...before, histogram: earlier });
  const rows = analysis.contributors.slice(0, MOST);
  return {
    ...subject,
    sample: sampleOf(now, analysis.now, whyNot(weighing, current, analysis.now)),
    baseline:
      before === null || analysis.before === null
        ? null
        : sampleOf(before, analysis.before, whyNot(weighing, earlier, analysis.before)),
    contributors: rows.map((each) => contributorOf(each, now)),
    more: restOf(analysis, rows.length),
    advice: adviceOf(now, analysis, subject.service),
    warnings: [...new Set([...now.warnings, ...(before?.warnings ?? []), ...uncompared(now, before)])],
    problems: [...problemsOf("now", now), ...problemsOf("baseline", before)],
  };
}

/** Why a sample isn't weighed by all requests; null where it is. */
function whyNot(weighing: boolean, histogram: Histogram | null, { matched, traces }: SampleSummary): string | null {
  if (!weighing) return "metrics tell no operations and no single calls apart";
  if (histogram === null) return "Prometheus has no latencies of this service for that time";
  if (traces === 0 || matched) return null;
  return (histogram.counts.at(-1) ?? 0) > 0
    ? "no sampled trace is as long as the requests that Prometheus counted"
    : "Prometheus counted no request of this service in that time";
}

function uncompared({ traces }: Sampled, before: Sampled | null): string[] {
  if (before === null || before.traces.length > 0 || traces.length === 0) return [];
  return ["No trace of the baseline was found: nothing is compared, and what is listed is no rise."];
}

function problemsOf(window: AnalysisProgress["window"], sampled: Sampled | null): AnalysisResult["problems"] {
  return (sampled?.problems ?? []).map((problem) => ({ window, ...problem }));
}

function adviceOf(now: Sampled, analysis: Analysis, service: string): string[] {
  const lost = propagationWords(service, now.propagation);
  const sampling = samplingAdvice({ ...now, requests: analysis.now.requests }, now.end - now.start);
  return [...sampling, ...(lost === null ? [] : [lost])];
}

const ms = (ns: number): number => ns / 1e6;
const msOrNull = (ns: number | null): number | null => (ns === null ? null : ms(ns));
const estimate = ({ value, low, high }: Estimate) => ({ value: ms(value), low: msOrNull(low), high: msOrNull(high) });

function sampleOf(sampled: Sampled, summary: SampleSummary, why: string | null): AnalysisResult["sample"] {
  const { slices, empty, kept, complete } = sampled;
  const { mean, p50, p95, tail, traces, requests, uncovered, matched, effective } = summary;
  return {
    ...{ start: formatInstant(sampled.start), end: formatInstant(sampled.end), traces, slices, empty, kept, complete },
    mean: mean === null ? null : estimate(mean),
    ...{ p50: msOrNull(p50), p95: msOrNull(p95), tail, effective, requests, uncovered },
    weighted: matched,
    ...(why === null ? {} : { unweighted: why }),
    samplingRate: samplingRate({ kept, complete, requests }),
  };
}

function contributorOf(each: Contributor, { from }: Sampled): AnalysisResult["contributors"][number] {
  const { kind, service, operation, target, calls, newVersions, since, example } = each;
  return {
    ...{ kind, service, operation, target, calls: [...calls], newVersions: [...newVersions] },
    now: contribution(each.now),
    before: each.before === null ? null : contribution(each.before),
    since: since === null ? null : formatInstant(unixSeconds(since)),
    example: example === null ? null : { id: example, backend: from.get(example) ?? "" },
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
    p95: msOrNull(p95),
    traces,
    spread: spread === null ? null : { p50: ms(spread.p50), p95: ms(spread.p95) },
    versions: [...versions],
  };
}

function restOf({ contributors }: Analysis, shown: number): AnalysisResult["more"] {
  const rest = contributors.slice(shown);
  if (rest.length === 0) return null;
  const timed = rest.filter(({ kind }) => kind !== "sequential");
  return { contributors: rest.length, mean: ms(timed.reduce((sum, { now }) => sum + now.mean.value, 0)) };
}
