/** GET /traces/{id}: one trace, from the backend that has most of it. */
import { instantOf, toMs } from "#lib/api/trace-item.ts";
import type { TraceAnswer } from "#lib/api/traces.ts";
import type { TraceRequest } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { traceIdOf } from "#lib/tracing/ids.ts";
import {
  attributesOf,
  durationNs,
  eventsAt,
  linksAt,
  type Scalar,
  startNs,
  type Trace,
  type Warning,
} from "#lib/tracing/model.ts";
import type { Partial } from "#lib/tracing/port.ts";
import { headOf } from "#lib/tracing/span.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import { summaryOf } from "#lib/tracing/summary.ts";
import { treeSteps } from "#lib/tracing/tree.ts";
import { wireSteps } from "#lib/tracing/wire.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll, chosen, told } from "./asking.ts";
import { type Backend, longer } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import type { Places } from "./places.ts";
import { type SeenTrace, seenTrace } from "./seen.ts";

/**
 * @throws MeshscopeError `bad_parameter` for what is no id, `not_found`, `too_large`; a backend's problem where the others don't have it,
 * for then nobody knows. Who may see nothing of a trace is told what those are told who ask for one that isn't there.
 */
export async function showTrace(
  deps: TracingDeps,
  audience: Told,
  id: string,
  request: TraceRequest,
  signal?: AbortSignal,
): Promise<TraceAnswer> {
  const backends = chosen(deps.backends, request.backends);
  const traceId = traceIdOf(id);
  if (traceId === null)
    throw new MeshscopeError(
      "bad_parameter",
      "That is no trace's id: 1 to 32 hexadecimal digits are, zeros alone aside.",
    );
  const asking = { timeout: longer(deps.timeout), ...(signal ? { signal } : {}) };
  const round = await askAll(
    backends,
    (backend) => backend.ask("trace", (client) => client.trace(traceId, asking)),
    signal,
  );
  const found: Kept[] = [];
  for (const { backend, answer } of round.heard) {
    if (answer === null) continue;
    const seen = await slowly(seenTrace(answer.trace, backend, deps.places, audience), deps.timers, signal);
    found.push({ backend, seen, partial: answer.partial });
  }
  // Each may have it whole, or a part: spans of two aren't thrown together, for one span may be in both, and not the same.
  const [most, ...others] = found
    .filter(({ seen }) => seen.trace.length > 0)
    .sort((a, b) => b.seen.trace.length - a.seen.trace.length);
  if (most === undefined) {
    const [failure] = round.failed;
    if (failure && found.length === 0)
      throw new MeshscopeError(failure.problem.code, audience.text(failure.problem.detail));
    throw new MeshscopeError(
      "not_found",
      "No backend has this trace, or none that you may see: it may be older than what is kept, or was not sampled.",
    );
  }
  const { backend, seen, partial } = most;
  const also = others.map((each) => ({ backend: each.backend.name, spans: each.seen.trace.length }));
  return {
    ...(await slowly(answerOf(seen.trace, backend, partial, request, deps), deps.timers, signal)),
    ...(seen.hidden.spans === 0 ? {} : { hidden: seen.hidden }),
    ...(also.length === 0 ? {} : { also }),
    ...told(backends, round, audience),
  };
}

/** What one backend has of the trace, as the viewer may see it. */
interface Kept {
  readonly backend: Backend;
  readonly seen: SeenTrace;
  readonly partial: Partial | null;
}

function* nodesOf(trace: Trace, backend: Backend, places: Places): Steps<(string | null)[]> {
  const nodes: (string | null)[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    nodes.push(places.node(places.of(trace, row, backend.clusters)));
  }
  return nodes;
}

type Shown = Omit<TraceAnswer, "sources" | "problems" | "hidden" | "also">;

function* answerOf(
  trace: Trace,
  backend: Backend,
  partial: Partial | null,
  { format }: TraceRequest,
  { places, timers }: TracingDeps,
): Steps<Shown> {
  checkSize(trace, format);
  const nodes = yield* nodesOf(trace, backend, places);
  const summary = summaryOf(trace);
  const { externalUrl } = backend.config;
  yield;
  return {
    id: trace.traceId,
    backend: backend.name,
    ...(externalUrl === undefined ? {} : { externalUrl }),
    start: instantOf(summary.startNs),
    durationMs: toMs(summary.durationNs),
    services: summary.services.map((each) => ({ ...each })),
    ...(format === "columns" ? yield* columnsOf(trace, nodes) : yield* objectsOf(trace, nodes, timers.now())),
    partial,
  };
}

/** Who reads columns builds the tree of them, and finds what is wrong with it as we would. */
function* columnsOf(trace: Trace, nodes: (string | null)[]): Steps<Pick<Shown, "columns" | "nodes" | "warnings">> {
  return { columns: { ...(yield* wireSteps(trace)) }, nodes, warnings: warningsOf(trace, trace.warnings) };
}

function* objectsOf(
  trace: Trace,
  nodes: readonly (string | null)[],
  now: number,
): Steps<Pick<Shown, "spans" | "warnings">> {
  const tree = yield* treeSteps(trace, { nowNs: BigInt(Math.round(now * 1000)) * 1_000_000n, skew: true });
  return { spans: yield* spansOf(trace, nodes), warnings: warningsOf(trace, tree.warnings) };
}

const warningsOf = ({ spanId }: Trace, warnings: readonly Warning[]): TraceAnswer["warnings"] =>
  warnings.map((each) => ({ ...each, spanId: each.row < 0 ? null : (spanId[each.row] ?? null) }));

/** Objects for more spans than this would take hundreds of megabytes to write. */
const MOST_OBJECTS = 20_000;

/** @throws MeshscopeError `too_large` */
function checkSize({ length }: Trace, format: TraceRequest["format"]): void {
  if (format === "columns" || length <= MOST_OBJECTS) return;
  const detail = `This trace has ${length} spans, too many to be written one by one. Ask with format=columns.`;
  throw new MeshscopeError("too_large", detail);
}

const record = (pairs: readonly (readonly [string, Scalar])[]): Record<string, Scalar> => Object.fromEntries(pairs);

function* spansOf(trace: Trace, nodes: readonly (string | null)[]): Steps<NonNullable<TraceAnswer["spans"]>> {
  const spans: NonNullable<TraceAnswer["spans"]> = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    spans.push({ ...spanOf(trace, row), node: nodes[row] ?? null });
  }
  return spans;
}

function spanOf(trace: Trace, row: number): Omit<NonNullable<TraceAnswer["spans"]>[number], "node"> {
  const { parentId: parentSpanId, ...head } = headOf(trace, row);
  return {
    ...head,
    parentSpanId,
    startNs: startNs(trace, row).toString(),
    durationNs: durationNs(trace, row).toString(),
    attributes: record(attributesOf(trace, trace.attributes, row)),
    resource: record(attributesOf(trace, trace.resources.attributes, trace.resource[row] ?? -1)),
    events: eventsAt(trace, row).map((event) => ({
      atNs: event.atNs.toString(),
      name: event.name,
      attributes: record(event.attributes),
    })),
    links: linksAt(trace, row).map((link) => ({ ...link, attributes: record(link.attributes) })),
  };
}
