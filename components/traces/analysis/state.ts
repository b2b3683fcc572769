/** What an analysis is about, as the address holds it: one reader, one writer, and what is wrong with it. Pure. */
import { parseInstant } from "#lib/api/instant.ts";
import { LOOKBACKS, type Lookback, readSearch, type TraceSearch } from "../search/state.ts";

export const SAMPLES = [50, 100, 200, 500, 1000] as const;
/** The same length of time before the window, or as long before as each says; none: nothing is compared. */
export const BASELINES = { before: null, day: 86_400, week: 604_800, none: null } as const;
export type Baseline = keyof typeof BASELINES;
export const MEASURES = ["p95", "mean"] as const;
export type Measure = (typeof MEASURES)[number];

export interface AnalysisAsked
  extends Pick<TraceSearch, "backends" | "service" | "operation" | "lookback" | "start" | "end"> {
  /** Calls of the service to this service or host, in place of calls to the service; "" for these. */
  readonly target: string;
  readonly baseline: Baseline;
  /** A window that was chosen itself, instants as the address has them; null: as `baseline` says. */
  readonly against: { readonly start: string; readonly end: string } | null;
  /** Traces of each window. */
  readonly sample: number;
  /** What the contributors are ranked by. */
  readonly by: Measure;
}

export const NO_ANALYSIS: AnalysisAsked = {
  ...{ backends: [], service: "", operation: "", target: "", lookback: "1h", start: null, end: null },
  ...{ baseline: "before", against: null, sample: 200, by: "p95" },
};

/** Reads the address. What isn't a choice counts as absent; texts stay as they are, to be shown with what is wrong. */
export function readAnalysis(params: URLSearchParams): AnalysisAsked {
  const { backends, service, operation, lookback, start, end } = readSearch(params);
  const sample = Number(params.get("sample"));
  const [from, to] = [params.get("baselineStart"), params.get("baselineEnd")];
  const baseline = params.get("baseline") ?? "";
  return {
    ...{ backends, service, operation, lookback, start, end },
    target: params.get("target") ?? "",
    baseline: Object.hasOwn(BASELINES, baseline) ? (baseline as Baseline) : NO_ANALYSIS.baseline,
    against: from && to ? { start: from, end: to } : null,
    sample: Number.isInteger(sample) && sample >= 10 && sample <= 1000 ? sample : NO_ANALYSIS.sample,
    by: MEASURES.find((one) => one === params.get("by")) ?? NO_ANALYSIS.by,
  };
}

/** The address's parameters after a change: everybody else's untouched, defaults left out, in a fixed order. */
export function patchAnalysis(params: URLSearchParams, patch: Partial<AnalysisAsked>): URLSearchParams {
  const state = { ...readAnalysis(params), ...patch };
  const next = new URLSearchParams(params);
  const { against } = state;
  const values: Readonly<Record<string, string>> = {
    backends: state.backends.join(","),
    service: state.service.trim(),
    operation: state.operation.trim(),
    target: state.target.trim(),
    lookback: state.start !== null || state.lookback === NO_ANALYSIS.lookback ? "" : state.lookback,
    start: state.start ?? "",
    end: state.end ?? "",
    baseline: against !== null || state.baseline === NO_ANALYSIS.baseline ? "" : state.baseline,
    baselineStart: against?.start ?? "",
    baselineEnd: against?.end ?? "",
    sample: state.sample === NO_ANALYSIS.sample ? "" : String(state.sample),
    by: state.by === NO_ANALYSIS.by ? "" : state.by,
  };
  for (const [key, value] of Object.entries(values)) {
    next.delete(key);
    if (value !== "") next.set(key, value);
  }
  return next;
}

/** The page's address; `scope` are parameters that come along. */
export function analysisHref(asked: Partial<AnalysisAsked>, scope = new URLSearchParams()): string {
  const params = patchAnalysis(scope, asked);
  return params.size === 0 ? "/traces/analysis" : `/traces/analysis?${params}`;
}

/** What is asked of the server: what differs in how the answer is shown alone is one question. */
export function questionOf({ by: _, ...question }: AnalysisAsked) {
  return question;
}

export type AnalysisField = "service" | "time" | "baseline";

/** What is wrong with it, by field; none: it can be asked for. `now`: unix seconds. */
export function problemsOf(asked: AnalysisAsked, now: number): Readonly<Partial<Record<AnalysisField, string>>> {
  const found: Partial<Record<AnalysisField, string>> = {};
  if (asked.service.trim() === "") found.service = "Choose the service whose time it is about.";
  const { start, end, against } = asked;
  const unread = (text: string | null) => text !== null && parseInstant(text) === null;
  if (unread(start) || unread(end)) found.time = "The time can't be read. Choose it anew.";
  else {
    const window = windowOf(asked, now);
    if (window.start >= window.end) found.time = "The beginning must lie before the end.";
  }
  if (against !== null && (unread(against.start) || unread(against.end)))
    found.baseline = "The time to compare with can't be read. Choose it anew.";
  else if (against !== null && (parseInstant(against.start) ?? 0) >= (parseInstant(against.end) ?? 0))
    found.baseline = "The beginning of the time to compare with must lie before its end.";
  return found;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

function windowOf({ start, end, lookback }: Pick<AnalysisAsked, "start" | "end" | "lookback">, now: number): Stretch {
  const to = end === null ? now : (parseInstant(end) ?? now);
  return { start: start === null ? to - LOOKBACKS[lookback] : (parseInstant(start) ?? to), end: to };
}

/** What the window is compared with; null: nothing. Unix seconds. */
function baselineOf({ baseline, against }: AnalysisAsked, { start, end }: Stretch): Stretch | null {
  if (against !== null) return { start: parseInstant(against.start) ?? 0, end: parseInstant(against.end) ?? 0 };
  if (baseline === "none") return null;
  const back = BASELINES[baseline] ?? end - start;
  return { start: start - back, end: end - back };
}

/** The query of GET /trace-analysis, of what has no problem. `now`: unix seconds. */
export function apiParams(asked: AnalysisAsked, now: number): URLSearchParams {
  const window = windowOf(asked, now);
  const baseline = baselineOf(asked, window);
  const params = new URLSearchParams();
  const put = (key: string, value: string) => value !== "" && params.set(key, value);
  put("backends", asked.backends.join(","));
  put("service", asked.service.trim());
  put("operation", asked.operation.trim());
  put("target", asked.target.trim());
  put("start", String(window.start));
  put("end", String(window.end));
  put("baselineStart", baseline === null ? "" : String(baseline.start));
  put("baselineEnd", baseline === null ? "" : String(baseline.end));
  put("sample", String(asked.sample));
  return params;
}

/** Around one instant, half an hour to either side, as far as it has come: where a trace's own time went, and its neighbours'. */
export function around(at: string, now: number): Pick<AnalysisAsked, "start" | "end" | "lookback"> {
  const instant = parseInstant(at);
  if (instant === null || instant + 1800 > now) return { start: null, end: null, lookback: "1h" satisfies Lookback };
  const text = (seconds: number) => new Date(seconds * 1000).toISOString();
  return { start: text(Math.floor(instant) - 1800), end: text(Math.floor(instant) + 1800), lookback: "1h" };
}
