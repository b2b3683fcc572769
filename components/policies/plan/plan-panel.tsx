"use client";

import type { ReactNode } from "react";
import { AfterApply } from "../after/after-apply.tsx";
import { type PlanActions, Planning, Ready, Refused } from "./ready.tsx";

export interface PlanPanelProps extends PlanActions {
  /** Stands after an apply, below what was accepted: what came into effect, what the traffic does. */
  readonly after?: ReactNode;
}

/** What would be written, to be read before it is; then what became of it. */
export function PlanPanel({ after, ...actions }: PlanPanelProps) {
  const { state } = actions.flow;
  return (
    <section aria-label="Plan" className="flex flex-col gap-3" aria-busy={state.phase === "planning"}>
      {state.phase === "planning" && <Planning />}
      {state.phase === "refused" && <Refused problem={state.problem} onEdit={actions.onEdit} back={actions.back} />}
      {(state.phase === "ready" || state.phase === "applying") && (
        <Ready key={state.plan.id} state={state} {...actions} />
      )}
      {state.phase === "applied" && (
        <AfterApply key={state.plan.id} applied={state.applied} plan={state.plan}>
          {after}
        </AfterApply>
      )}
    </section>
  );
}
