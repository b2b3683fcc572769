/** What nodes and boxes are called on the map and in lists. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphNode, Lens } from "#lib/graph/model.ts";

/** A node's name, without where it runs. */
export function nodeLabel(node: GraphNode): string {
  switch (node.kind) {
    case "workload":
      return node.workload ?? nameIn(node);
    case "app":
      return node.version === undefined ? (node.app ?? nameIn(node)) : `${node.app ?? nameIn(node)} ${node.version}`;
    case "service":
      return node.service ?? nameIn(node);
    case "namespace":
      return node.namespace;
    case "cluster":
      return node.cluster;
    case "external":
    case "operation":
      return nameIn(node);
    case "restricted":
      return "restricted";
    case "unknown":
      return "unknown";
  }
}

function nameIn(node: GraphNode): string {
  return parseNodeId(node.id)?.name ?? node.id;
}

/** Where a node runs, in words; empty where nobody knows. */
export function nodeWhere(node: GraphNode): string {
  switch (node.kind) {
    case "cluster":
      return "";
    case "namespace":
    case "external":
    case "restricted":
    case "unknown":
      return node.cluster;
    default:
      return `${node.namespace} · ${node.cluster}`;
  }
}

/** What nodes of a lens are called, one and many. */
export function nounOf(lens: Lens): readonly [one: string, many: string] {
  switch (lens) {
    case "workload":
      return ["workload", "workloads"];
    case "app":
      return ["app", "apps"];
    case "versionedApp":
      return ["version", "versions"];
    case "service":
      return ["service", "services"];
    case "namespace":
      return ["namespace", "namespaces"];
    case "cluster":
      return ["cluster", "clusters"];
  }
}
