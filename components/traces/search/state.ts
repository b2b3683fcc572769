/** A search for traces as the address holds it: one reader, one writer, and what is wrong with it. Pure. */
import { parseInstant } from "#lib/api/instant.ts";
import { readSpanDuration } from "#lib/api/span-duration.ts";
import { parseFileTraceId } from "#lib/live/trace/file-id.ts";
import { MAX_TAGS, parseTags, TAGS_WORDS } from "#lib/tracing/logfmt.ts";

export const LOOKBACKS = { "5m": 300, "15m": 900, "1h": 3600, "6h": 21_600, "1d": 86_400, "7d": 604_800 } as const;
export type Lookback = keyof typeof LOOKBACKS;
export const LIMITS = [20, 50, 100, 200, 500] as const;
export const SORTS = ["start", "duration", "spans", "errors", "services", "root"] as const;
export type Sort = (typeof SORTS)[number];

/** What part of the plot was marked: unix milliseconds and milliseconds of duration. */
export interface Brush {
  readonly from: number;
  readonly to: number;
  readonly shortest: number;
  readonly longest: number;
}

export interface TraceSearch {
  /** Names; empty: all. */
  readonly backends: readonly string[];
  readonly service: string;
  readonly operation: string;
  /** As typed, read or not. */
  readonly tags: string;
  readonly errors: boolean;
  readonly minDuration: string;
  readonly maxDuration: string;
  /** The last so much time, where `start` and `end` name none. */
  readonly lookback: Lookback;
  /** RFC 3339 or unix seconds; null: by `lookback`. */
  readonly start: string | null;
  /** null: now. */
  readonly end: string | null;
  /** New traces are asked for again and again; only while the time ends now. */
  readonly tail: boolean;
  /** Of each backend. */
  readonly limit: number;
  readonly sort: Sort;
  /** Downwards: the newest, longest, most first. */
  readonly down: boolean;
  readonly brush: Brush | null;
}

export const NO_SEARCH: TraceSearch = {
  ...{ backends: [], service: "", operation: "", tags: "", errors: false, minDuration: "", maxDuration: "" },
  ...{ lookback: "1h", start: null, end: null, tail: false, limit: 50 },
  ...{ sort: "start", down: true, brush: null },
};

/** Reads the address. What isn't a choice counts as absent; texts stay as they are, to be shown with what is wrong. */
export function readSearch(params: URLSearchParams): TraceSearch {
  const text = (key: string) => params.get(key) ?? "";
  const sort = text("sort");
  const known = SORTS.find((one) => one === sort.replace(/^-/, ""));
  const limit = Number(text("limit"));
  const lookback = text("lookback");
  const end = params.get("end") || null;
  return {
    backends: [...new Set(text("backends").split(",").filter(Boolean))].sort(),
    service: text("service"),
    operation: text("operation"),
    tags: text("tags"),
    errors: text("errors") === "only",
    minDuration: text("minDuration"),
    maxDuration: text("maxDuration"),
    lookback: Object.hasOwn(LOOKBACKS, lookback) ? (lookback as Lookback) : NO_SEARCH.lookback,
    start: params.get("start") || null,
    end,
    tail: text("tail") === "on" && end === null,
    limit: Number.isInteger(limit) && limit >= 1 && limit <= 500 ? limit : NO_SEARCH.limit,
    sort: known ?? NO_SEARCH.sort,
    down: known === undefined || sort.startsWith("-"),
    brush: readBrush(text("brush")),
  };
}

function readBrush(text: string): Brush | null {
  const numbers = text.split(",").map(Number);
  const [from, to, shortest, longest] = numbers;
  if (numbers.length !== 4 || numbers.some((n) => !Number.isFinite(n) || n < 0)) return null;
  if (from === undefined || to === undefined || shortest === undefined || longest === undefined) return null;
  return from <= to && shortest <= longest ? { from, to, shortest, longest } : null;
}

