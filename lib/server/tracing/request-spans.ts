/** Which requests of whom came to one workload, by sampled spans of its proxy or program. */
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import { KINDS, startNs, type Trace } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import { requestOf, type SpanRequest } from "#lib/tracing/request.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll } from "./asking.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { callerOf, nodesOf } from "./node-rows.ts";
import { searchOne } from "./search.ts";

export interface RequestSpansAsked {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly app: string | null;
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
}

export interface SpannedRequest {
  /** The node that called; null: no span tells, or none that may be seen. */
  readonly source: string | null;
  readonly request: SpanRequest;
  readonly trace: string;
  readonly backend: string;
}

export interface RequestSpans {
  readonly requests: readonly SpannedRequest[];
  /** What they reach back to: the start that was asked for, or the oldest that came where there were more. */
  readonly since: UnixSeconds;
  readonly full: boolean;
  /** Why not all backends could say; null: all did. */
  readonly problem: string | null;
}

/** Whole traces of each backend, the newest: each has one span of the workload or a few. */
const TRACES = 100;
const SERVER = KINDS.indexOf("server");

/** null: no backend keeps spans of that cluster. Backends that fail are told of. @throws MeshscopeError `cancelled` */
export async function requestSpans(
  deps: TracingDeps,
  audience: Told,
  { cluster, namespace, workload, app, start, end }: RequestSpansAsked,
  signal?: AbortSignal,
): Promise<RequestSpans | null> {
  const backends = deps.backends.filter(({ clusters }) => clusters.includes(cluster));
  if (backends.length === 0) return null;
  const query = {
    ...{ service: `${app ?? workload}.${namespace}`, operation: null, tags: [], errorsOnly: false },
    ...{ start, end, minDuration: null, maxDuration: null, limit: TRACES },
  };
  const target = nodeId({ kind: "workload", cluster, namespace, name: workload });
  try {
    const search = (backend: Backend) => searchOne(deps, backend, query, { whole: true }, signal);
    const round = await askAll(backends, search, signal);
    const requests: SpannedRequest[] = [];
    let oldest: number = end;
    for (const { backend, answer } of round.heard) {
      for (const trace of answer.traces) {
        const found = await slowly(arrivedAt(trace, target, backend, deps, audience), deps.timers, signal);
        for (const { at, ...request } of found) {
          if (at < start || at > end) continue;
          oldest = Math.min(oldest, at);
          requests.push(request);
        }
      }
    }
    const full = round.heard.some(({ answer }) => answer.more || answer.partial !== null);
    const [failed] = round.failed;
    return {
      ...{ requests, full, since: full ? unixSeconds(oldest) : start },
      problem: failed === undefined ? null : audience.text(failed.problem.detail),
    };
  } catch (thrown) {
    const { code, detail } = problemOf(thrown);
    if (code === "cancelled") throw thrown;
    return { requests: [], since: start, full: false, problem: audience.text(detail) };
  }
}

/** Server's spans there whose call came from elsewhere, tries of one call each for itself. Linear. */
function* arrivedAt(
  trace: Trace,
  target: string,
  backend: Backend,
  deps: TracingDeps,
  audience: Told,
): Steps<(SpannedRequest & { readonly at: number })[]> {
  const nodes = yield* nodesOf(trace, backend, deps, audience);
  const parent = yield* parentsOf(trace, () => {});
  const found: (SpannedRequest & { readonly at: number })[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const above = parent[row] ?? -1;
    if (nodes[row] !== target || trace.kind[row] !== SERVER || nodes[above] === target) continue;
    found.push({
      ...{ source: callerOf(row, parent, nodes), request: requestOf(trace, row) },
      ...{ trace: trace.traceId, backend: backend.name, at: Number(startNs(trace, row) / 1_000_000n) / 1000 },
    });
  }
  return found;
}
