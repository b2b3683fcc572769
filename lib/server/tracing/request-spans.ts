/** Which requests of whom came to one workload, by sampled spans of its proxy or program. */
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import { KINDS, startNs, type Trace } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import type { SearchAnswer } from "#lib/tracing/port.ts";
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
  /**
   * What they reach back to: the start that was asked for, or the oldest that came where there were more, the latest of these among
   * several backends. Earlier ones that came aren't among the requests: they would count without those that didn't come.
   */
  readonly since: UnixSeconds;
  readonly full: boolean;
  /** Which backends couldn't say, and why; null: all did. */
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
  const search = async (backend: Backend): Promise<SearchAnswer | string> => {
    try {
      return await searchOne(deps, backend, query, { whole: true }, signal);
    } catch (thrown) {
      const { detail } = problemOf(thrown);
      return audience.text(detail.includes(backend.name) ? detail : `${backend.name}: ${detail}`);
    }
  };
  const { heard } = await askAll(backends, search, signal);
  const found: Arrived[] = [];
  let since = start;
  for (const { backend, answer } of heard) {
    if (typeof answer === "string") continue;
    let oldest: number = end;
    for (const trace of answer.traces)
      for (const each of await slowly(arrivedAt(trace, target, backend, deps, audience), deps.timers, signal)) {
        if (each.at < start || each.at > end) continue;
        oldest = Math.min(oldest, each.at);
        found.push(each);
      }
    if (isFull(answer)) since = unixSeconds(Math.max(since, oldest));
  }
  const problems = heard.flatMap(({ answer }) => (typeof answer === "string" ? answer : []));
  return {
    requests: found.filter(({ at }) => at >= since).map(({ at: _, ...request }) => request),
    ...{ since, full: heard.some(({ answer }) => typeof answer !== "string" && isFull(answer)) },
    problem: problems.length === 0 ? null : problems.join(" "),
  };
}

const isFull = ({ more, partial }: SearchAnswer): boolean => more || partial !== null;

interface Arrived extends SpannedRequest {
  /** When it came, Unix seconds. */
  readonly at: number;
}

/** Server's spans there whose call came from elsewhere, tries of one call each for itself. Linear. */
function* arrivedAt(
  trace: Trace,
  target: string,
  backend: Backend,
  deps: TracingDeps,
  audience: Told,
): Steps<Arrived[]> {
  const nodes = yield* nodesOf(trace, backend, deps, audience);
  const parent = yield* parentsOf(trace, () => {});
  const found: Arrived[] = [];
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
