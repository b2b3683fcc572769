/** A CheckWorld of files alone: what a cluster would hold if these objects were all of it. */
import {
  decodeController,
  decodeNamespace,
  decodePod,
  decodeService,
  decodeServiceEntry,
} from "#lib/inventory/decode.ts";
import { fold, NO_RECORDS, type ObjectEvent } from "#lib/inventory/fold.ts";
import { joinInventory } from "#lib/inventory/join.ts";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { kinds } from "../kinds.ts";
import { rootNamespaceOf } from "../settings/root.ts";
import { settingsIn } from "./mesh-config.ts";

export interface OfflineOptions {
  readonly rootNamespace: string;
  /** The files are all there is: what they don't hold doesn't exist. */
  readonly complete: boolean;
}

const CLUSTER = "files";
const POLICIES: ReadonlySet<string> = new Set(kinds.map(kindKey));
const CONTROLLERS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/**
 * Policies of a mesh count as complete, as a repository holds them. Of services, workloads and others a namespace is known
 * where the files hold any of that kind in it: a folder of policies alone says nothing about what runs.
 */
export function offlineWorld(manifests: readonly Manifest[], o: OfflineOptions): CheckWorld {
  const byKind = Map.groupBy(placed(manifests), manifestKindKey);
  const objects = (kind: string) => byKind.get(kind) ?? [];
  const held = new Set<string>();
  for (const [kind, list] of byKind) {
    const name = kind === "Pod" || CONTROLLERS.some((each) => each === kind) ? "Workload" : kind;
    held.add(`${name} `);
    for (const { metadata } of list) held.add(`${name} ${metadata.namespace ?? ""}`);
  }
  const inventory = inventoryOf(objects, o.rootNamespace);
  const settings = settingsIn({ objects, inventory, rootNamespace: o.rootNamespace });
  return {
    cluster: CLUSTER,
    rootNamespace: rootNamespaceOf(settings, o.rootNamespace),
    istiodNamespace: o.rootNamespace,
    objects,
    inventory,
    knows: (kind, namespace) => {
      if (o.complete) return true;
      // Nobody keeps a file for each namespace: one that isn't there may well exist.
      if (kind === "Namespace") return false;
      return POLICIES.has(kind) || held.has(`${kind} ${namespace ?? ""}`);
    },
    knowledge: String(o.complete),
    elsewhere: [],
  };
}

/** As the API server would have them: what names no namespace goes to `default`. */
function placed(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.map((manifest) => {
    if (manifest.metadata.namespace !== undefined || CLUSTER_SCOPED.has(manifest.kind)) return manifest;
    return { ...manifest, metadata: { ...manifest.metadata, namespace: "default" } };
  });
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  ...kinds.filter(({ namespaced }) => !namespaced).map(({ kind }) => kind),
  ...["CustomResourceDefinition", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
  ...["ClusterRole", "ClusterRoleBinding", "PersistentVolume", "StorageClass", "Node"],
]);

function inventoryOf(objects: (kind: string) => readonly Manifest[], rootNamespace: string) {
  const read = <T>(kind: string, decode: (object: unknown) => T | null) =>
    objects(kind).flatMap((object) => decode(object) ?? []);
  const from = CLUSTER;
  const events: ObjectEvent[] = [
    { type: "replace", kind: "namespaces", from, records: read("Namespace", decodeNamespace) },
    { type: "replace", kind: "pods", from, records: read("Pod", decodePod) },
    { type: "replace", kind: "services", from, records: read("Service", decodeService) },
    { type: "replace", kind: "serviceEntries", from, records: read("ServiceEntry", decodeServiceEntry) },
    ...CONTROLLERS.map(
      (kind): ObjectEvent => ({
        type: "replace",
        kind: "controllers",
        from: kind,
        records: read(kind, decodeController(kind)),
      }),
    ),
  ];
  const records = fold(NO_RECORDS, events);
  return joinInventory({ cluster: CLUSTER, records, rootNamespace, unread: [], previous: null, now: unixSeconds(0) });
}
