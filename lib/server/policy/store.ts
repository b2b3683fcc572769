/** The console's own read-only view of policy objects, kept by watches; answers are filtered by the viewer's rights. */
import type { SourceStatus } from "#lib/graph/model.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";

/** A change that a watch showed, whoever made it. */
export interface Seen {
  readonly object: ObjectRef;
  readonly at: UnixSeconds;
  /** null: it came into being, or is gone. */
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface ClusterPolicies {
  readonly cluster: string;
  /** Of which all objects are known to be true; null: not read yet. */
  readonly asOf: UnixSeconds | null;
  /** The API server hasn't answered some of the watches since; absent: it answers. */
  readonly silentSince?: UnixSeconds;
  /**
   * Whole objects of a kind, managedFields included. `ConfigMap`: those alone that hold the settings of the mesh
   * (mesh-settings.ts) and of its injector; `CustomResourceDefinition`: the Gateway API's and old ones of Istio's, by name
   * and served versions; webhooks: the mesh's own; `ServiceAccount`: names alone (installation.ts). They are no policies.
   */
  readonly objects: (kind: string) => readonly Manifest[];
  /** The kind in the version that the cluster serves; null where it isn't served or can't be read. */
  readonly kind: (kind: string) => (PolicyKind & { readonly version: string }) | null;
  /** Kinds that are no policies and of which all objects are known; absent: none. */
  readonly whole?: readonly string[];
  /** What only checks ask for and couldn't be read; absent: nothing. `name`: of the one that was asked for by its name. */
  readonly unchecked?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly reason: string;
    readonly code: string | null;
  }[];
  readonly unread: readonly { readonly kind: string; readonly reason: string; readonly code: string | null }[];
}

export interface PolicyStore {
  /** By configured cluster name; clusters without Kubernetes are absent. */
  readonly clusters: () => ReadonlyMap<string, ClusterPolicies>;
  /** The last changes that were seen, oldest first, at most 1,000; none from before this process began. */
  readonly seen: () => readonly Seen[];
  /** ControllerRevisions that the console wrote (lib/server/policy/journal.ts reads them), by cluster. */
  readonly records: (cluster: string) => readonly Manifest[];
  readonly statuses: () => readonly SourceStatus[];
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}
