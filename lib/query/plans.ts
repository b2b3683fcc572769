import type { ApplyAnswer, ApplyRequest } from "#lib/api/plans.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import type { Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { postJson } from "./fetch.ts";

/** What is wished for: an intent, or whole objects as they shall be. */
export type PlanRequest =
  | { readonly intent: Intent }
  | { readonly cluster: string; readonly manifests: readonly Manifest[]; readonly deletions: readonly ObjectRef[] };

/** An answer, or why there is none. `plan`: the fresh one that comes with `stale_plan`. */
export type Outcome<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly problem: Problem; readonly plan?: Plan };

/** Writes nothing: the dry run, the differences and what has to be acknowledged. */
export const makePlan = (request: PlanRequest): Promise<Outcome<Plan>> => post("/api/v1/plans", request);

/** Writes what the sealed plan shows, if everything is still as it was shown. */
export const applyPlan = (request: ApplyRequest): Promise<Outcome<ApplyAnswer>> => post("/api/v1/plans/apply", request);

/** The plan that takes a change back. */
export const planRevert = (changeId: string): Promise<Outcome<Plan>> =>
  post(`/api/v1/changes/${encodeURIComponent(changeId)}/revert`, {});

/** Failures are values here: a plan that went stale brings the fresh one along. */
export async function post<Answer>(path: string, body: unknown): Promise<Outcome<Answer>> {
  try {
    return { ok: true, answer: await postJson<Answer>(path, body) };
  } catch (thrown) {
    const members = typeof thrown === "object" && thrown !== null && "members" in thrown ? thrown.members : {};
    const plan = (members as { readonly plan?: Plan }).plan;
    return { ok: false, problem: problemOf(thrown), ...(plan === undefined ? {} : { plan }) };
  }
}
