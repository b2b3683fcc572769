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
  /** The instant to compare with; RFC 3339, null = no comparison. */
  readonly compareAt: string | null;
  /** null = as long as `window`. */
  readonly compareWindow: Window | null;
  /** Draw calls through the service that they ask for. */
  readonly services: boolean;
  /** Draw calls through the waypoint that they pass. */
  readonly waypoints: boolean;
  /** Draw what callers ask for as marks, where requests are classified. */
  readonly operations: boolean;
  /** With the labels of workloads. */
  readonly labels: boolean;
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
  services: false,
  waypoints: false,
  operations: false,
  labels: false,
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
  if (view.services) params.set("services", "on");
  if (view.waypoints) params.set("waypoints", "on");
  if (view.operations) params.set("operations", "on");
  if (view.labels) params.set("labels", "on");
  return params;
}
