"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { ApplyAnswer } from "#lib/api/plans.ts";
import type { Problem } from "#lib/errors.ts";
import { refText } from "#lib/policy/ref.ts";
import { applyPlan, planRevert } from "#lib/query/plans.ts";
import { Notice } from "../notice.tsx";
import { harmless } from "../plan/decide.ts";
import { Ready, Refused } from "../plan/ready.tsx";
import { usePlanFlow } from "../plan/use-plan-flow.ts";
import { RESULTS } from "../words.ts";

type State =
  | { readonly phase: "ready" | "busy" | "done" }
  | { readonly phase: "read"; readonly left: number }
  | { readonly phase: "failed"; readonly problem: Problem; readonly left: readonly string[] };

/**
 * Takes changes back, the last one first. Each is planned and dry-run like any change; one that needs nothing but an
 * impact nobody computed is applied at once, any other is shown to be read. Asks no telemetry: works while it is down.
 */
export function UndoButton({
  changeIds,
  onUndone,
}: {
  readonly changeIds: readonly string[];
  /** All of it was taken back. */
  readonly onUndone?: () => void;
}) {
  const queries = useQueryClient();
  const flow = usePlanFlow();
  const [state, setState] = useState<State>({ phase: "ready" });

  const undo = async (ids: readonly string[]) => {
    setState({ phase: "busy" });
    const left = [...ids];
    for (let id = left.at(-1); id !== undefined; id = left.at(-1)) {
      const outcome = await planRevert(id);
      if (!outcome.ok) return setState({ phase: "failed", problem: outcome.problem, left });
      const plan = outcome.answer;
      if (plan.steps.length > 0) {
        if (!harmless(plan)) {
          flow.show(plan);
          return setState({ phase: "read", left: left.length - 1 });
        }
        const done = await applyPlan({
          sealed: plan.sealed,
          confirm: plan.id,
          note: "Undo",
          acknowledged: [...plan.needs],
          force: [],
        });
        if (!done.ok) return setState({ phase: "failed", problem: done.problem, left });
        const failed = done.answer.steps.find(({ result }) => result === "failed");
        if (failed !== undefined) {
          const problem = { code: "conflict", detail: failed.problem?.detail ?? "A step failed." } as const;
          return setState({ phase: "failed", problem, left });
        }
      }
      left.pop();
    }
    void queries.invalidateQueries();
    onUndone?.();
    return setState({ phase: "done" });
  };

  if (state.phase === "done")
    return (
      <Notice role="status" title="Taken back.">
        It is as it was before. Both changes are in the history.
      </Notice>
    );
  if (state.phase === "read")
    return (
      <>
        <Notice tone="degraded" role="status" title="Taking it back has to be read first.">
          {state.left > 0 && `${state.left} more of the change’s steps come after this one.`}
        </Notice>
        {(flow.state.phase === "ready" || flow.state.phase === "applying") && (
          <Ready
            key={flow.state.plan.id}
            state={flow.state}
            flow={flow}
            onEdit={() => setState({ phase: "ready" })}
            onDiscard={() => setState({ phase: "ready" })}
            label="Apply the undo"
          />
        )}
        {flow.state.phase === "refused" && (
          <Refused problem={flow.state.problem} onEdit={() => setState({ phase: "ready" })} />
        )}
        {flow.state.phase === "applied" && <Results applied={flow.state.applied} />}
      </>
    );
  const failed = state.phase === "failed" ? state : null;
  return (
    <div className="flex flex-col items-start gap-2">
      {failed !== null && (
        <Notice tone="failing" role="alert" title="Not taken back.">
          {failed.problem.detail}
        </Notice>
      )}
      <Chip tone="failing" disabled={state.phase === "busy"} onClick={() => void undo(failed?.left ?? changeIds)}>
        {state.phase === "busy" ? "Taking it back…" : "Undo"}
      </Chip>
    </div>
  );
}

/** What became of an undo that had to be read. */
function Results({ applied }: { readonly applied: ApplyAnswer }) {
  return (
    <ul role="status">
      {applied.steps.map(({ object, result, problem }) => (
        <li key={refText(object)} className="border-t border-line py-1">
          {refText(object)}: {RESULTS[result]}. {problem?.detail}
        </li>
      ))}
    </ul>
  );
}
