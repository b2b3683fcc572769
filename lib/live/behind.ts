/**
 * Who could have seen what never arrived. A call that reached nobody is drawn at the service that it was for (docs/numbers.md),
 * so that the workloads behind that service have no edge of it: their panels say it all the same. Pure; cost: linear.
 */
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";

/** Those of a service's callers' failures that its servers could have seen. */
export interface Behind {
  /** Marks of workloads or apps behind the service. */
  readonly workloads: number;
  /** Their pods, and those that report; 0 where nobody knows. */
  readonly pods: number;
  readonly reporting: number;
}

type Elements = Pick<Graph, "nodes" | "edges" | "lens">;

const sameService = (a: GraphNode, b: GraphNode) =>
  a.service !== undefined && a.service === b.service && a.cluster === b.cluster && a.namespace === b.namespace;

const runs = ({ kind }: GraphNode) => kind === "workload" || kind === "app";

function covered(nodes: readonly GraphNode[]): Behind {
  const sum = (read: (node: GraphNode) => number) => nodes.reduce((all, node) => all + read(node), 0);
  return {
    workloads: nodes.length,
    pods: sum(({ coverage }) => coverage?.pods ?? 0),
    reporting: sum(({ coverage }) => coverage?.reporting ?? 0),
  };
}

/** null: not a service, or workloads aren't drawn, so that none of them is known. */
export function behindService({ nodes, lens }: Elements, service: GraphNode): Behind | null {
  if (service.kind !== "service" || lens === "service" || lens === "namespace" || lens === "cluster") return null;
  return covered(nodes.filter((node) => runs(node) && sameService(node, service)));
}

/** Calls for the service of this workload or app that reached nobody; [] where there are none. */
export function lostFor({ nodes, edges }: Elements, node: GraphNode): readonly GraphEdge[] {
  if (!runs(node)) return [];
  const services = new Set(nodes.filter((one) => one.kind === "service" && sameService(one, node)).map(({ id }) => id));
  if (services.size === 0) return [];
  // A call that is drawn through its service arrives by its other half.
  return edges.filter(
    ({ target, half, outcomes }) => services.has(target) && half === undefined && (outcomes?.neverArrived ?? 0) > 0,
  );
}
