/** Which question the server is asked: every mark, or one per namespace where that would be too many to read. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import { foldsInPlace } from "./fold.ts";

/** Above so many marks a first view shows groups. */
export const MOST_MARKS = 150;
/** A graph that grows while it is watched may exceed that a little before it is taken away from its reader. */
const GROWN = 1.2;

export type Detail = "auto" | "groups" | "workloads";

const grouped = ({ lens }: GraphView) => lens === "namespace" || lens === "cluster";
const isException = (word: string) => word.startsWith("-");

/** Whether this answer must be asked for again as groups. */
export function needsGroups(view: GraphView, detail: Detail, graph: Graph, first: boolean): boolean {
  return detail === "auto" && !grouped(view) && graph.nodes.length > (first ? MOST_MARKS : MOST_MARKS * GROWN);
}

/** Whether marks of this drawing stand for several workloads. */
export function folds(view: GraphView, groups: boolean): boolean {
  return groups || grouped(view) || view.fold.some((word) => !isException(word));
}

/** The view to ask for: in groups, those that somebody has opened are left open. */
export function askedView(view: GraphView, groups: boolean): GraphView {
  const opened = view.fold.filter(isException);
  const fold = view.fold.filter((word) => !isException(word));
  if (!groups || grouped(view)) return { ...view, fold };
  if (opened.length === 0) return { ...view, fold, lens: "namespace" };
  return { ...view, fold: ["*", ...opened, ...fold].sort() };
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

/** Whether one asked view becomes the other by closing or opening some boxes: then what stays keeps its place. */
export function sameButFolds(before: GraphView, after: GraphView): boolean {
  const flat = (view: GraphView): GraphView =>
    view.lens === "namespace" ? { ...view, lens: "workload", fold: ["*", ...view.fold] } : view;
  const [a, b] = [flat(before), flat(after)];
  return placesKey({ ...a, fold: [] }) === placesKey({ ...b, fold: [] }) && foldsInPlace(a.fold, b.fold);
}
