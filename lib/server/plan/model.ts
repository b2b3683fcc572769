/** What plans are made of inside the server, and what making them needs. */

import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { Resource } from "#lib/kube/resource.ts";
import type { KubeWriter } from "#lib/kube/writing.ts";
import type { Temporary } from "#lib/mesh/policies.ts";
import type { Intent } from "#lib/policy/intent.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Conflict, PlanNeed, StepOp, WriteMode } from "#lib/policy/plan.ts";
import type { IntendedChanges, PolicyWorld } from "#lib/policy/port.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Clock } from "#lib/units.ts";
import type { Impacts } from "../impact/impact.ts";
import type { Checks } from "../policy/checks.ts";
import type { PolicyStore } from "../policy/store.ts";
import type { Rights } from "../rights/model.ts";
import type { KeyRing } from "../session/keys.ts";
import type { AuditLog } from "./audit.ts";
import type { PlanPrediction } from "./predicted.ts";

export type PlanKube = Pick<KubeClient, "get"> & Pick<KubeWriter, "apply" | "patch" | "create" | "delete">;

export interface PlanCluster {
  readonly kube: PlanKube;
  readonly rootNamespace: string;
}

interface Orderable {
  readonly op: StepOp;
  readonly ref: ObjectRef;
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface PlanDeps {
  readonly clock: Clock;
  readonly log: AuditLog;
  /** Makes each plan another one, even where it says the same as one before. */
  readonly nonce: () => string;
  /** By configured name and in that order; clusters without Kubernetes are absent. */
  readonly clusters: ReadonlyMap<string, PlanCluster>;
  readonly store: Pick<PolicyStore, "clusters" | "seen" | "records">;
  readonly rights: Rights;
  readonly keys: KeyRing;
  readonly kinds: readonly PolicyKind[];
  readonly inventory: (cluster: string) => ClusterInventory | null;
  readonly checks: Pick<Checks, "ofPlan">;
  readonly impacts: Pick<Impacts, "of">;
  readonly changes: (intent: Intent, world: PolicyWorld) => IntendedChanges;
  /** What of an object is meant to end; null: nothing. */
  readonly temporary: (manifest: Manifest) => Temporary | null;
  readonly order: <S extends Orderable>(
    steps: readonly S[],
  ) => { readonly ok: true; readonly steps: readonly S[] } | { readonly ok: false; readonly reason: string };
}

/** One object as it is and as it shall be. */
export interface Draft {
  readonly op: StepOp;
  readonly ref: ObjectRef;
  readonly mode: WriteMode;
  readonly resource: Resource;
  readonly live: Manifest | null;
  /** Without status and server-managed metadata. */
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

/** A step as it is sealed: what is needed to write exactly what was shown, and to see that nothing else changed. */
export interface SealedStep {
  readonly op: StepOp;
  readonly object: ObjectRef;
  readonly mode: WriteMode;
  readonly resource: Resource;
  readonly before: Manifest | null;
  /** What is sent. */
  readonly want: Manifest | null;
  /** What the dry run answered, defaults included. */
  readonly after: Manifest | null;
  readonly print: string | null;
  /** Of the object that was shown. */
  readonly uid: string | null;
  readonly conflicts: readonly Conflict[];
}

export interface SealedPlan {
  readonly id: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** JSON of [strategy, [cluster, user], …]: the only one who may apply it. */
  readonly who: string;
  readonly blocked: string | null;
  readonly needs: readonly PlanNeed[];
  readonly steps: readonly SealedStep[];
  /** What was shown of the calls: it goes into the records. */
  readonly predicted: PlanPrediction;
}
