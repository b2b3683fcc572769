/** What the telemetry needs of the Kubernetes side; lib/kube's watches provide it, a cluster may have none. */
import type { Missing, SourceStatus } from "#lib/graph/model.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { ClusterConfig } from "./config.ts";

export interface Inventories {
  /** By configured cluster name; clusters without Kubernetes, or not read yet, are absent. */
  current(): Inventory;
  /** One status a configured Kubernetes API. */
  statuses(): readonly SourceStatus[];
  onStatus(listener: () => void): () => void;
  close(): Promise<void>;
}

/** A console without any Kubernetes. */
export const NO_INVENTORIES: Inventories = {
  current: () => new Map(),
  statuses: () => [],
  onStatus: () => () => {},
  close: async () => {},
};

/** The oldest of the joined objects: what "configuration as of" may promise for all of them. */
export function configurationAt(inventory: Inventory): UnixSeconds | null {
  const instants = [...inventory.values()].map((cluster) => cluster.asOf);
  return instants.length === 0 ? null : (Math.min(...instants) as UnixSeconds);
}

/** What a cluster without Kubernetes costs. */
export type Gap = Missing & { readonly cluster: string };

/** Telemetry's states, each gap told once: with the first source that covers its cluster. */
export function withGaps(statuses: readonly SourceStatus[], gaps: readonly Gap[]): readonly SourceStatus[] {
  const taken = new Set<string>();
  return statuses.map((status) => {
    const own = gaps.filter(({ cluster }) => status.clusters.includes(cluster) && !taken.has(cluster));
    for (const { cluster } of own) taken.add(cluster);
    if (own.length === 0) return status;
    return { ...status, missing: [...status.missing, ...own.map(({ cluster: _, ...missing }) => missing)] };
  });
}

/** The gaps of a configuration, in the words of every other one. */
export function withoutKubernetes(clusters: readonly ClusterConfig[]): readonly Gap[] {
  return clusters.flatMap(({ name, kubernetes }, index) => {
    if (kubernetes !== undefined) return [];
    return [
      {
        cluster: name,
        what: `Kubernetes API of cluster '${name}'`,
        consequence:
          "Workloads without traffic, workloads outside the mesh and how many of its pods report can't be shown.",
        setting: `clusters[${index}].kubernetes: {kubeconfig: FILE} or {inCluster: true}`,
      },
    ];
  });
}
