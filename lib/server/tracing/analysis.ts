/** GET /trace-analysis: samples a window and its baseline, and says where the time goes. Everything ends with the signal. */
import type { AnalysisProgress, AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { TraceAnalysisQuery } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import type { SampleWindow } from "#lib/tracing/analysis/sampled.ts";
import type { Credential } from "../identity.ts";
import type { Told } from "../rights/viewers.ts";
import { type Measured, resultOf } from "./analysis-result.ts";
import type { Analyst, Ask } from "./analyst/analyst.ts";
import { chosen } from "./asking.ts";
import { type ChangeDeps, coincidencesOf } from "./coincidences.ts";
import { countStretches } from "./density.ts";
import type { TracingDeps } from "./deps.ts";
import { type HistogramDeps, histogramOf } from "./histogram.ts";
import { rangeOf } from "./range.ts";
import { type Sampled, sampleWindow, type Window } from "./sample.ts";
import { checkService } from "./search.ts";

export interface AnalysisDeps extends TracingDeps {
  readonly analyst: Analyst;
  readonly histograms: HistogramDeps;
  readonly changes: ChangeDeps;
}

/** Rows of an answer; smaller ones are summed up. */
const MOST = 50;
/** One sample gives one answer: the draws behind its intervals are the same each time. */
const SEED = 1;

/** Times that what is known so far is told of the window: it takes a moment to compute. */
const INTERIMS = 4;

export type Saying = (name: "progress" | "interim", data: AnalysisProgress | AnalysisResult) => void;

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

interface Reader {
  readonly credential: Credential;
  readonly audience: Told;
}

type Plan = ReturnType<typeof planAnalysis>;

/** @throws MeshscopeError the backends' problem where none answered for the window; the analyst's; `cancelled` */
export function runAnalysis(
  deps: AnalysisDeps,
  reader: Reader,
  plan: Plan,
  say: Saying,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  return deps.analyst.during(signal, (ask, inner) => analysed(deps, reader, plan, { ask, say, signal: inner }));
}

async function analysed(
  deps: AnalysisDeps,
  { credential, audience }: Reader,
  plan: Plan,
  { ask, say, signal }: { readonly ask: Ask; readonly say: Saying; readonly signal: AbortSignal },
): Promise<AnalysisResult> {
  const { backends, subject, wanted } = plan;
  const sample = async (name: AnalysisProgress["window"], window: Window) =>
    sampleWindow(deps, backends, audience, {
      ...{ subject, window, wanted, signal, ask },
      onProgress: async (progress, sofar) => {
        say("progress", { window: name, wanted, ...progress });
        const last = progress.done === progress.slices;
        const due = progress.done % Math.ceil(progress.slices / INTERIMS) === 0;
        // The last one is the result itself, unless a baseline is still to be read.
        if (name === "now" && (last ? plan.baseline !== null : due))
          say("interim", await interimOf(ask, subject, sofar()));
      },
    });
  const now = await sample("now", plan.window);
  const [failure] = now.problems;
  if (now.traces.length === 0 && failure && now.problems.length === backends.length)
    throw Object.assign(new Error(failure.detail), { problem: { code: failure.code, detail: failure.detail } });
  const before = plan.baseline === null ? null : await sample("baseline", plan.baseline);
  const measure = async (of: Sampled): Promise<Measured> => {
    const counted = of.counted ?? now.counted;
    const histogram = counted === null ? null : await histogramOf(deps.histograms, counted, of, signal);
    const stretches =
      of.complete || histogram === null ? [] : await countStretches(deps, backends, subject, of, signal);
    return { pending: false, histogram, stretches };
  };
  const [current, earlier] = await Promise.all([measure(now), before === null ? null : measure(before)]);
  signal.throwIfAborted();
  const analysis = await ask("analyse", {
    now: windowOf(now, current),
    before: before === null || earlier === null ? null : windowOf(before, earlier),
    ...{ most: MOST, seed: SEED },
  });
  const { contributors } = analysis;
  const asked = { contributors, now, baseline: plan.baseline, places: deps.places };
  const coincidences = await coincidencesOf(deps.changes, credential, audience, asked, signal);
  return resultOf({ subject, now, current, before, earlier, analysis, coincidences });
}

const NOT_COUNTED: Measured = { pending: true, histogram: null, stretches: [] };

/** What is known of a window that isn't read to its end: without intervals of p95, requests, baseline and changes. */
async function interimOf(ask: Ask, subject: Subject, now: Sampled): Promise<AnalysisResult> {
  const analysis = await ask("analyse", { now: windowOf(now, NOT_COUNTED), before: null, most: MOST, seed: null });
  const coincidences = { each: [], changes: { knownSince: [], problem: null } };
  return resultOf({ subject, now, current: NOT_COUNTED, before: null, earlier: null, analysis, coincidences });
}

const windowOf = ({ start, end, slices, traces }: Sampled, { histogram }: Measured): SampleWindow => ({
  ...{ start, end, traces, histogram },
  slices: slices.length,
});
