/** A plan: what would be written, as it was shown. Made by lib/server, read by pages, sealed in between. */
import type { Finding } from "./finding.ts";
import type { ImpactItem, ImpactView } from "./impact.ts";
import type { Json, Manifest } from "./manifest.ts";
import type { ObjectRef } from "./ref.ts";

export type StepOp = "create" | "update" | "delete";

/** A change at one place. Paths are as people write them: `spec.http[0].route[1].weight`. */
export interface Difference {
  readonly path: string;
  readonly op: "add" | "remove" | "replace";
  readonly before?: Json;
  readonly after?: Json;
}

/** One line of the manifest's text. */
export interface DiffLine {
  readonly op: "same" | "add" | "remove";
  readonly text: string;
}

export interface Diff {
  readonly changes: readonly Difference[];
  /** The YAML with what stayed around each change; runs that stayed are cut to a line of op `same` with text "…". */
  readonly lines: readonly DiffLine[];
}

/** Somebody else's fields that the step would write. */
export interface Conflict {
  readonly manager: string;
  /** What that manager is, where it can be told. */
  readonly tool: ManagerTool | null;
  readonly fields: readonly string[];
  /** It will put its own state back. */
  readonly reverts: boolean;
}

export type ManagerTool =
  | "meshscope"
  | "kubectl"
  | "argocd"
  | "flux"
  | "helm"
  | "flagger"
  | "argo-rollouts"
  | "istio"
  | "other";

/** How a step is written: objects the console owns by server-side apply, others' by a JSON Patch of what was shown. */
export type WriteMode = "apply" | "patch" | "delete";

/** What a step brings or takes away. */
export interface StepFinding extends Omit<Finding, "namespaces"> {
  readonly change: "new" | "gone";
}

export interface PlanStep {
  readonly op: StepOp;
  readonly object: ObjectRef;
  readonly mode: WriteMode;
  /** Without status and server-managed metadata; null: it doesn't exist. */
  readonly before: Manifest | null;
  readonly after: Manifest | null;
  readonly diff: Diff;
  readonly dryRun:
    | { readonly ok: true; readonly warnings: readonly string[] }
    | { readonly error: string; readonly code: string };
  readonly conflicts: readonly Conflict[];
  /** null: not evaluated. */
  readonly findings: readonly StepFinding[] | null;
  /** What the plan does to calls as far as this step decides it; null: not evaluated. */
  readonly impact: readonly ImpactItem[] | null;
}

export interface Plan {
  /** Hash of the whole plan: what the user confirms. */
  readonly id: string;
  readonly sealed: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly steps: readonly PlanStep[];
  /** What the impact was looked for in; null where no step's was evaluated. */
  readonly impact: ImpactView | null;
  readonly notEvaluated: { readonly findings?: string; readonly impact?: string };
  /** Why it can't be applied at all. */
  readonly blocked?: string;
  /** What has to be acknowledged. */
  readonly needs: readonly PlanNeed[];
}

/** `impact_unknown`: not all of it is known. `impact_adverse`: calls that were seen are refused, lost or lose mutual TLS, or may be. `no_history`: no right to keep a record, so no undo. `will_be_reverted`: a
 * controller owns the object. `conflict`: fields of another manager, forced step by step. `deletes`: an object goes.
 * `full_shift`: all traffic moves in one step. */
export type PlanNeed =
  | "impact_unknown"
  | "impact_adverse"
  | "no_history"
  | "will_be_reverted"
  | "conflict"
  | "deletes"
  | "full_shift";

export type StepResult = "applied" | "unchanged" | "failed" | "rolledBack" | "skipped";
