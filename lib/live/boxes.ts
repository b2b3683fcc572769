/** The boxes around each node: clusters, namespaces and apps, as the look asks for. */
import { clusterId, namespaceId, nodeId } from "#lib/graph/id.ts";
import type { Graph, GraphNode, NodeKind } from "#lib/graph/model.ts";
import type { BoxKind } from "./look.ts";

export interface BoxOf {
  readonly id: string;
  readonly kind: BoxKind;
  readonly label: string;
}

/** Kinds that are in no box at all. */
const FREE: ReadonlySet<NodeKind> = new Set(["external", "restricted", "unknown", "cluster"]);

function clusterBox({ cluster }: GraphNode): BoxOf {
  return { id: clusterId(cluster), kind: "cluster", label: cluster };
}

function namespaceBox({ cluster, namespace }: GraphNode): BoxOf {
  return { id: namespaceId(cluster, namespace), kind: "namespace", label: namespace };
}

/** What `id` of an app box is as a node of the app lens, so that a folded box and its node are one. */
const appId = ({ cluster, namespace }: GraphNode, app: string) =>
  nodeId({ kind: "app", cluster, namespace, name: app });

/** The key that tells whether two nodes share an app; null for what belongs to none, or is one itself. */
function appKey(node: GraphNode): string | null {
  const own = node.kind === "workload" || (node.kind === "app" && node.version !== undefined);
  return own && node.app !== undefined ? appId(node, node.app) : null;
}

/** Whether nodes that lie in boxes come from more than one cluster. */
function spansClusters({ nodes }: Graph): boolean {
  const first = nodes.find(({ kind }) => !FREE.has(kind));
  return first !== undefined && nodes.some(({ kind, cluster }) => !FREE.has(kind) && cluster !== first.cluster);
}

/**
 * Boxes of every node in the order of the nodes, outermost first. A cluster has a box where there are several, an app where
 * it has several members: a box around one mark says nothing.
 */
export function boxesAround(graph: Graph, kinds: readonly BoxKind[]): readonly (readonly BoxOf[])[] {
  const clusters = kinds.includes("cluster") && spansClusters(graph);
  const namespaces = kinds.includes("namespace");
  const members = new Map<string, number>();
  if (kinds.includes("app")) {
    for (const node of graph.nodes) {
      const key = appKey(node);
      if (key !== null) members.set(key, (members.get(key) ?? 0) + 1);
    }
  }
  return graph.nodes.map((node) => {
    if (FREE.has(node.kind)) return [];
    const around: BoxOf[] = clusters ? [clusterBox(node)] : [];
    if (node.kind === "namespace") return around;
    if (namespaces) around.push(namespaceBox(node));
    const key = appKey(node);
    if (key !== null && (members.get(key) ?? 0) > 1) around.push({ id: key, kind: "app", label: node.app ?? "" });
    return around;
  });
}
