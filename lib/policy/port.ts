/**
 * What a mesh's policies are to the rest of the console. Pure; runs on both sides of the wire, so that a form, its YAML
 * and the server's plan agree to the byte (docs/adr/0011-policy-port.md).
 */
import type { PolicyBadges } from "#lib/graph/badges.ts";
import type { MeshName } from "#lib/graph/model.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Intent, ServiceRef } from "./intent.ts";
import type { PolicyKind } from "./kind.ts";
import type { Manifest } from "./manifest.ts";
import type { ObjectRef } from "./ref.ts";
import type { Routing } from "./routing.ts";

/** What is known of a cluster when a policy is read or written: what the caller may see of it, no more. */
export interface PolicyWorld {
  readonly cluster: string;
  readonly rootNamespace: string;
  /** All objects of a kind, in no promised order. */
  readonly objects: (kind: string) => readonly Manifest[];
  /** null: Kubernetes isn't read. */
  readonly inventory: ClusterInventory | null;
}

/** What an object takes effect on. */
export interface Selection {
  /** One line for lists: `reviews.shop`, `app=reviews in shop`, `every workload in shop`, `the whole mesh`. */
  readonly text: string;
  readonly services: readonly { readonly namespace: string; readonly name: string }[];
  /** null: all of the namespace or mesh. */
  readonly workloads: readonly { readonly namespace: string; readonly name: string }[] | null;
}

/** An object that another one names. */
export interface Reference {
  /** Where it is named: `spec.http[0].route[0].destination.host`. */
  readonly path: string;
  readonly to: ObjectRef | null;
  /** What was written there, for what isn't an object or isn't found. */
  readonly text: string;
  /** null: not looked for (an identity, a Secret, a namespace), or what would tell isn't read. */
  readonly found: boolean | null;
}

/** What an intent comes to. Objects are whole, as they shall be; what doesn't change is not in it. */
export interface IntendedChanges {
  readonly manifests: readonly Manifest[];
  readonly deletions: readonly ObjectRef[];
  /** What the user should know: "creates DestinationRule shop/reviews with subsets v1, v2". */
  readonly notes: readonly string[];
}

export interface PolicyPort {
  readonly mesh: MeshName;
  readonly kinds: readonly PolicyKind[];
  selection(manifest: Manifest, world: PolicyWorld): Selection;
  /** Objects that this one names, found or not. The other way round is a search over all objects. */
  references(manifest: Manifest, world: PolicyWorld): readonly Reference[];
  routing(service: ServiceRef, world: PolicyWorld): Routing;
  /** What the objects in sight are to the nodes of the graph. */
  badges(world: PolicyWorld): PolicyBadges;
  /** Keys of the kinds that `badges` reads. */
  readonly badgeKinds: readonly string[];
  /** @throws MeshscopeError `bad_intent` where it can't be said in this mesh's objects; the detail names why. */
  changes(intent: Intent, world: PolicyWorld): IntendedChanges;
  /** Writing order: creations and updates before what needs them, deletions after. Lower first. */
  order(object: ObjectRef, op: "create" | "update" | "delete"): number;
}
