/** Something of the newest traces in which one workload's proxy or program wrote, of every backend that keeps its cluster's. */
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import { startNs, type Trace } from "#lib/tracing/model.ts";
import type { SearchAnswer } from "#lib/tracing/port.ts";
import type { Steps } from "#lib/tracing/steps.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll } from "./asking.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { searchOne } from "./search.ts";

export interface SpansAsked {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly app: string | null;
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
}

export interface Newest<T> {
  readonly requests: readonly T[];
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

export interface Timed<T> {
  /** When it began, Unix seconds. */
  readonly at: number;
  readonly said: T;
}

export const startOf = (trace: Trace, row: number): number => Number(startNs(trace, row) / 1_000_000n) / 1000;

export const nodeOf = ({ cluster, namespace, workload }: SpansAsked): string =>
  nodeId({ kind: "workload", cluster, namespace, name: workload });

/** null: no backend keeps spans of that cluster. Backends that fail are told of. @throws MeshscopeError `cancelled` */
export async function newestSpans<T>(
  deps: TracingDeps,
  audience: Told,
  { cluster, namespace, workload, app, start, end }: SpansAsked,
  read: (trace: Trace, backend: Backend) => Steps<readonly Timed<T>[]>,
  signal?: AbortSignal,
): Promise<Newest<T> | null> {
  const backends = deps.backends.filter(({ clusters }) => clusters.includes(cluster));
  if (backends.length === 0) return null;
  const query = {
    ...{ service: `${app ?? workload}.${namespace}`, operation: null, tags: [], errorsOnly: false },
    ...{ start, end, minDuration: null, maxDuration: null, limit: TRACES },
  };
  const search = async (backend: Backend): Promise<SearchAnswer | string> => {
    try {
      return await searchOne(deps, backend, query, { whole: true }, signal);
    } catch (thrown) {
      const { detail } = problemOf(thrown);
      return audience.text(detail.includes(backend.name) ? detail : `${backend.name}: ${detail}`);
    }
  };
  const { heard } = await askAll(backends, search, signal);
  const found: Timed<T>[] = [];
  let since = start;
  for (const { backend, answer } of heard) {
    if (typeof answer === "string") continue;
    let oldest: number = end;
    for (const trace of answer.traces)
      for (const each of await slowly(read(trace, backend), deps.timers, signal)) {
        if (each.at < start || each.at > end) continue;
        oldest = Math.min(oldest, each.at);
        found.push(each);
      }
    if (isFull(answer)) since = unixSeconds(Math.max(since, oldest));
  }
  const problems = heard.flatMap(({ answer }) => (typeof answer === "string" ? answer : []));
  return {
    requests: found.filter(({ at }) => at >= since).map(({ said }) => said),
    ...{ since, full: heard.some(({ answer }) => typeof answer !== "string" && isFull(answer)) },
    problem: problems.length === 0 ? null : problems.join(" "),
  };
}

const isFull = ({ more, partial }: SearchAnswer): boolean => more || partial !== null;
