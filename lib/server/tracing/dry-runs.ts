/**
 * What sampled spans say of policies on trial at one workload: Istio tags the server's span with the rule and its result.
 * https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/#check-dry-run-result-in-tracing-using-zipkin
 */
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import { attributeOf } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll } from "./asking.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { callerOf, nodesOf } from "./node-rows.ts";
import { searchOne } from "./search.ts";

export interface DryRunSpansAsked {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly app: string | null;
  readonly action: "allow" | "deny";
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
}

export interface DryRunSpans {
  readonly action: "allow" | "deny";
  /** Spans that were kept of calls which would be denied. */
  readonly kept: number;
  /** There may be more: a backend was asked for no more traces. */
  readonly full: boolean;
  /** By policy, `namespace/name`, most first; null: no rule took the call. */
  readonly policies: readonly { readonly policy: string | null; readonly spans: number }[];
  /** By the node that called; null: no span tells, or none that may be seen. */
  readonly callers: readonly { readonly source: string | null; readonly spans: number }[];
  /** Why not all backends could say; null: all did. */
  readonly problem: string | null;
}

/** Whole traces of each backend: each has one span or a few. */
const TRACES = 100;
const RULE = /^ns\[([^\]]{1,63})\]-policy\[([^\]]{1,253})\]-rule\[\d{1,6}\]$/;

/** null: no backend keeps spans of that cluster. Backends that fail are told of. @throws MeshscopeError `cancelled` */
export async function dryRunSpans(
  deps: TracingDeps,
  audience: Told,
  asked: DryRunSpansAsked,
  signal?: AbortSignal,
): Promise<DryRunSpans | null> {
  const { cluster, namespace, workload, app, action, start, end } = asked;
  const backends = deps.backends.filter(({ clusters }) => clusters.includes(cluster));
  if (backends.length === 0) return null;
  const result = `istio.authorization.dry_run.${action}_policy.result`;
  const query = {
    ...{
      service: `${app ?? workload}.${namespace}`,
      operation: null,
      tags: [[result, "denied"]] as [string, string][],
    },
    ...{ errorsOnly: false, start, end, minDuration: null, maxDuration: null, limit: TRACES },
  };
  const target = nodeId({ kind: "workload", cluster, namespace, name: workload });
  const policies = new Map<string | null, number>();
  const callers = new Map<string | null, number>();
  const nothing = { action, kept: 0, full: false, policies: [], callers: [] };
  let kept = 0;
  try {
    const asking = { timeout: deps.timeout, ...(signal ? { signal } : {}) };
    const search = async (backend: Backend) => {
      const can = await backend.ask("capabilities", (client) => client.capabilities(asking));
      // Who can't search by tags answers the newest traces, of which some have it.
      return searchOne(deps, backend, can.tags ? query : { ...query, tags: [] }, { whole: true }, signal);
    };
    const round = await askAll(backends, search, signal);
    // Whole, for no text of theirs is told: nodes by their places, which are asked for, and policies by their objects.
    for (const { backend, answer } of round.heard)
      for (const trace of answer.traces) {
        const nodes = await slowly(nodesOf(trace, backend, deps, audience), deps.timers, signal);
        const parent = await slowly(
          parentsOf(trace, () => {}),
          deps.timers,
          signal,
        );
        for (let row = 0; row < trace.length; row++) {
          if (nodes[row] !== target || attributeOf(trace, row, result) !== "denied") continue;
          kept += 1;
          add(policies, policyOf(attributeOf(trace, row, `istio.authorization.dry_run.${action}_policy.name`)));
          add(callers, callerOf(row, parent, nodes));
        }
      }
    const [failed] = round.failed;
    return {
      ...{ action, kept },
      full: round.heard.some(({ answer }) => answer.more),
      policies: ranked(policies).map(([policy, spans]) => ({ policy, spans })),
      callers: ranked(callers).map(([source, spans]) => ({ source, spans })),
      problem: failed === undefined ? null : audience.text(failed.problem.detail),
    };
  } catch (thrown) {
    const { code, detail } = problemOf(thrown);
    if (code === "cancelled") throw thrown;
    return { ...nothing, problem: audience.text(detail) };
  }
}

function policyOf(rule: unknown): string | null {
  const [, namespace, name] = RULE.exec(typeof rule === "string" ? rule : "") ?? [];
  return namespace === undefined || name === undefined ? null : `${namespace}/${name}`;
}

const add = (counts: Map<string | null, number>, key: string | null): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
const ranked = (counts: ReadonlyMap<string | null, number>) => [...counts].toSorted(([, a], [, b]) => b - a);
