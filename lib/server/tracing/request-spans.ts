/** Which requests of whom came to one workload, by sampled spans of its proxy or program. */
import { KINDS, type Trace, valueAt } from "#lib/tracing/model.ts";
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
  /** It is no proxy's: its path is the one that came in, whatever proxies on the way made of it. Absent: Envoy's, which has the one before. */
  readonly rewritten?: true;
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

/** Envoy tags all of its spans so. */
const isProxys = (trace: Trace, row: number): boolean => valueAt(trace, trace.attributes, row, "component") === "proxy";

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
    const said = {
      ...{ source: callerOf(row, parent, nodes), request: requestOf(trace, row) },
      ...(isProxys(trace, row) ? {} : { rewritten: true as const }),
    };
    found.push({ at: startOf(trace, row), said: { ...said, trace: trace.traceId, backend: backend.name } });
  }
  return found;
}
