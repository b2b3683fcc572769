/** The mesh's own settings, as far as a viewer may be told them: who may get the ConfigMap that holds them. */
import type { SourceStatus } from "#lib/graph/model.ts";
import {
  configNames,
  controlPlanes,
  factsServed,
  installedNames,
  istiodsView,
  type MeshFacts,
  type MeshSettings,
  meshSettings,
  rootNamespaceOf,
  rootNote,
} from "#lib/mesh/meaning.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Inventories } from "../inventory.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { SETTINGS } from "./listable.ts";
import type { ClusterPolicies } from "./store.ts";
import { sees, unreadOf } from "./told.ts";
import type { SettingsNames } from "./watch-store.ts";

export interface SettingsDeps extends Pick<PolicyDeps, "port" | "inventory" | "rootNamespace" | "istiodNamespace"> {
  readonly store: { readonly clusters: () => ReadonlyMap<string, ClusterPolicies> };
}

export function settingsOf(deps: SettingsDeps, cluster: string, viewer: Viewer): MeshSettings {
  const root = (deps.istiodNamespace ?? deps.rootNamespace)(cluster);
  return read(deps, cluster, root, (manifest) => sees(deps, cluster, viewer, manifest));
}

function read(
  { store, inventory }: Pick<SettingsDeps, "store" | "inventory">,
  cluster: string,
  root: string,
  mayTell: (manifest: Manifest) => boolean,
): MeshSettings {
  const policies = store.clusters().get(cluster);
  return meshSettings({
    maps: policies?.objects(SETTINGS) ?? [],
    // Whoever may see what runs: it only says which ConfigMaps count.
    planes: controlPlanes(inventory().get(cluster) ?? null, root),
    root,
    unread: unreadOf(policies)(SETTINGS),
    sees: mayTell,
  });
}

/**
 * Each cluster's root namespace: what the mesh's settings say, whoever may see them, for it only says which objects count; where they
 * aren't known, `istiods`, the namespace that is configured.
 */
export function rootNamespaces(
  deps: Pick<SettingsDeps, "store" | "inventory">,
  istiods: (cluster: string) => string,
): (cluster: string) => string {
  return (cluster) =>
    rootNamespaceOf(
      read(deps, cluster, istiods(cluster), () => true),
      istiods(cluster),
    );
}

/** What is to be told of root namespaces that differ from what is configured, or aren't one. */
export function withRootNotes(
  statuses: readonly SourceStatus[],
  deps: Pick<SettingsDeps, "store" | "inventory">,
  istiods: (cluster: string) => string,
): readonly SourceStatus[] {
  return statuses.map((status) => {
    if (status.kind !== "kubernetes") return status;
    const own = istiods(status.name);
    const note = rootNote(
      read(deps, status.name, own, () => true),
      own,
    );
    return note === null ? status : { ...status, [note.kind]: [...status[note.kind], note.text] };
  });
}

/** What of them decides about calls, and the cluster's objects as istiod reads them, whoever may see those. */
export function meshOf(deps: SettingsDeps, cluster: string, viewer: Viewer): Mesh {
  const settings = settingsOf(deps, cluster, viewer);
  const inventory = deps.inventory().get(cluster);
  const all = (kind: string) => deps.store.clusters().get(cluster)?.objects(kind) ?? [];
  const labels = (namespace: string) => inventory?.namespaces.get(namespace)?.labels ?? null;
  const planes = controlPlanes(inventory ?? null, (deps.istiodNamespace ?? deps.rootNamespace)(cluster));
  return { mesh: factsServed(settings, planes, labels), ...istiodsView(settings, all, labels) };
}

export interface Mesh {
  readonly mesh: MeshFacts;
  readonly objects: (kind: string) => readonly Manifest[];
  /** An object that may come to be, as istiod would read it; null: it doesn't see it. */
  readonly read: (manifest: Manifest) => Manifest | null;
  /** Whether istiod sees what is in a namespace. */
  readonly discovers: (namespace: string) => boolean;
}

/** Which ConfigMaps a cluster's control planes read, as control planes come and go. */
export function settingsNames(inventories: Inventories, istiods: (cluster: string) => string): SettingsNames {
  return {
    namespace: istiods,
    names: (cluster) => configNames(controlPlanes(inventories.current().get(cluster) ?? null, istiods(cluster))),
    installed: (cluster) => {
      const root = istiods(cluster);
      return installedNames(controlPlanes(inventories.current().get(cluster) ?? null, root), root);
    },
    onChange: (listener) => inventories.onStatus(listener),
  };
}
