/** GET /traces/{id}: one trace, from whichever backend has it. */
import { instantOf, toMs } from "#lib/api/trace-item.ts";
import type { TraceAnswer } from "#lib/api/traces.ts";
import type { TraceRequest } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { traceIdOf } from "#lib/tracing/ids.ts";
import { attributesOf, durationNs, eventsAt, linksAt, type Scalar, startNs, type Trace } from "#lib/tracing/model.ts";
import type { Partial } from "#lib/tracing/port.ts";
import { headOf } from "#lib/tracing/span.ts";
import { summaryOf } from "#lib/tracing/summary.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { toWire } from "#lib/tracing/wire.ts";
import type { Told } from "../rights/viewers.ts";
import { askAll, chosen, told } from "./asking.ts";
import { type Backend, longer } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { seenTrace } from "./seen.ts";

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
  const found = round.heard.find(({ answer }) => answer !== null);
  const seen = found?.answer ? seenTrace(found.answer.trace, found.backend, deps.places, audience) : null;
  if (found?.answer == null || seen === null || seen.trace.length === 0) {
    const [failure] = round.failed;
    if (failure && found === undefined)
      throw new MeshscopeError(failure.problem.code, audience.text(failure.problem.detail));
    throw new MeshscopeError(
      "not_found",
      "No backend has this trace, or none that you may see: it may be older than what is kept, or was not sampled.",
    );
  }
  const nodes = nodesOf(seen.trace, found.backend, deps);
  return {
    ...answerOf(seen.trace, found.backend, found.answer.partial, request, nodes, deps.timers.now()),
    ...(seen.hidden.spans === 0 ? {} : { hidden: seen.hidden }),
    ...told(backends, round, audience),
  };
}

function nodesOf(trace: Trace, backend: Backend, { places }: TracingDeps): (string | null)[] {
  return Array.from({ length: trace.length }, (_, row) => places.node(places.of(trace, row, backend.clusters)));
}

function answerOf(
  trace: Trace,
  backend: Backend,
  partial: Partial | null,
  { format }: TraceRequest,
  nodes: readonly (string | null)[],
  now: number,
): Omit<TraceAnswer, "sources" | "problems" | "hidden"> {
  checkSize(trace, format);
  const summary = summaryOf(trace);
  const { externalUrl } = backend.config;
  const tree = buildTree(trace, { nowNs: BigInt(Math.round(now * 1000)) * 1_000_000n, skew: true });
  return {
    id: trace.traceId,
    backend: backend.name,
    ...(externalUrl === undefined ? {} : { externalUrl }),
    start: instantOf(summary.startNs),
    durationMs: toMs(summary.durationNs),
    services: summary.services.map((each) => ({ ...each })),
    ...(format === "columns" ? { columns: { ...toWire(trace) }, nodes: [...nodes] } : { spans: spansOf(trace, nodes) }),
    warnings: tree.warnings.map((each) => ({
      ...each,
      spanId: each.row < 0 ? null : (trace.spanId[each.row] ?? null),
    })),
    partial,
  };
}

/** Objects for more spans than this would take hundreds of megabytes to write. */
const MOST_OBJECTS = 20_000;

/** @throws MeshscopeError `too_large` */
function checkSize({ length }: Trace, format: TraceRequest["format"]): void {
  if (format === "columns" || length <= MOST_OBJECTS) return;
  const detail = `This trace has ${length} spans, too many to be written one by one. Ask with format=columns.`;
  throw new MeshscopeError("too_large", detail);
}

const record = (pairs: readonly (readonly [string, Scalar])[]): Record<string, Scalar> => Object.fromEntries(pairs);

function spansOf(trace: Trace, nodes: readonly (string | null)[]): NonNullable<TraceAnswer["spans"]> {
  const spanOf = (row: number) => {
    const { parentId: parentSpanId, ...head } = headOf(trace, row);
    return { ...head, parentSpanId };
  };
  return Array.from({ length: trace.length }, (_, row) => ({
    ...spanOf(row),
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
    node: nodes[row] ?? null,
  }));
}
