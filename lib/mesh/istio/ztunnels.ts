/** Whose log tells of an ambient workload's connections: the ztunnels of its pods' nodes. Pure. */
import type { ClusterInventory, PodRef, Workload } from "#lib/inventory/model.ts";

interface ZtunnelPod {
  readonly namespace: string;
  readonly pod: PodRef;
}

interface Ztunnels {
  readonly pods: readonly ZtunnelPod[];
  /** Of some pod, the workload's or a ztunnel's, the node isn't known: then all are meant. */
  readonly unplaced: boolean;
}

/** Its pods that a ztunnel stands before: those in the mesh without a proxy of their own. Pods of the mesh itself have none. */
export const behindZtunnels = ({ mesh, dataplane, pods }: Pick<Workload, "mesh" | "dataplane" | "pods">) =>
  mesh !== null && dataplane === "none" ? [] : pods.filter((pod) => !pod.reports && pod.unmeshed !== true);

/** Their DaemonSet's label: https://github.com/istio/istio/blob/master/manifests/charts/ztunnel/templates/daemonset.yaml */
export function ztunnelsOf(workload: Pick<Workload, "pods">, inventory: ClusterInventory): Ztunnels {
  const all: ZtunnelPod[] = [];
  for (const { namespace, labels, kind, mesh, goneAt, pods } of inventory.workloads.values())
    if (kind === "DaemonSet" && mesh === "istio" && labels["app"] === "ztunnel" && goneAt === null)
      all.push(...pods.map((pod) => ({ namespace, pod })));
  const nodes = new Set(workload.pods.flatMap(({ node }) => node ?? []));
  const unplaced =
    workload.pods.some(({ node }) => node === undefined) || all.some(({ pod }) => pod.node === undefined);
  return { pods: unplaced ? all : all.filter(({ pod }) => nodes.has(pod.node ?? "")), unplaced };
}
