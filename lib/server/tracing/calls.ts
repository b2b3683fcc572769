/** GET /traces/calls: the calls of one edge or node, span by span, from whole traces of one search. */
import { formatInstant } from "#lib/api/instant.ts";
import { instantOf, toMs } from "#lib/api/trace-item.ts";
import type { TraceCall, TraceCallsAnswer } from "#lib/api/traces.ts";
import type { TraceCallsQuery } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type NodeKey, parseNodeId } from "#lib/graph/id.ts";
import { durationNs, hasFailed, nameOf, serviceOf, startNs, type Trace } from "#lib/tracing/model.ts";
import type { SearchAnswer } from "#lib/tracing/port.ts";
import type { Steps } from "#lib/tracing/steps.ts";
import { treeSteps } from "#lib/tracing/tree.ts";
import { keysOf } from "#lib/tracing/view/keys.ts";
import { checkSubjects } from "../rights/filter.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll, chosen, type Heard, told } from "./asking.ts";
import type { Backend } from "./backends.ts";
import { type CallsAsked, callRows } from "./call-match.ts";
import type { TracingDeps } from "./deps.ts";
import type { Exemplars } from "./exemplars.ts";
import { rangeOf } from "./range.ts";
import { askedOf, checkService, searchOne } from "./search.ts";
import { seenTrace } from "./seen.ts";

/** Dots beyond this hide one another. */
const MOST_CALLS = 500;

/** @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden`; the backend's problem where none answered */
export async function findCalls(
  deps: TracingDeps & { readonly exemplars: Exemplars },
  audience: Told,
  query: TraceCallsQuery,
  signal: AbortSignal,
): Promise<TraceCallsAnswer> {
  const asked = callsOf(query);
  checkSubjects(
    [asked.from, asked.to].filter((key) => key !== null),
    audience.visibility,
  );
  const backends = chosen(deps.backends, query.backends);
  checkService(query.service, backends, audience);
  const range = rangeOf(query, deps.timers.now());
  const [round, exemplars] = await Promise.all([
    askAll(backends, (backend) => searchOne(deps, backend, askedOf(query, range), { whole: true }, signal), signal),
    deps.exemplars.of(asked, range, signal),
  ]);
  const calls: (TraceCall & { readonly at: number })[] = [];
  for (const heard of round.heard)
    for (const call of await slowly(callsIn(heard, asked, deps, audience), deps.timers, signal)) calls.push(call);
  const found = [...new Map(calls.map((call) => [`${call.trace} ${call.span}`, call])).values()]
    .filter(({ at }) => at >= range.start * 1000 && at <= range.end * 1000)
    .sort((a, b) => b.at - a.at || (a.span < b.span ? -1 : 1));
  return {
    items: found.slice(0, MOST_CALLS).map(({ at: _, ...item }) => item),
    more: Math.max(0, found.length - MOST_CALLS),
    traces: new Set(found.map(({ trace }) => trace)).size,
    exemplars: exemplars.map(({ traceId, at, ms }) => ({ trace: traceId, at: formatInstant(at), durationMs: ms })),
    start: formatInstant(range.start),
    end: formatInstant(range.end),
    ...told(backends, round, audience),
    partial: round.heard.flatMap(({ backend, answer: { partial } }) =>
      partial === null ? [] : [{ source: backend.name, ...partial, detail: audience.text(partial.detail) }],
    ),
    full: round.heard.filter(({ answer }) => answer.more).map(({ backend }) => backend.name),
    warnings: [...new Set(round.heard.flatMap(({ answer }) => answer.warnings))].map(audience.text),
  };
}

/** @throws MeshscopeError `bad_parameter` */
function callsOf({ from, to, lens }: Pick<TraceCallsQuery, "from" | "to" | "lens">): CallsAsked {
  const key = (name: string, id: string | undefined): NodeKey | null => {
    const parsed = id === undefined ? null : parseNodeId(id);
    if (id !== undefined && parsed === null)
      throw new MeshscopeError(
        "bad_parameter",
        `Parameter '${name}' isn't an id. Accepted: cluster/namespace/kind/name[/version], as /graph answers it.`,
      );
    return parsed;
  };
  const ends = { from: key("from", from), to: key("to", to), lens };
  if (ends.from === null && ends.to === null)
    throw new MeshscopeError("bad_parameter", "Give 'from', 'to' or both, ids of nodes as /graph answers them.");
  return ends;
}

function* callsIn(
  { backend, answer }: Heard<SearchAnswer>,
  asked: CallsAsked,
  { places, timers }: TracingDeps,
  audience: Told,
): Steps<(TraceCall & { readonly at: number })[]> {
  const text = audience.texts();
  const nowNs = BigInt(Math.round(timers.now() * 1000)) * 1_000_000n;
  const found: (TraceCall & { readonly at: number })[] = [];
  for (const whole of answer.traces) {
    const { trace } = yield* seenTrace(whole, backend, places, audience, text);
    const tree = yield* treeSteps(trace, { nowNs, skew: false });
    const rows = yield* callRows(trace, tree, asked, { places, clusters: backend.clusters });
    yield;
    if (rows.length === 0) continue;
    const keyAt = keysOf(trace.spanId.map((id) => id.padEnd(16)).join(""));
    for (const row of rows) found.push(callAt(trace, row, backend, keyAt(row)));
  }
  return found;
}

function callAt(trace: Trace, row: number, backend: Backend, span: string): TraceCall & { readonly at: number } {
  const start = startNs(trace, row);
  return {
    ...{
      trace: trace.traceId,
      backend: backend.name,
      span,
      service: serviceOf(trace, row),
      operation: nameOf(trace, row),
    },
    ...{ start: instantOf(start), startNs: start.toString(), durationMs: toMs(durationNs(trace, row)) },
    ...{ failed: hasFailed(trace, row), at: Number(start / 1_000_000n) },
  };
}
