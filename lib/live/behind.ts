/**
 * Who could have seen what never arrived. A call that reached nobody is drawn at the service that it was for (docs/numbers.md),
 * so that the workloads behind that service have no edge of it: their panels say it all the same. Pure; cost: linear.
 */
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";

/** Who of what is drawn could have seen a service's callers' failures. */
export interface Behind {
  /** Workloads that are drawn and known to be behind the service: of one that several services select, one service is known. */
  readonly workloads: number;
  /** Pods that have a proxy, and those that report: of the workloads of which they are known. */
  readonly pods: number;
  readonly reporting: number;
  /** They are known of all of them; of an instant of the past nobody knows. */
  readonly known: boolean;
}

type Elements = Pick<Graph, "nodes" | "edges" | "lens">;

const sameService = (a: GraphNode, b: GraphNode) =>
  a.service !== undefined && a.service === b.service && a.cluster === b.cluster && a.namespace === b.namespace;

const runs = ({ kind }: GraphNode) => kind === "workload";

function covered(nodes: readonly GraphNode[]): Behind {
  const sum = (read: (node: GraphNode) => number) => nodes.reduce((all, node) => all + read(node), 0);
  return {
    workloads: nodes.length,
    pods: sum(({ coverage }) => coverage?.pods ?? 0),
    reporting: sum(({ coverage }) => coverage?.reporting ?? 0),
    known: nodes.every(({ coverage }) => coverage !== undefined),
  };
}

/** null: not a service, or workloads aren't drawn: apps stand for several, and have no service of their own. */
export function behindService({ nodes, lens }: Elements, service: GraphNode): Behind | null {
  if (service.kind !== "service" || lens !== "workload") return null;
  return covered(nodes.filter((node) => runs(node) && sameService(node, service)));
}

/** Calls for the service of this workload that reached nobody; [] where there are none. */
export function lostFor({ nodes, edges }: Elements, node: GraphNode): readonly GraphEdge[] {
  if (!runs(node)) return [];
  const services = new Set(nodes.filter((one) => one.kind === "service" && sameService(one, node)).map(({ id }) => id));
  if (services.size === 0) return [];
  // A call that is drawn through its service arrives by its other half.
  return edges.filter(
    ({ target, half, outcomes }) => services.has(target) && half === undefined && (outcomes?.neverArrived ?? 0) > 0,
  );
}
