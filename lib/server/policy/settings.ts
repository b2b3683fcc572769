/** The mesh's own settings, as far as a viewer may be told them: who may get the ConfigMap that holds them. */
import {
  configNames,
  controlPlanes,
  installedNames,
  istiodsView,
  type MeshFacts,
  type MeshSettings,
  meshFacts,
  meshSettings,
} from "#lib/mesh/meaning.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Inventories } from "../inventory.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { SETTINGS } from "./listable.ts";
import type { ClusterPolicies } from "./store.ts";
import { sees, unreadOf } from "./told.ts";
import type { SettingsNames } from "./watch-store.ts";

export interface SettingsDeps extends Pick<PolicyDeps, "port" | "inventory" | "rootNamespace"> {
  readonly store: { readonly clusters: () => ReadonlyMap<string, ClusterPolicies> };
}

export function settingsOf(deps: SettingsDeps, cluster: string, viewer: Viewer): MeshSettings {
  const policies = deps.store.clusters().get(cluster);
  const root = deps.rootNamespace(cluster);
  return meshSettings({
    maps: policies?.objects(SETTINGS) ?? [],
    // Whoever may see what runs: it only says which ConfigMaps count.
    planes: controlPlanes(deps.inventory().get(cluster) ?? null, root),
    root,
    unread: unreadOf(policies)(SETTINGS),
    sees: (manifest) => sees(deps, cluster, viewer, manifest),
  });
}

/** What of them decides about calls, and the cluster's objects as istiod reads them, whoever may see those. */
export function meshOf(deps: SettingsDeps, cluster: string, viewer: Viewer): Mesh {
  const settings = settingsOf(deps, cluster, viewer);
  const inventory = deps.inventory().get(cluster);
  const all = (kind: string) => deps.store.clusters().get(cluster)?.objects(kind) ?? [];
  const labels = (namespace: string) => inventory?.namespaces.get(namespace)?.labels ?? null;
  return { mesh: meshFacts(settings), ...istiodsView(settings, all, labels) };
}

export interface Mesh {
  readonly mesh: MeshFacts;
  readonly objects: (kind: string) => readonly Manifest[];
  /** An object that may come to be, as istiod would read it; null: it doesn't see it. */
  readonly read: (manifest: Manifest) => Manifest | null;
}

/** Which ConfigMaps a cluster's control planes read, as control planes come and go. */
export function settingsNames(inventories: Inventories, rootNamespace: (cluster: string) => string): SettingsNames {
  return {
    namespace: rootNamespace,
    names: (cluster) => configNames(controlPlanes(inventories.current().get(cluster) ?? null, rootNamespace(cluster))),
    installed: (cluster) => {
      const root = rootNamespace(cluster);
      return installedNames(controlPlanes(inventories.current().get(cluster) ?? null, root), root);
    },
    onChange: (listener) => inventories.onStatus(listener),
  };
}
