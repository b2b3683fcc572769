/** Badges of what one mark stands for, be it one workload or several: what all of them are, and what only some of them are. */
import { type Badge, sortBadges } from "./badges.ts";
import type { Coverage, GraphNode } from "./model.ts";
import type { WorkloadNode } from "./workload-graph.ts";

/** What members have to have all together for the mark to have it. */
const SHARED: readonly Badge[] = ["unmeshed", "gone", "gateway", "waypoint"];

export interface Marked {
  readonly badges: readonly Badge[];
  /** Pods (of one workload) or workloads (of several) that are not in the mesh while others are. */
  readonly counts: GraphNode["badgeCounts"] | null;
}

/** `members`: of a mark that stands for several; of one workload, it alone. Unknown members (services, hosts) say nothing. */
export function marked(
  members: readonly WorkloadNode[],
  grouped: boolean,
  coverage: Coverage | null,
  outside: boolean,
): Marked {
  const [only] = members;
  const badges: Badge[] = outside ? ["outside"] : [];
  if (!grouped) {
    const without = only?.podsOutside ?? 0;
    badges.push(...(only?.badges ?? []));
    return { badges: sortBadges(badges), counts: without > 0 ? { "partly-unmeshed": without } : null };
  }
  const workloads = members.filter(({ key }) => key.kind === "workload");
  for (const badge of SHARED) {
    if (workloads.length > 0 && workloads.every((member) => member.badges.includes(badge))) badges.push(badge);
  }
  const without = workloads.filter((one) => one.badges.includes("unmeshed") || one.badges.includes("partly-unmeshed"));
  const partly = without.length > 0 && !badges.includes("unmeshed");
  if (partly) badges.push("partly-unmeshed");
  if (coverage !== null && coverage.reporting < coverage.pods) {
    badges.push(coverage.reporting === 0 ? "no-telemetry" : "partial-coverage");
  }
  return { badges: sortBadges(badges), counts: partly ? { "partly-unmeshed": without.length } : null };
}

/** When the last of the members went away; null while one of them is there. */
export function goneAtOf(members: readonly WorkloadNode[]): number | null {
  const instants = members.map(({ goneAt }) => goneAt);
  return members.length === 0 || instants.includes(null) ? null : Math.max(...instants.map(Number));
}
