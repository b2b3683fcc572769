/** A PolicyWorld as one viewer may see it: what is hidden doesn't exist in it. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { Visibility } from "../rights/model.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { visible } from "./listable.ts";

/** A cluster's world; lists are made once and kept for the world's life, which is one request. */
export function worldOf(
  deps: Pick<PolicyDeps, "store" | "port" | "inventory" | "rootNamespace">,
  cluster: string,
  { visibility, mayList }: Viewer,
): PolicyWorld {
  const policies = deps.store.clusters().get(cluster);
  const kinds = new Map(deps.port.kinds.map((kind) => [kindKey(kind), kind]));
  const lists = new Map<string, readonly Manifest[]>();
  const inventory = deps.inventory().get(cluster);
  return {
    cluster,
    rootNamespace: deps.rootNamespace(cluster),
    objects: (name) => {
      const known = lists.get(name);
      if (known) return known;
      const kind = kinds.get(name);
      const objects =
        kind === undefined || policies === undefined
          ? []
          : policies
              .objects(name)
              .filter(
                (each) =>
                  visible(visibility, cluster, kind, each) &&
                  mayList(cluster, name, each.metadata.namespace ?? null, each.metadata.name),
              );
      lists.set(name, objects);
      return objects;
    },
    inventory: inventory === undefined ? null : inView(inventory, visibility),
  };
}

/** The inventory without what lies in namespaces that can't be seen. */
export function inView(inventory: ClusterInventory, visibility: Visibility): ClusterInventory {
  if (visibility.all) return inventory;
  const { cluster } = inventory;
  const sees = (namespace: string) => visibility.namespace(cluster, namespace);
  const workloads = new Map([...inventory.workloads].filter(([, { namespace }]) => sees(namespace)));
  return {
    ...inventory,
    workloads,
    namespaces: new Map([...inventory.namespaces].filter(([name]) => sees(name))),
    services: new Map([...inventory.services].filter(([, { namespace }]) => sees(namespace))),
    externalHosts: inventory.externalHosts.filter(({ namespace }) => sees(namespace)),
    workloadByIp: new Map([...inventory.workloadByIp].filter(([, key]) => workloads.has(key))),
  };
}
