/** Whose calls those may be that a policy on trial would deny. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { NodeKind } from "#lib/graph/model.ts";
import { mostSeen } from "#lib/graph/trial.ts";
import type { Hop } from "#lib/graph/workload-graph.ts";
import type { Tried, TriedCaller } from "#lib/policy/dry-run.ts";

/**
 * Callers of one workload by what was seen of it. With one caller all that would be denied is its own; of several each may have none of
 * it, and no more than it calls. Where more may have been denied than is counted, that may be all that each calls.
 */
export function callersOf(
  hops: readonly Hop[],
  { protocol, denied, atLeast }: Pick<Tried, "protocol" | "denied" | "atLeast">,
  visible: (cluster: string, namespace: string) => boolean,
): readonly TriedCaller[] {
  const rates = new Map<string | null, number>();
  for (const hop of hops) {
    if (!hop.live || (hop.protocol === "tcp") !== (protocol === "tcp")) continue;
    const key = parseNodeId(hop.source);
    const hidden = key !== null && NAMED.has(key.kind) && !visible(key.cluster, key.namespace);
    const source = hidden ? null : hop.source;
    rates.set(source, (rates.get(source) ?? 0) + mostSeen(hop));
  }
  const only = rates.size === 1;
  const most = (rate: number) => {
    if (only) return atLeast ? Math.max(rate, denied) : denied;
    return atLeast ? rate : Math.min(rate, denied);
  };
  return [...rates]
    .map(
      ([source, rate]): TriedCaller =>
        only && source !== null && !atLeast
          ? { source, rate, certainty: "certain", min: denied, max: denied }
          : { source, rate, certainty: "bounded", min: only && source !== null ? denied : 0, max: most(rate) },
    )
    .toSorted((a, b) => b.rate - a.rate || ((a.source ?? "") < (b.source ?? "") ? -1 : 1));
}

/** Callers without a name have none to hide. */
const NAMED: ReadonlySet<NodeKind> = new Set(["workload", "app", "service"]);
