/** What runs, by namespace and as text: what is the same there needs no second look. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

export type Slices = ReadonlyMap<string, string>;

/** Objects are replaced, never changed in place: a number for each will do. */
const numbers = new WeakMap<Manifest, number>();
let numbered = 0;

function numberOf(manifest: Manifest): number {
  const known = numbers.get(manifest);
  if (known !== undefined) return known;
  numbered += 1;
  numbers.set(manifest, numbered);
  return numbered;
}

/** Everything of a namespace is told in it: services, workloads, and the namespace itself. O(inventory). */
export function slicesOf(inventory: ClusterInventory | null, namespaces: readonly Manifest[]): Slices {
  const parts = new Map<string, unknown[]>();
  const add = (namespace: string, what: unknown): void => {
    const list = parts.get(namespace);
    if (list === undefined) parts.set(namespace, [what]);
    else list.push(what);
  };
  for (const [name, namespace] of inventory?.namespaces ?? []) add(name, namespace);
  for (const namespace of namespaces) add(namespace.metadata.name, numberOf(namespace));
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
