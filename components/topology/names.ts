/** What things in the graph are called on the page. */

import { isolated } from "#lib/format.ts";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import type { GraphNode, Lens, NodeKind } from "#lib/graph/model.ts";
import { WHOLE } from "#lib/live/whole.ts";

const KIND_WORDS: Readonly<Record<NodeKind, string>> = {
  workload: "Workload",
  app: "App",
  service: "Service",
  namespace: "Namespace",
  cluster: "Cluster",
  external: "External host",
  restricted: "Outside your rights",
  unknown: "Unknown caller",
  operation: "Operation",
};

/** What one mark stands for, many of them. */
export const LENS_WORDS: Readonly<Record<Lens, string>> = {
  workload: "Workloads",
  app: "Apps",
  versionedApp: "App versions",
  service: "Services",
  namespace: "Namespaces",
  cluster: "Clusters",
};

/** `Gateway`, `Waypoint`, or the kind. */
export function kindWord(node: Pick<GraphNode, "kind" | "dataplane">): string {
  if (node.dataplane === "gateway") return "Gateway";
  if (node.dataplane === "waypoint") return "Waypoint";
  return KIND_WORDS[node.kind];
}

/** A node's name from its id: what is shown while the node itself isn't known. */
export function idTitle(id: string): string {
  const key = parseNodeId(id);
  if (key === null) return id;
  if (key.kind === "unknown") return "unknown";
  if (key.kind === "restricted") return "restricted";
  return key.version === undefined || key.kind === "operation" ? key.name : `${key.name} ${key.version}`;
}

/** `shop`, or `shop · west-1` where `cluster` is wanted; "" for what is in no namespace. */
export function idWhere(id: string, cluster = false): string {
  const key = parseNodeId(id);
  if (key === null) return "";
  const placed = !["external", "unknown", "restricted", "namespace", "cluster"].includes(key.kind);
  return [placed ? key.namespace : "", cluster ? key.cluster : ""].filter(Boolean).join(" · ");
}

/** `reviews-v2 → ratings-v1` of an edge id, or a node's name. */
export function anyTitle(id: string): string {
  if (id === WHOLE) return "the whole view";
  const edge = parseEdgeId(id);
  if (edge === null) return idTitle(id);
  const [source = "", target = ""] = id.split(">");
  return `${isolated(idTitle(source))} → ${isolated(idTitle(target))}`;
}
