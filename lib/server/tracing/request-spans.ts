/** Which requests of whom came to one workload, by sampled spans of its proxy or program. */
import { KINDS, type Trace } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import { requestOf, type SpanRequest } from "#lib/tracing/request.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import type { Told } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { type Newest, newestSpans, nodeOf, type SpansAsked, startOf, type Timed } from "./newest-spans.ts";
import { callerOf, nodesOf } from "./node-rows.ts";

export interface SpannedRequest {
  /** The node that called; null: no span tells, or none that may be seen. */
  readonly source: string | null;
  readonly request: SpanRequest;
  readonly trace: string;
  readonly backend: string;
}

export type RequestSpans = Newest<SpannedRequest>;

const SERVER = KINDS.indexOf("server");

/** null: no backend keeps spans of that cluster. Backends that fail are told of. @throws MeshscopeError `cancelled` */
export const requestSpans = (
  deps: TracingDeps,
  audience: Told,
  asked: SpansAsked,
  signal?: AbortSignal,
): Promise<RequestSpans | null> =>
  newestSpans(
    deps,
    audience,
    asked,
    (trace, backend) => arrivedAt(trace, nodeOf(asked), backend, deps, audience),
    signal,
  );

/** Server's spans there whose call came from elsewhere, tries of one call each for itself. Linear. */
function* arrivedAt(
  trace: Trace,
  target: string,
  backend: Backend,
  deps: TracingDeps,
  audience: Told,
): Steps<Timed<SpannedRequest>[]> {
  const nodes = yield* nodesOf(trace, backend, deps, audience);
  const parent = yield* parentsOf(trace, () => {});
  const found: Timed<SpannedRequest>[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const above = parent[row] ?? -1;
    if (nodes[row] !== target || trace.kind[row] !== SERVER || nodes[above] === target) continue;
    const said = { source: callerOf(row, parent, nodes), request: requestOf(trace, row) };
    found.push({ at: startOf(trace, row), said: { ...said, trace: trace.traceId, backend: backend.name } });
  }
  return found;
}
