/** What stands between a plan and its apply button. Pure. */
import { formatPlural } from "#lib/format.ts";
import type { Plan, PlanNeed } from "#lib/policy/plan.ts";

/** Steps that need force: somebody else's fields are in the way. */
export const conflicted = (plan: Plan): readonly number[] =>
  plan.steps.flatMap(({ conflicts }, index) => (conflicts.length > 0 ? [index] : []));

/** Needs that are ticked one by one; `conflict` is answered by the force of each step. */
export const tickable = (plan: Plan): readonly PlanNeed[] =>
  plan.needs.filter((need) => need !== "conflict" || conflicted(plan).length === 0);

/** All that is acknowledged: what was ticked, and conflicts once each step's is forced. */
export function acknowledgedBy(plan: Plan, ticked: readonly PlanNeed[], force: readonly number[]): readonly PlanNeed[] {
  const all = conflicted(plan).every((index) => force.includes(index));
  return plan.needs.filter((need) => ticked.includes(need) || (need === "conflict" && all && force.length > 0));
}

/** Why it can't be applied, in the order in which somebody would mend it; null: it can. */
export function obstacle(plan: Plan, ticked: readonly PlanNeed[], force: readonly number[]): string | null {
  if (plan.blocked !== undefined) return plan.blocked;
  if (plan.steps.length === 0) return "Nothing would change.";
  if (plan.steps.some(({ dryRun }) => "error" in dryRun)) return "The server refused the dry run: edit the YAML.";
  if (!conflicted(plan).every((index) => force.includes(index))) return "Another manager’s fields are in the way.";
  const missing = tickable(plan).filter((need) => !ticked.includes(need));
  return missing.length > 0 ? `${formatPlural(missing.length, "point")} above to acknowledge.` : null;
}

/** What the button does: `Apply 1 change`, `Delete 2 objects`, `Apply 3 changes`. */
export function applyLabel(plan: Plan): string {
  const count = plan.steps.length;
  if (count > 0 && plan.steps.every(({ op }) => op === "delete")) return `Delete ${formatPlural(count, "object")}`;
  return `Apply ${formatPlural(count, "change")}`;
}

/** Whether one click may carry out a plan that takes a change back: nothing in it but an impact nobody computed. */
export const harmless = (plan: Plan): boolean =>
  plan.needs.every((need) => need === "impact_unknown") && obstacle(plan, plan.needs, []) === null;
