/** What a viewer looks at: the query of GET /graph and /graph/stream as a value, without zod, for both sides of the wire. */
import type { Lens } from "#lib/graph/model.ts";
import type { Window } from "./windows.ts";

export interface GraphView {
  /** Empty = all configured. */
  readonly clusters: readonly string[];
  /** Empty = all the viewer may see. */
  readonly namespaces: readonly string[];
  readonly window: Window;
  /** RFC 3339 or unix seconds; null = now, live. */
  readonly at: string | null;
  readonly lens: Lens;
  readonly fold: readonly string[];
  readonly latency: boolean;
  readonly edges: "live" | "all";
  /** The earlier instant to compare with, as `at` is written; null = no comparison. */
  readonly compareAt: string | null;
  /** Window of the earlier numbers; null = the same as `window`. */
  readonly compareWindow: Window | null;
}

export const DEFAULT_VIEW: GraphView = {
  clusters: [],
  namespaces: [],
  window: "1m",
  at: null,
  lens: "workload",
  fold: [],
  latency: true,
  edges: "live",
  compareAt: null,
  compareWindow: null,
};

/** The view as query parameters, defaults left out, in a fixed order: equal views give equal text. */
export function viewParams(view: GraphView): URLSearchParams {
  const params = new URLSearchParams();
  const list = (key: string, values: readonly string[]) => {
    if (values.length > 0) params.set(key, [...values].sort().join(","));
  };
  list("clusters", view.clusters);
  list("namespaces", view.namespaces);
  if (view.window !== DEFAULT_VIEW.window) params.set("window", view.window);
  if (view.at !== null) params.set("at", view.at);
  if (view.lens !== DEFAULT_VIEW.lens) params.set("lens", view.lens);
  list("fold", view.fold);
  if (view.latency !== DEFAULT_VIEW.latency) params.set("latency", view.latency ? "on" : "off");
  if (view.edges !== DEFAULT_VIEW.edges) params.set("edges", view.edges);
  if (view.compareAt !== null) params.set("compareAt", view.compareAt);
  if (view.compareWindow !== null) params.set("compareWindow", view.compareWindow);
  return params;
}
