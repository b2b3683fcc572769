/** What dry runs would have denied of one edge, ALLOW and DENY together. */
import type { GraphEdge } from "./model.ts";

/** At most, in the edge's own unit: of policies of both actions, which may deny different calls. 0 where nothing is known. */
export function mostDenied({ trials = [] }: Pick<GraphEdge, "trials">): number {
  return trials.reduce((sum, { max }) => sum + max, 0);
}

/** At least: policies of both actions may deny the same calls. */
export function leastDenied({ trials = [] }: Pick<GraphEdge, "trials">): number {
  return trials.reduce((most, { min }) => Math.max(most, min), 0);
}

/** Whether more may have been denied than is told: by pods that are gone, or before a young series' first sample. */
export function mayDenyMore({ trials = [] }: Pick<GraphEdge, "trials">): boolean {
  return trials.some(({ atLeast }) => atLeast === true);
}
