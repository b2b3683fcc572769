/**
 * What runs as labels of changed Namespaces have it, and which hosts changed ServiceEntries declare. Pods join ambient and leave it at once, for the label is read again whenever it
 * changes; a sidecar they get, or lose, when they start anew.
 * https://istio.io/latest/docs/ambient/usage/add-workloads/, podReconcileOnce and namespaces' handlers in istio's cni/pkg/nodeagent/informers.go
 */
import type { Dataplane } from "#lib/graph/model.ts";
import { namespaceMembership } from "#lib/inventory/membership.ts";
import type { ClusterInventory, ExternalHost, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf, specOf, textAt, textsAt } from "../routing/json.ts";

export const DATAPLANE_MODE = "istio.io/dataplane-mode";

type Labels = Readonly<Record<string, string>>;

interface Change {
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

/** The same inventory where neither Namespaces nor ServiceEntries are changed. */
export function inventoryOf(
  inventory: ClusterInventory,
  changes: readonly Change[],
  which: "before" | "after",
): ClusterInventory {
  const of = (kind: string) =>
    changes.filter((change) =>
      [change.before, change.after].some((each) => each !== null && manifestKindKey(each) === kind),
    );
  const entries = of("ServiceEntry");
  const known = entries.length === 0 ? inventory : { ...inventory, externalHosts: hostsOf(inventory, entries, which) };
  const changed = of("Namespace");
  return changed.length === 0 ? known : relabelled(known, changed, which);
}

/** Hosts that ServiceEntries declare. */
function hostsOf({ cluster, externalHosts }: ClusterInventory, changes: readonly Change[], which: "before" | "after") {
  const names = new Set(
    changes.flatMap(({ before, after }) => [before, after].flatMap((each) => (each === null ? [] : [placeOf(each)]))),
  );
  const own = changes.flatMap((change): readonly ExternalHost[] => {
    const said = change[which];
    if (said === null) return [];
    const location = textAt(specOf(said), "location") === "MESH_INTERNAL" ? "MESH_INTERNAL" : "MESH_EXTERNAL";
    const { name } = said.metadata;
    return [{ ...{ cluster, name, location }, namespace: namespaceOf(said), hosts: textsAt(specOf(said), "hosts") }];
  });
  return [...externalHosts.filter(({ namespace, name }) => !names.has(`${namespace}/${name}`)), ...own];
}

const placeOf = (manifest: Manifest): string => `${namespaceOf(manifest)}/${manifest.metadata.name}`;

function relabelled(
  inventory: ClusterInventory,
  changed: readonly Change[],
  which: "before" | "after",
): ClusterInventory {
  const namespaces = new Map(inventory.namespaces);
  for (const change of changed) {
    const said = change[which];
    if (said === null) continue;
    const labels = said.metadata.labels ?? {};
    const { name } = said.metadata;
    namespaces.set(name, {
      ...{ cluster: inventory.cluster, name, labels },
      ...{ dataplane: namespaceMembership(labels), revision: labels["istio.io/rev"] ?? null },
    });
  }
  if (which === "before") return { ...inventory, namespaces };
  const turned = changed.flatMap(({ before, after }) => {
    if (before === null || after === null) return [];
    const [old, now] = [before.metadata.labels ?? {}, after.metadata.labels ?? {}];
    return [...inventory.workloads].flatMap(([key, each]) => {
      const dataplane = each.namespace === after.metadata.name ? turnedTo(each, old, now, inventory) : null;
      return dataplane === null ? [] : [[key, { ...each, dataplane }] as const];
    });
  });
  return { ...inventory, namespaces, workloads: new Map([...inventory.workloads, ...turned]) };
}

export const isNamespace = (manifest: Manifest): boolean => manifestKindKey(manifest) === "Namespace";

/** null: it stays what it is. A pod's own label goes before its namespace's. */
function turnedTo(workload: Workload, old: Labels, now: Labels, inventory: ClusterInventory): Dataplane | null {
  const own = workload.labels[DATAPLANE_MODE];
  const asks = (around: Labels) => own === "ambient" || (own !== "none" && around[DATAPLANE_MODE] === "ambient");
  if (asks(old) === asks(now)) return null;
  if (!asks(now)) return workload.dataplane === "ambient" ? "none" : null;
  const free = workload.dataplane === "none" && workload.mesh === null;
  return free && !inNodesNetwork(workload, inventory) ? "ambient" : null;
}

/** Those aren't captured; an address of a node belongs to no workload. */
const inNodesNetwork = ({ namespace, name, pods }: Workload, { workloadByIp }: ClusterInventory): boolean =>
  pods.some(({ ip }) => ip !== null && workloadByIp.get(ip) !== `${namespace}/${name}`);
