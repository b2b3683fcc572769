/** Who calls whom, each other node once. Pure. */
import type { GraphEdge } from "./model.ts";

/** The others at the other end of each node's edges: of those that end at it, that start at it, or both. A call to oneself has no other. O(edges). */
export function peersOf(
  edges: readonly Pick<GraphEdge, "source" | "target" | "half">[],
  end: "source" | "target" | "both",
): ReadonlyMap<string, ReadonlySet<string>> {
  const sets = new Map<string, Set<string>>();
  const join = (id: string, other: string) => {
    if (id === other) return;
    const set = sets.get(id);
    if (set === undefined) sets.set(id, new Set([other]));
    else set.add(other);
  };
  for (const { source, target, half } of edges) {
    // The call itself is among them too.
    if (half === "operation") continue;
    if (end !== "source") join(target, source);
    if (end !== "target") join(source, target);
  }
  return sets;
}
