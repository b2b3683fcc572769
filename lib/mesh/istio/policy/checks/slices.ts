/** An inventory by namespace, as text: what is the same there needs no second look. */
import type { ClusterInventory } from "#lib/inventory/model.ts";

export type Slices = ReadonlyMap<string, string>;

/** Everything of a namespace is told in it: services, workloads and the namespace's own labels. O(inventory). */
export function slicesOf(inventory: ClusterInventory | null): Slices {
  const parts = new Map<string, unknown[]>();
  const add = (namespace: string, what: unknown): void => {
    const list = parts.get(namespace);
    if (list === undefined) parts.set(namespace, [what]);
    else list.push(what);
  };
  for (const [name, namespace] of inventory?.namespaces ?? []) add(name, namespace);
  for (const service of inventory?.services.values() ?? []) add(service.namespace, service);
  for (const workload of inventory?.workloads.values() ?? []) add(workload.namespace, workload);
  return new Map([...parts].map(([namespace, list]) => [namespace, JSON.stringify(list)]));
}

/** Namespaces in which two differ. */
export function changedIn(before: Slices, now: Slices): ReadonlySet<string> {
  const changed = new Set<string>();
  if (before === now) return changed;
  for (const [namespace, text] of now) if (before.get(namespace) !== text) changed.add(namespace);
  for (const namespace of before.keys()) if (!now.has(namespace)) changed.add(namespace);
  return changed;
}
