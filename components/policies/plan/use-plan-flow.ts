"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import type { ApplyAnswer } from "#lib/api/plans.ts";
import type { Problem } from "#lib/errors.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { applyPlan, makePlan, type Outcome, type PlanRequest, planRevert } from "#lib/query/plans.ts";

/** Why a plan took another's place, and the one that was read before it. */
export interface Replaced {
  readonly of: Plan;
  readonly because: "stale" | "expired";
}

export type PlanState =
  | { readonly phase: "none" }
  | { readonly phase: "planning" }
  | { readonly phase: "refused"; readonly problem: Problem }
  | {
      readonly phase: "ready" | "applying";
      readonly plan: Plan;
      readonly instead?: Replaced;
      /** Why the last try to apply it failed; nothing was written. */
      readonly problem?: Problem;
    }
  | { readonly phase: "applied"; readonly plan: Plan; readonly applied: ApplyAnswer };

/** What the reader decided about one plan. */
export interface Decision {
  readonly note: string;
  readonly acknowledged: readonly string[];
  readonly force: readonly number[];
}

export interface PlanFlow {
  readonly state: PlanState;
  /** Asks for the plan of a wish. What was planned before is forgotten. */
  readonly make: (request: PlanRequest) => Promise<void>;
  /** Asks for the plan that takes a change back. */
  readonly revert: (changeId: string) => Promise<void>;
  /** Asks for any other plan. */
  readonly ask: (question: () => Promise<Outcome<Plan>>) => Promise<void>;
  readonly apply: (decision: Decision) => Promise<void>;
  readonly discard: () => void;
  /** Takes up a plan that somebody else asked for. */
  readonly show: (plan: Plan) => void;
}

/**
 * From a wish to its plan, from the plan to what became of it. A plan that went stale or expired is planned anew and has
 * to be read again: what was acknowledged and forced for the one before doesn't count for the next.
 */
export function usePlanFlow(): PlanFlow {
  const [state, setState] = useState<PlanState>({ phase: "none" });
  const queries = useQueryClient();
  const again = useRef<(() => Promise<Outcome<Plan>>) | null>(null);
  // Only the last question's answer counts: who discards a plan doesn't want to see it a second later.
  const turn = useRef(0);

  const ask = useCallback(async (question: () => Promise<Outcome<Plan>>) => {
    again.current = question;
    turn.current += 1;
    const mine = turn.current;
    setState({ phase: "planning" });
    const outcome = await question();
    if (mine !== turn.current) return;
    setState(outcome.ok ? { phase: "ready", plan: outcome.answer } : { phase: "refused", problem: outcome.problem });
  }, []);

  const apply = useCallback(
    async (decision: Decision) => {
      if (state.phase !== "ready") return;
      const { plan } = state;
      turn.current += 1;
      const mine = turn.current;
      setState({ phase: "applying", plan });
      const outcome = await applyPlan({
        sealed: plan.sealed,
        confirm: plan.id,
        acknowledged: [...decision.acknowledged],
        force: [...decision.force],
        ...(decision.note === "" ? {} : { note: decision.note }),
      });
      if (outcome.ok) {
        // What was read before is no longer so.
        void queries.invalidateQueries();
        setState({ phase: "applied", plan, applied: outcome.answer });
        return;
      }
      const { problem } = outcome;
      const because = problem.code === "stale_plan" ? "stale" : problem.code === "plan_expired" ? "expired" : null;
      if (because === null) {
        setState({ phase: "ready", plan, problem });
        return;
      }
      const fresh = await replan(outcome, again.current);
      if (mine !== turn.current) return;
      if (!fresh.ok) setState({ phase: "refused", problem: fresh.problem });
      else setState({ phase: "ready", plan: fresh.answer, instead: { of: plan, because } });
    },
    [state, queries],
  );

  return useMemo(
    () => ({
      state,
      make: (request: PlanRequest) => ask(() => makePlan(request)),
      revert: (id: string) => ask(() => planRevert(id)),
      ask,
      apply,
      discard: () => {
        turn.current += 1;
        setState({ phase: "none" });
      },
      show: (plan: Plan) => {
        turn.current += 1;
        again.current = null;
        setState({ phase: "ready", plan });
      },
    }),
    [state, ask, apply],
  );
}

/** The fresh plan: the one the refusal brought along, or the same question asked again. */
async function replan(
  refused: Outcome<unknown> & { readonly ok: false },
  again: (() => Promise<Outcome<Plan>>) | null,
): Promise<Outcome<Plan>> {
  if (refused.plan !== undefined) return { ok: true, answer: refused.plan };
  return again === null ? { ok: false, problem: refused.problem } : again();
}
