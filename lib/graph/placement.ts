/** Where a workload node is drawn under a lens, a fold and the viewer's rights. */
import { clusterId, type NodeKey, namespaceId, nodeId, restrictedId } from "./id.ts";
import type { View } from "./view.ts";
import type { Hop, WorkloadGraph, WorkloadNode } from "./workload-graph.ts";

export interface Placement {
  readonly id: string;
  readonly key: NodeKey;
  /** Stands for what may be several workloads. */
  readonly grouped: boolean;
}

export interface Placements {
  /** Where the node is drawn by itself and as a caller. */
  readonly node: (node: WorkloadNode) => Placement;
  /** Where a call to it ends: in the service lens, at the service that was asked for. */
  readonly target: (node: WorkloadNode, hop: Hop) => Placement;
  /** Where a service is drawn by itself; null where services are no marks, or its namespace is folded or may not be seen. */
  readonly service: (service: WorkloadGraph["services"][number]) => Placement | null;
  /** The service that a call to a workload goes through, where it is drawn between the two; else null. */
  readonly via: (node: WorkloadNode, hop: Hop) => Placement | null;
  /** The waypoint that a call passes, where waypoints are drawn; else null. */
  readonly waypoint: (hop: Hop) => Placement | null;
}

/** Lenses whose nodes are what runs: between those a service can stand. */
export const THROUGH: ReadonlySet<string> = new Set(["workload", "app", "versionedApp"]);

/** Placement of every node of a graph in a view; asked often, computed once a node. */
export function placements(graph: WorkloadGraph, view: View): Placements {
  const fold = new Set(view.fold);
  const known = new Map<string, Placement>();
  const services = new Map<string, Placement>();
  const group = (key: NodeKey, id: string): Placement => ({ id, key, grouped: true });

  /** Rights and folds come before any lens; null where the lens decides. */
  const shut = (cluster: string, namespace: string): Placement | null => {
    if (view.mayRead !== undefined && !view.mayRead(cluster, namespace)) {
      return group({ kind: "restricted", cluster, namespace: "restricted", name: "restricted" }, restrictedId(cluster));
    }
    if (view.lens === "cluster" || fold.has(`cluster:${cluster}`))
      return group({ kind: "cluster", cluster, namespace: "-", name: cluster }, clusterId(cluster));
    const folded = fold.has("*") ? !fold.has(`-${namespace}`) : fold.has(namespace);
    if (view.lens !== "namespace" && !folded) return null;
    return group({ kind: "namespace", cluster, namespace, name: namespace }, namespaceId(cluster, namespace));
  };

  const serviceAt = (cluster: string, { namespace, name }: NonNullable<WorkloadNode["service"]>): Placement => {
    const key: NodeKey = { kind: "service", cluster, namespace, name };
    const id = nodeId(key);
    let placement = services.get(id);
    if (placement === undefined) {
      placement = shut(cluster, namespace) ?? group(key, id);
      services.set(id, placement);
    }
    return placement;
  };

  const compute = (node: WorkloadNode): Placement => {
    const { key, id } = node;
    const itself: Placement = { id, key, grouped: false };
    // One node for calls that got through and those that reached no workload.
    if (key.kind === "service" && view.services === true && THROUGH.has(view.lens)) return serviceAt(key.cluster, key);
    if (key.kind === "external" || key.kind === "unknown") return itself;
    const closed = shut(key.cluster, key.namespace);
    if (closed !== null) return closed;
    const { lens } = view;
    if (lens === "service") return node.service === null ? itself : serviceAt(key.cluster, node.service);
    if (node.app === null || key.kind === "service") return itself;
    const merged = fold.has(`app:${key.namespace}/${node.app}`);
    if (lens !== "app" && lens !== "versionedApp" && !merged) return itself;
    const app: NodeKey = { kind: "app", cluster: key.cluster, namespace: key.namespace, name: node.app };
    const named = lens === "versionedApp" && !merged && node.version !== null ? { ...app, version: node.version } : app;
    return group(named, nodeId(named));
  };

  for (const node of graph.nodes.values()) known.set(node.id, compute(node));
  const place = (node: WorkloadNode) => known.get(node.id) ?? compute(node);
  return {
    node: place,
    target: (node, hop) =>
      view.lens === "service" && hop.service !== null && node.key.kind === "workload"
        ? serviceAt(node.key.cluster, hop.service)
        : place(node),
    service: ({ cluster, ...service }) => {
      if (view.lens !== "service" && !(view.services === true && THROUGH.has(view.lens))) return null;
      const at = serviceAt(cluster, service);
      return at.key.kind === "service" ? at : null;
    },
    via: (node, { service }) => {
      if (view.services !== true || !THROUGH.has(view.lens) || service === null) return null;
      const end = place(node).key.kind;
      if (end !== "workload" && end !== "app") return null;
      const at = serviceAt(node.key.cluster, service);
      // What is folded or may not be seen shows no service of its own.
      return at.key.kind === "service" ? at : null;
    },
    waypoint: (hop) => {
      if (view.waypoints !== true || hop.waypoint === null || !THROUGH.has(view.lens)) return null;
      const node = graph.nodes.get(hop.waypoint);
      const at = node === undefined ? null : place(node);
      return at !== null && (at.key.kind === "workload" || at.key.kind === "app") ? at : null;
    },
  };
}
