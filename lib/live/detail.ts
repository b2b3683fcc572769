/** Which question the server is asked: every mark, or one per namespace where that would be too many to read. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";

/** Above so many marks a first view shows groups. */
export const MOST_MARKS = 150;
/** A graph that grows while it is watched may exceed that a little before it is taken away from its reader. */
const GROWN = 1.2;

export type Detail = "auto" | "groups" | "workloads";

const grouped = ({ lens }: GraphView) => lens === "namespace" || lens === "cluster";

/** Whether this answer must be asked for again as groups. */
export function needsGroups(view: GraphView, detail: Detail, graph: Graph, first: boolean): boolean {
  return detail === "auto" && !grouped(view) && graph.nodes.length > (first ? MOST_MARKS : MOST_MARKS * GROWN);
}

/** Whether marks of this drawing stand for several workloads. */
export function folds(view: GraphView, groups: boolean): boolean {
  return groups || grouped(view) || view.fold.length > 0;
}

/** The view to ask for. */
export function askedView(view: GraphView, groups: boolean): GraphView {
  return groups && !grouped(view) ? { ...view, lens: "namespace" } : view;
}

/** Marks that stand for something that runs, as against hosts outside and callers unknown. */
export function countWorkloads(graph: Graph): number {
  return graph.nodes.filter(({ kind }) => kind === "workload" || kind === "app" || kind === "service").length;
}

/** Views with one key share their places: what changes only numbers (window, instant, latency, comparison) isn't in it. */
export function placesKey(view: GraphView): string {
  const numbers = { window: "1m", at: null, latency: true, compareAt: null, compareWindow: null } as const;
  return viewParams({ ...view, ...numbers }).toString();
}