/** The address's parameters after a change: everybody else's untouched, defaults left out, in a fixed order. */
export function patchSearch(params: URLSearchParams, patch: Partial<TraceSearch>): URLSearchParams {
  const state = { ...readSearch(params), ...patch };
  const next = new URLSearchParams(params);
  const { brush } = state;
  const values: Readonly<Record<string, string>> = {
    backends: state.backends.join(","),
    service: state.service,
    operation: state.operation,
    tags: state.tags.trim(),
    errors: state.errors ? "only" : "",
    minDuration: state.minDuration.trim(),
    maxDuration: state.maxDuration.trim(),
    lookback: state.start !== null || state.lookback === NO_SEARCH.lookback ? "" : state.lookback,
    start: state.start ?? "",
    end: state.end ?? "",
    tail: state.tail && state.end === null ? "on" : "",
    limit: state.limit === NO_SEARCH.limit ? "" : String(state.limit),
    sort: state.sort === NO_SEARCH.sort && state.down ? "" : `${state.down ? "-" : ""}${state.sort}`,
    brush: brush === null ? "" : [brush.from, brush.to, brush.shortest, brush.longest].join(","),
  };
  for (const [key, value] of Object.entries(values)) {
    next.delete(key);
    if (value !== "") next.set(key, value);
  }
  return next;
}

export type Field = "tags" | "minDuration" | "maxDuration" | "start" | "end";

/** What is wrong with what was typed, by field; none: it can be asked for. */
export function problemsOf(search: TraceSearch): Readonly<Partial<Record<Field, string>>> {
  const found: Partial<Record<Field, string>> = {};
  const pairs = parseTags(search.tags);
  if (pairs === null) found.tags = `These can't be read. Write ${TAGS_WORDS}.`;
  else if (pairs.length > MAX_TAGS) found.tags = `${pairs.length} tags are more than the ${MAX_TAGS} of one search.`;
  const durations = { minDuration: search.minDuration.trim(), maxDuration: search.maxDuration.trim() };
  for (const key of ["minDuration", "maxDuration"] as const)
    if (durations[key] !== "" && readSpanDuration(durations[key]) === null) found[key] = "Write 500us, 25ms or 1.5s.";
  const [least, most] = [readSpanDuration(durations.minDuration), readSpanDuration(durations.maxDuration)];
  if (least !== null && most !== null && least > most)
    found.maxDuration = "The longest is shorter than the shortest: nothing can be both.";
  const instants = { start: search.start, end: search.end };
  for (const key of ["start", "end"] as const)
    if (instants[key] !== null && parseInstant(instants[key]) === null)
      found[key] = `“${instants[key]}” is no instant. Choose the time anew.`;
  const [from, to] = [parseInstant(search.start ?? ""), parseInstant(search.end ?? "")];
  if (from !== null && to !== null && from >= to) found.start = "The beginning must lie before the end.";
  return found;
}

/**
 * The query of GET /traces. `now`: unix seconds. Only of a search without problems.
 */
export function apiParams(search: TraceSearch, now: number): URLSearchParams {
  const params = new URLSearchParams();
  const put = (key: string, value: string) => value !== "" && params.set(key, value);
  put("backends", search.backends.join(","));
  put("service", search.service);
  put("operation", search.operation);
  put("tags", search.tags.trim());
  put("errors", search.errors ? "only" : "");
  put("minDuration", search.minDuration.trim());
  put("maxDuration", search.maxDuration.trim());
  const end = search.end === null ? now : (parseInstant(search.end) ?? now);
  const start = search.start === null ? null : parseInstant(search.start);
  put("start", String(start ?? end - LOOKBACKS[search.lookback]));
  if (search.end !== null) put("end", search.end);
  put("limit", String(search.limit));
  return params;
}

/** What is asked of the server: two searches that differ in how their answer is shown are one question. */
export function questionOf({ sort: _s, down: _d, brush: _b, tail: _t, ...question }: TraceSearch) {
  return question;
}

/** The page's address for a search; `scope` are parameters that come along (clusters, namespaces). */
export function tracesHref(search: Partial<TraceSearch>, scope = new URLSearchParams()): string {
  const params = patchSearch(scope, search);
  return params.size === 0 ? "/traces" : `/traces?${params}`;
}

/** Where a trace is. */
interface Place {
  readonly id: string;
  readonly backend: string;
}

/** One trace's page. The backend says where to look; without it all are asked. */
export function traceHref({ id, backend }: Place): string {
  const path = `/traces/${encodeURIComponent(id)}`;
  return parseFileTraceId(id) === null ? `${path}?${new URLSearchParams({ backend })}` : path;
}

/** Two traces side by side; with the second still to be named, all backends are asked for it. Those of files are in no backend. */
export function compareHref(a: Place, b: Place | null): string {
  if (b === null) return `/traces/compare?${new URLSearchParams({ a: a.id })}`;
  const stored = [a, b].filter(({ id }) => parseFileTraceId(id) === null);
  const backends = [...new Set(stored.map(({ backend }) => backend))].join(",");
  return `/traces/compare?${new URLSearchParams({ a: a.id, b: b.id, ...(backends === "" ? {} : { backends }) })}`;
}
