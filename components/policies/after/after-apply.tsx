"use client";

import { useQueries } from "@tanstack/react-query";
import { clsx } from "clsx";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import type { ApplyAnswer } from "#lib/api/plans.ts";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { problemOf } from "#lib/errors.ts";
import { formatAge } from "#lib/format.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import type { Plan, PlanStep } from "#lib/policy/plan.ts";
import { refKey } from "#lib/policy/ref.ts";
import { policyQuery } from "#lib/query/policies.ts";
import { seconds } from "#lib/units.ts";
import { ObjectLink } from "../links.tsx";
import { Notice } from "../notice.tsx";
import { ChangeOutcome } from "../outcome/change-outcome.tsx";
import { RESULTS } from "../words.ts";
import { InEffect } from "./in-effect.tsx";
import { UndoButton } from "./undo-button.tsx";

/** A change is watched for so long. */
const WATCH_S = 300;
const READ_MS = 5000;

/** What became of a plan: accepted, and still as it was applied, for five minutes. `children`: what else is watched. */
export function AfterApply({
  applied,
  plan,
  children,
}: {
  readonly applied: ApplyAnswer;
  readonly plan: Plan;
  readonly children?: ReactNode;
}) {
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const left = Math.max(0, WATCH_S - (now === 0 ? 0 : now - Math.floor(Date.parse(applied.at) / 1000)));
  const [undone, setUndone] = useState(false);
  const watching = left > 0 && !undone;
  const reads = useQueries({
    queries: plan.steps.map(({ object, op }) => ({
      ...policyQuery(object),
      enabled: op !== "delete",
      refetchInterval: watching ? READ_MS : (false as const),
    })),
  });
  const failed = applied.steps.filter(({ result }) => result === "failed");
  const undoable = applied.steps.flatMap(({ result, changeId }) =>
    result === "applied" && changeId !== undefined ? [changeId] : [],
  );
  // A plan's outcome is told whole by any of its changes; of several clusters, by one of each.
  const outcomes = [
    ...new Map(
      applied.steps.flatMap(({ object, result, changeId }) =>
        result === "applied" && changeId !== undefined ? [[object.cluster, changeId] as const] : [],
      ),
    ).values(),
  ];
  const lost = applied.steps.some(({ result, changeId }) => result === "applied" && changeId === undefined);
  const traffic = !undone && outcomes.map((id) => <ChangeOutcome key={id} changeId={id} watching={watching} />);
  return (
    <div className="flex flex-col gap-3">
      <header>
        <h2 className="text-[15px] font-semibold">{failed.length > 0 ? "Not all of it was applied" : "Applied"}</h2>
        <p className="text-ink-2">
          {sayInstant(applied.at)}.{" "}
          {watching ? `Watched for another ${formatAge(seconds(Math.min(left, WATCH_S)))}.` : "No longer watched."}
        </p>
      </header>
      {failed.length > 0 && <HalfDone applied={applied} />}
      {/* Above what grows while it is watched: nobody scrolls for it. */}
      {undoable.length > 0 && <UndoButton changeIds={undoable} onUndone={() => setUndone(true)} />}
      {/* What the traffic does is the answer; only a step that failed comes before it. */}
      {failed.length === 0 && traffic}
      <ul>
        {applied.steps.map((step, index) => {
          const planned = plan.steps[index];
          const read = reads[index];
          return (
            <li key={refKey(step.object)} className="border-t border-line py-2">
              <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                <ObjectLink object={step.object} />
                <span className={clsx(step.result === "failed" ? "text-failing" : "text-ink-2")}>
                  {step.result === "failed" ? "✕ " : step.result === "applied" ? "✓ " : ""}
                  {RESULTS[step.result]}
                  {step.resourceVersion !== undefined && ` · resourceVersion ${step.resourceVersion}`}
                </span>
              </div>
              {step.problem !== undefined && <p className="text-failing wrap-anywhere">{step.problem.detail}</p>}
              {step.result === "applied" && !undone && planned !== undefined && planned.op !== "delete" && (
                <>
                  <Standing planned={planned} read={read?.data} error={read?.error ?? null} />
                  <InEffect object={step.object} since={applied.began} watching={watching} />
                </>
              )}
            </li>
          );
        })}
      </ul>
      {failed.length > 0 && traffic}
      {children}
      {lost && <p className="text-ink-3">No record could be kept of this change, so it can’t be undone from here.</p>}
    </div>
  );
}

/** Whether what was applied is what stands there now. */
function Standing({
  planned,
  read,
  error,
}: {
  readonly planned: PlanStep;
  readonly read: PolicyAnswer | undefined;
  readonly error: unknown;
}) {
  if (read === undefined)
    return (
      <p className="text-ink-3">{error === null ? "Reading it back…" : `Not read back: ${problemOf(error).detail}`}</p>
    );
  const moved = diffManifests(planned.after, read.manifest).changes;
  if (moved.length === 0) return <p className="text-ink-2">Desired = applied</p>;
  return (
    <p className="text-degraded">
      ◣ Changed since{read.changedBy === null ? "" : ` by ${read.changedBy}`}: {moved[0]?.path}
      {moved.length > 1 && ` and ${moved.length - 1} more`}
    </p>
  );
}

function HalfDone({ applied }: { readonly applied: ApplyAnswer }) {
  const back = applied.steps.filter(({ result }) => result === "rolledBack").length;
  const stays = applied.steps.filter(({ result }) => result === "applied").length;
  return (
    <Notice tone="failing" role="alert" title="A step failed.">
      {back > 0 &&
        `${back === 1 ? "The step" : `The ${back} steps`} before it ${back === 1 ? "was" : "were"} taken back. `}
      {stays > 0
        ? `${stays} of the steps still stand: see below, and undo them if they must not.`
        : "Nothing of it stands."}
    </Notice>
  );
}
