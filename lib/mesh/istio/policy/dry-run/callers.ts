/** Whose calls those may be that a policy on trial would deny. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { NodeKind } from "#lib/graph/model.ts";
import { mostSeen } from "#lib/graph/trial.ts";
import type { Hop } from "#lib/graph/workload-graph.ts";
import type { Tried, TriedCaller } from "#lib/policy/dry-run.ts";

/**
 * Callers of one workload by what was seen of it. With one caller all that would be denied is its own; of several each may have none of
 * it, and no more than it calls. `atLeast`: more may be denied than was counted, so that each may have all that it calls.
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
  return [...rates]
    .map(([source, rate]): TriedCaller => {
      const certain = only && source !== null;
      const min = certain ? denied : 0;
      if (atLeast) return { source, rate, certainty: "bounded", min, max: Math.max(rate, denied) };
      return certain
        ? { source, rate, certainty: "certain", min, max: denied }
        : { source, rate, certainty: "bounded", min, max: only ? denied : Math.min(rate, denied) };
    })
    .toSorted((a, b) => b.rate - a.rate || ((a.source ?? "") < (b.source ?? "") ? -1 : 1));
}

/** Callers without a name have none to hide. */
const NAMED: ReadonlySet<NodeKind> = new Set(["workload", "app", "service"]);
