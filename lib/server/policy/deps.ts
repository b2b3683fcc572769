/** What the use cases of policies stand on. */
import type { WireFinding } from "#lib/api/findings.ts";
import type { ChangeRecord } from "#lib/api/policies.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyPort } from "#lib/policy/port.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Rights, Visibility } from "../rights/model.ts";
import type { PolicyStore } from "./store.ts";

/** The history of one object that the viewer may see. */
export type HistoryOf = (
  credential: Credential,
  object: ObjectRef,
  manifest: Manifest,
  signal?: AbortSignal,
) => Promise<readonly ChangeRecord[]>;

/** The reading half of a mesh's policies. */
export type ReadingPort = Pick<PolicyPort, "kinds" | "selection" | "references" | "routing" | "badges" | "badgeKinds">;

/** Findings of a cluster as the viewer may see them; null: not all of its objects have been read yet. */
export interface FindingsSource {
  findings(cluster: string, viewer: Viewer): readonly WireFinding[] | null;
}

export interface PolicyDeps {
  readonly port: ReadingPort;
  readonly store: PolicyStore;
  readonly rights: Rights;
  /** By configured cluster name; clusters without Kubernetes are absent. */
  readonly clients: ReadonlyMap<string, KubeClient>;
  readonly inventory: () => Inventory;
  /** The mesh's root namespace, whose objects count for all. */
  readonly rootNamespace: (cluster: string) => string;
  /** Where istiod runs and its settings lie; absent: in the root namespace. */
  readonly istiodNamespace?: (cluster: string) => string;
  readonly history: HistoryOf;
  readonly checks: FindingsSource;
}

/** Which kinds a viewer may list where; see listable.ts. `namespace` null: a cluster-scoped object, by its name. */
export type MayList = (cluster: string, kind: string, namespace: string | null, name: string) => boolean;

export interface Viewer {
  readonly visibility: Visibility;
  readonly mayList: MayList;
}
