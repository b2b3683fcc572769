/** Planning, applying, taking back and listing changes: what routes call. Each attempt leaves one line in the audit log. */
import type {
  ApplyAnswer,
  ApplyRequest,
  ChangesAnswer,
  ClosedAnswer,
  CloseRequest,
  SettleRequest,
} from "#lib/api/plans.ts";
import type { RemindersAnswer, RemindersQuery } from "#lib/api/reminders.ts";
import { problemOf } from "#lib/errors.ts";
import type { Plan, StepOp } from "#lib/policy/plan.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { Applied, applyPlan, openFor } from "./apply.ts";
import { type Attempt, audit } from "./audit.ts";
import { type ChangesQuery, listChanges } from "./changes.ts";
import { close, settle } from "./half-done.ts";
import type { PlanDeps } from "./model.ts";
import { makePlan, type PlanWish } from "./planner.ts";
import { listReminders } from "./reminders.ts";
import { type RevertSince, revertChange, revertSince } from "./revert.ts";
import { type Written, written } from "./written.ts";

export interface Asking {
  readonly requestId: string | null;
  readonly signal?: AbortSignal;
}

type Touched = readonly { readonly op: StepOp; readonly object: ObjectRef }[];

export class PlanUseCases {
  readonly #deps: PlanDeps;
  readonly #applied = new Applied();

  constructor(deps: PlanDeps) {
    this.#deps = deps;
  }

  plan(credential: Credential, wish: PlanWish, asking: Asking): Promise<Plan> {
    const [first = ""] = this.#deps.clusters.keys();
    const placed = "cluster" in wish && wish.cluster === "" ? { ...wish, cluster: first } : wish;
    return this.#planned("plan", credential, asking, () => makePlan(this.#deps, credential, placed, asking.signal));
  }

  revert(credential: Credential, id: string, asking: Asking): Promise<Plan> {
    return this.#planned("revert", credential, asking, () => revertChange(this.#deps, credential, id, asking.signal));
  }

  revertSince(credential: Credential, asked: RevertSince, asking: Asking): Promise<Plan> {
    return this.#planned("revert", credential, asking, () => revertSince(this.#deps, credential, asked, asking.signal));
  }

  /** Goes on when the caller leaves: a plan is applied whole or taken back, not left where a browser closed. */
  async apply(credential: Credential, asked: ApplyRequest, asking: Asking): Promise<ApplyAnswer> {
    let objects: Touched = [];
    const line = { action: "apply" as const, plan: asked.confirm, acknowledged: asked.acknowledged };
    try {
      const plan = await openFor(this.#deps, credential, asked);
      objects = plan.steps;
      const answer = await this.#applied.once(plan.id, () => applyPlan(this.#deps, credential, plan, asked));
      const results = answer.steps.map(({ result, problem }) => (problem ? `${result} ${problem.code}` : result));
      const failed = answer.steps.some(({ result }) => result === "failed" || result === "rolledBack");
      this.#audit(credential, asking, { ...line, outcome: failed ? "failed" : "applied", objects, results });
      return answer;
    } catch (thrown) {
      this.#audit(credential, asking, { ...line, outcome: "refused", objects, results: [problemOf(thrown).code] });
      throw thrown;
    }
  }

  settle(credential: Credential, asked: SettleRequest, asking: Asking): Promise<Plan> {
    const make = () => settle(this.#deps, this.#applied, credential, asked, asking.signal);
    return this.#planned(asked.how === "back" ? "revert" : "plan", credential, asking, make);
  }

  /** Writes records alone, never an object. */
  async close(credential: Credential, asked: CloseRequest, asking: Asking): Promise<ClosedAnswer> {
    const line = { action: "close" as const, plan: asked.plan };
    try {
      const closed = await close(this.#deps, this.#applied, credential, asked, asking.signal);
      const objects = closed.items.map(({ object }) => ({ op: "close", object }));
      const results = closed.items.map(({ state }) => state);
      this.#audit(credential, asking, { ...line, outcome: "applied", objects, results });
      return closed;
    } catch (thrown) {
      this.#audit(credential, asking, { ...line, outcome: "refused", objects: [], results: [problemOf(thrown).code] });
      throw thrown;
    }
  }

  reminders(credential: Credential, query: RemindersQuery, signal?: AbortSignal): Promise<RemindersAnswer> {
    return listReminders(this.#deps, this.#applied, credential, query, signal);
  }

  changes(credential: Credential, query: ChangesQuery, signal?: AbortSignal): Promise<ChangesAnswer> {
    return listChanges(this.#deps, this.#applied, credential, query, signal);
  }

  written(credential: Credential, id: string, signal?: AbortSignal): Promise<Written> {
    return written(this.#deps, this.#applied, credential, id, signal);
  }

  async #planned(
    action: "plan" | "revert",
    credential: Credential,
    asking: Asking,
    make: () => Promise<Plan>,
  ): Promise<Plan> {
    try {
      const plan = await make();
      const results = plan.blocked === undefined ? plan.needs : ["blocked"];
      this.#audit(credential, asking, { action, outcome: "planned", objects: plan.steps, plan: plan.id, results });
      return plan;
    } catch (thrown) {
      const results = [problemOf(thrown).code];
      this.#audit(credential, asking, { action, outcome: "refused", objects: [], plan: null, results });
      throw thrown;
    }
  }

  #audit(credential: Credential, { requestId }: Asking, attempt: Omit<Attempt, "requestId">): void {
    audit(this.#deps.log, credential, { ...attempt, requestId });
  }
}
