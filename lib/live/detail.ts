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

/** Operations stand beside the marks that are counted. */
const marks = ({ nodes }: Graph) => nodes.reduce((sum, { kind }) => sum + (kind === "operation" ? 0 : 1), 0);

/** Whether this answer must be asked for again as groups. */
export function needsGroups(view: GraphView, detail: Detail, graph: Graph, first: boolean): boolean {
  return detail === "auto" && !grouped(view) && marks(graph) > (first ? MOST_MARKS : MOST_MARKS * GROWN);
}

/** Whether marks of this drawing stand for several workloads. */
export function folds(view: GraphView, groups: boolean): boolean {
  return groups || grouped(view) || view.fold.some((word) => !isException(word));
}

/** The view to ask for: in groups, those that somebody has opened are left open. `labels`: wanted; of the past nobody knows them. */
export function askedView(view: GraphView, groups: boolean, labels = false): GraphView {
  const opened = view.fold.filter(isException);
  const fold = view.fold.filter((word) => !isException(word));
  const asked = { ...view, fold, labels: view.labels || (labels && view.at === null) };
  if (!groups || grouped(view)) return asked;
  if (opened.length === 0) return { ...asked, lens: "namespace" };
  return { ...asked, fold: ["*", ...opened, ...fold].sort() };
}

/** Where the answers to it stream from. */
export function streamUrl(origin: string, asked: GraphView): string {
  const params = viewParams(asked).toString();
  return `${origin}/api/v1/graph/stream${params === "" ? "" : `?${params}`}`;
}

/** Marks that stand for something that runs, as against hosts outside and callers unknown. */
export function countWorkloads(graph: Graph): number {
  return graph.nodes.filter(({ kind }) => kind === "workload" || kind === "app" || kind === "service").length;
}

/** Views with one key share their places: what changes only numbers or words (window, instant, latency, comparison, labels) isn't in it. */
export function placesKey(view: GraphView): string {
  const numbers = {
    window: "1m",
    at: null,
    latency: true,
    compareAt: null,
    compareWindow: null,
    labels: false,
  } as const;
  return viewParams({ ...view, ...numbers }).toString();
}

/** Whether both draw the same with every box open. */
export function unfoldsAlike(a: GraphView, b: GraphView): boolean {
  return placesKey({ ...a, fold: [] }) === placesKey({ ...b, fold: [] });
}

/** Whether one asked view becomes the other by closing or opening some boxes: then what stays keeps its place. */
export function sameButFolds(before: GraphView, after: GraphView): boolean {
  const flat = (view: GraphView): GraphView =>
    view.lens === "namespace" ? { ...view, lens: "workload", fold: ["*", ...view.fold] } : view;
  const [a, b] = [flat(before), flat(after)];
  return unfoldsAlike(a, b) && foldsInPlace(a.fold, b.fold);
}
