/** What is wrong, or likely not meant, in objects: found by a mesh's checks (docs/checks.md), shown beside the object. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Json, Manifest } from "./manifest.ts";
import type { PolicyWorld } from "./port.ts";
import type { ObjectRef } from "./ref.ts";

export type Severity = "error" | "warning" | "info";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** A place that makes the finding true. */
export interface Evidence {
  readonly object: ObjectRef;
  /** "" is the object as a whole. */
  readonly path: string;
  readonly text: string;
}

/** A change at one place of the finding's own object; without `value` the place is removed. */
export interface FixEdit {
  readonly path: string;
  readonly value?: Json;
}

/** What to do. With edits, manifests or deletions it can be opened as a plan (fix.ts); without, it is advice. */
export interface Fix {
  readonly text: string;
  readonly edits: readonly FixEdit[];
  /** Other objects, whole, as they shall be. */
  readonly manifests: readonly Manifest[];
  readonly deletions: readonly ObjectRef[];
}

export interface Finding {
  /** Ours, and stable. */
  readonly code: string;
  /** Codes of Kiali (KIA…) and istioctl (IST…) for the same condition. */
  readonly also: readonly string[];
  readonly severity: Severity;
  readonly object: ObjectRef;
  /** `spec.http[0].route[1].weight`; "" is the object as a whole. */
  readonly path: string;
  readonly message: string;
  readonly evidence: readonly Evidence[];
  readonly fix: Fix;
  /** A page that explains the rule. */
  readonly docs: string;
  /** Namespaces that the finding speaks of: who can't see all of them is not shown it. */
  readonly namespaces: readonly string[];
}

/** One check, as the list of all checks shows it. */
export interface CheckRule {
  readonly code: string;
  readonly also: readonly string[];
  readonly severity: Severity;
  /** When it is reported, in one sentence. */
  readonly when: string;
  readonly docs: string;
}

/** What checks read. Beside a PolicyWorld it says what is known: what isn't read is not missing. */
export interface CheckWorld extends PolicyWorld {
  /** Where the mesh's settings lie; absent: in the root namespace. */
  readonly istiodNamespace?: string;
  /**
   * Whether all objects of a kind in a namespace (null: anywhere) are known. Kinds by `kindKey`; `Workload` stands for
   * pods and what controls them.
   */
  readonly knows: (kind: string, namespace: string | null) => boolean;
  /** Equal texts: `knows` answers alike. */
  readonly knowledge: string;
  /** Other clusters of the same mesh, as far as they are read. */
  readonly elsewhere: readonly ClusterInventory[];
}

/** All checks of a mesh over one cluster. It keeps what it found, so that the next call checks again only what changed. */
export interface Checker {
  check(world: CheckWorld): readonly Finding[];
}
