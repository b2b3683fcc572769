/** What a viewer asks of the graph, as lens.ts reads it. */
import type { Lens } from "./model.ts";

export interface View {
  /** Empty = all. */
  readonly clusters: readonly string[];
  /** Empty = all that may be seen. */
  readonly namespaces: readonly string[];
  readonly lens: Lens;
  /**
   * What is drawn as one node each: a namespace by its name, `cluster:NAME`, `app:NAMESPACE/APP`; `*` is every namespace,
   * `-NAME` but this one.
   */
  readonly fold: readonly string[];
  readonly latency: boolean;
  /** Draw calls to workloads and apps through the service that they ask for. */
  readonly services?: boolean;
  /** Draw calls through the waypoint that they pass. */
  readonly waypoints?: boolean;
  /** Draw what callers ask for as nodes, where requests are classified. */
  readonly operations?: boolean;
  /** With labels. */
  readonly labels?: boolean;
  /** May the viewer see this namespace? Absent: all. What may not be seen is one `restricted` node a cluster. */
  readonly mayRead?: (cluster: string, namespace: string) => boolean;
}
