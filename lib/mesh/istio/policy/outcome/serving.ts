/** Who stands behind a service, as far as that is known whole. */
import { nodeId, parseNodeId } from "#lib/graph/id.ts";
import type { Inventory } from "#lib/inventory/model.ts";

/** What lacks of these leaves workloads or services out. */
const WHOLE = /^(?:pods|services|replicasets|deployments)(?:\.|$)/;

/**
 * Node ids of the workloads that a service selects; null: it isn't in the inventory, has no selector that takes any, not all of the cluster
 * is read, or another cluster has one of its name, whose workloads may answer too.
 */
export function servingOf(inventory: Inventory): (service: string) => readonly string[] | null {
  return (service) => {
    const key = parseNodeId(service);
    if (key?.kind !== "service") return null;
    const { cluster, namespace } = key;
    const name = `${namespace}/${key.name}`;
    const here = inventory.get(cluster);
    const found = here?.services.get(name);
    if (here === undefined || found === undefined || found.workloads.length === 0) return null;
    if (here.unread.some(({ kind }) => WHOLE.test(kind))) return null;
    if ([...inventory.values()].some((each) => each.cluster !== cluster && each.services.has(name))) return null;
    return found.workloads.map((each) => nodeId({ kind: "workload", cluster, namespace, name: each }));
  };
}
