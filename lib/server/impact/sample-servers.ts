/** To which workload a call to a Service went, by the address that it was sent to. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Service } from "#lib/inventory/model.ts";

interface At {
  readonly id: string;
  /** `namespace/name` */
  readonly key: string;
  readonly dataplane: string | undefined;
}

/** The workload whose pod has an address now; null: none. */
export function workloadAt(address: string | null, { cluster, workloadByIp, workloads }: ClusterInventory): At | null {
  const key = address === null ? undefined : workloadByIp.get(address);
  if (key === undefined) return null;
  const slash = key.indexOf("/");
  const id = nodeId({ kind: "workload", cluster, namespace: key.slice(0, slash), name: key.slice(slash + 1) });
  return { id, key, dataplane: workloads.get(key)?.dataplane };
}

/** Whether it is the server's: a waypoint's is not, for that one chooses the server. */
export const isServers = (address: string, inventory: ClusterInventory): boolean =>
  workloadAt(address, inventory)?.dataplane !== "waypoint";

/** `address`: null: it went nowhere, or that isn't told. It would have gone to the Service's only workload; null: not told. */
export function serverOf(
  service: Pick<Service, "namespace" | "workloads"> | undefined,
  address: string | null,
  inventory: ClusterInventory,
): string | null {
  if (address !== null && isServers(address, inventory)) return workloadAt(address, inventory)?.id ?? null;
  const [only, ...more] = service?.workloads ?? [];
  if (service === undefined || only === undefined || more.length > 0) return null;
  return nodeId({ kind: "workload", cluster: inventory.cluster, namespace: service.namespace, name: only });
}
