/** What policies, plans and their parts are called. */
import type { PolicyItem } from "#lib/api/policies.ts";
import type { ManagerTool, PlanNeed, StepOp, StepResult } from "#lib/policy/plan.ts";

export const TOOLS: Readonly<Record<ManagerTool, string>> = {
  meshscope: "Meshscope",
  kubectl: "kubectl",
  argocd: "Argo CD",
  flux: "Flux",
  helm: "Helm",
  flagger: "Flagger",
  "argo-rollouts": "Argo Rollouts",
  istio: "Istio",
  other: "other",
};

export const AREAS: Readonly<Record<PolicyItem["area"], string>> = {
  routing: "Routing",
  "gateway-api": "Gateway API",
  security: "Security",
  telemetry: "Telemetry",
  extension: "Extensions",
  membership: "Membership",
};
export const AREA_ORDER = Object.keys(AREAS) as readonly PolicyItem["area"][];

export const OPS: Readonly<Record<StepOp, string>> = { create: "Creates", update: "Changes", delete: "Deletes" };

export const RESULTS: Readonly<Record<StepResult, string>> = {
  applied: "applied",
  unchanged: "was so already",
  failed: "failed",
  rolledBack: "taken back",
  skipped: "not tried",
};

export const NEEDS: Readonly<Record<PlanNeed, string>> = {
  impact_unknown: "Not all of what this does to the traffic is known. I have read what isn’t.",
  impact_adverse: "Calls that were seen are refused, lost or lose mutual TLS, or may be.",
  no_history: "No record can be kept, so this can't be undone from here.",
  will_be_reverted: "A controller owns an object and will put its own state back.",
  conflict: "Fields that another manager set are overwritten.",
  deletes: "An object is deleted.",
  full_shift: "All traffic moves in one step.",
};

/** What a list's rows are managed by: the owner where there is one, otherwise whoever wrote, each tool once. */
export function managedBy(item: Pick<PolicyItem, "owner" | "managers">): readonly ManagerTool[] {
  if (item.owner !== null) return [item.owner.tool];
  return [...new Set(item.managers.map(({ tool }) => tool))];
}

/** `Argo CD application "shop" puts its own state back…`, or that it doesn't by itself. null: nobody owns it. */
export function ownerSentence(owner: PolicyItem["owner"]): string | null {
  if (owner === null) return null;
  const what = {
    argocd: "application",
    flux: "object",
    helm: "release",
    flagger: "canary",
    "argo-rollouts": "rollout",
  };
  const who = `${TOOLS[owner.tool]}${owner.name === null ? "" : ` ${what[owner.tool]} “${owner.name}”`}`;
  return owner.reverts
    ? `${who} owns this object and will put its own state back. Change it where ${TOOLS[owner.tool]} reads it.`
    : `${who} owns this object. Its next upgrade may overwrite what is changed here.`;
}
