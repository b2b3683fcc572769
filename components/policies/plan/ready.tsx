"use client";

import { type ReactNode, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Fact } from "#components/ui/section.tsx";
import type { Problem } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import type { Plan, PlanNeed } from "#lib/policy/plan.ts";
import { refKey } from "#lib/policy/ref.ts";
import { tally } from "../findings/words.ts";
import { SampledImpact } from "../impact/sampled-impact.tsx";
import { Notice } from "../notice.tsx";
import { NEEDS } from "../words.ts";
import { acknowledgedBy, applyLabel, obstacle, tickable } from "./decide.ts";
import { Instead } from "./instead.tsx";
import { StepView } from "./step-view.tsx";
import type { PlanFlow, PlanState } from "./use-plan-flow.ts";

export interface PlanActions {
  readonly flow: PlanFlow;
  /** Back to the text or form; what was written there is kept. */
  readonly onEdit: () => void;
  /** The draft is thrown away. Absent: there is none. */
  readonly onDiscard?: (() => void) | undefined;
  /** What leads back from the plan, where that is no text. */
  readonly back?: string | undefined;
  /** What the button does, where it can be said better than `Apply 1 change`. */
  readonly label?: string | undefined;
}

/** While the server is asked. */
export function Planning() {
  return (
    <>
      <h2 className="text-[15px] font-semibold">Plan</h2>
      <p role="status" className="text-ink-2">
        Asking the server what would happen. Nothing is written.
      </p>
    </>
  );
}

/** There is no plan, and why. */
export function Refused({
  problem,
  onEdit,
  back = "Back to the draft",
}: {
  readonly problem: Problem;
  readonly onEdit: () => void;
  readonly back?: string | undefined;
}) {
  return (
    <>
      <h2 className="text-[15px] font-semibold">No plan</h2>
      <Notice tone="failing" role="alert" action={<Chip onClick={onEdit}>{back}</Chip>}>
        {problem.detail} Nothing was written.
      </Notice>
    </>
  );
}

/** A plan to be read, and the form that applies it. */
export function Ready({
  state,
  flow,
  onEdit,
  onDiscard,
  label,
  back = "Edit YAML",
}: PlanActions & { readonly state: Extract<PlanState, { phase: "ready" | "applying" }> }) {
  const { plan } = state;
  const [ticked, setTicked] = useState<readonly PlanNeed[]>([]);
  const [force, setForce] = useState<readonly number[]>([]);
  const [note, setNote] = useState("");
  const stop = obstacle(plan, ticked, force);
  const busy = state.phase === "applying";
  const toggle = <Item,>(list: readonly Item[], item: Item, on: boolean) =>
    on ? [...list, item] : list.filter((other) => other !== item);
  return (
    <>
      <header>
        <h2 className="text-[15px] font-semibold">Plan</h2>
        <p className="text-ink-2">
          {plan.steps.length === 0
            ? "Nothing would change: the cluster has it so already."
            : plan.steps.length === 1
              ? "1 object changes. Nothing is written yet."
              : `${formatPlural(plan.steps.length, "object")} change, in this order. Nothing is written yet.`}
        </p>
      </header>
      {state.instead !== undefined && <Instead instead={state.instead} plan={plan} />}
      {plan.blocked !== undefined && (
        <Notice tone="failing" title="This can’t be applied.">
          {plan.blocked}
        </Notice>
      )}
      <ol className="flex flex-col gap-4">
        {plan.steps.map((step, index) => (
          <StepView
            key={refKey(step.object)}
            step={step}
            forced={force.includes(index)}
            onForce={plan.blocked === undefined ? (on) => setForce(toggle(force, index, on)) : null}
          />
        ))}
      </ol>
      {plan.steps.length > 0 && <SampledImpact plan={plan} />}
      {plan.steps.length > 0 && (
        <dl>
          <Fact name="Findings">
            {plan.notEvaluated.findings === undefined ? (
              findingsSentence(plan)
            ) : (
              <span className="text-ink-2">not evaluated: {plan.notEvaluated.findings}</span>
            )}
          </Fact>
        </dl>
      )}
      {plan.blocked === undefined && plan.steps.length > 0 && (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (stop !== null || busy) return;
            void flow.apply({ note: note.trim(), acknowledged: acknowledgedBy(plan, ticked, force), force });
          }}
        >
          {tickable(plan).length > 0 && (
            <fieldset>
              <legend className="eyebrow mb-1">Before it is applied</legend>
              {tickable(plan).map((need) => (
                <label key={need} className="flex items-start gap-2 border-t border-line py-1.5">
                  <input
                    type="checkbox"
                    className="mt-0.5 accent-accent"
                    checked={ticked.includes(need)}
                    onChange={(event) => setTicked(toggle(ticked, need, event.target.checked))}
                  />
                  {NEEDS[need]}
                </label>
              ))}
            </fieldset>
          )}
          <input
            type="text"
            value={note}
            maxLength={1000}
            onChange={(event) => setNote(event.target.value)}
            placeholder="Why: kept in the history"
            aria-label="Note for the history"
            className="h-8 w-full rounded-md border border-line bg-sunken px-2.5 placeholder:text-ink-3"
          />
          {state.problem !== undefined && (
            <Notice tone="failing" role="alert" title="Not applied.">
              {state.problem.detail}
            </Notice>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <PrimaryButton disabled={stop !== null || busy}>
              {busy ? "Applying…" : (label ?? applyLabel(plan))}
            </PrimaryButton>
            <Chip onClick={onEdit} disabled={busy}>
              {back}
            </Chip>
            <span className="grow text-ink-3" role="status">
              {stop}
            </span>
            {onDiscard !== undefined && (
              <Chip tone="quiet" onClick={onDiscard} disabled={busy}>
                Discard
              </Chip>
            )}
          </div>
        </form>
      )}
      {(plan.blocked !== undefined || plan.steps.length === 0) && (
        <div>
          <Chip onClick={onEdit}>{back}</Chip>
        </div>
      )}
    </>
  );
}

/** The one button of a page that writes. */
export function PrimaryButton({ disabled, children }: { readonly disabled: boolean; readonly children: ReactNode }) {
  return (
    <button
      type="submit"
      disabled={disabled}
      className="inline-flex h-8 items-center rounded-md bg-accent px-3 font-semibold whitespace-nowrap text-bg disabled:bg-line disabled:text-ink-2"
    >
      {children}
    </button>
  );
}

/** `brings 1 error; takes away 2 warnings` */
function findingsSentence(plan: Plan): string {
  const all = plan.steps.flatMap(({ findings }) => findings ?? []);
  const of = (change: "new" | "gone") => all.filter((each) => each.change === change);
  if (all.length === 0) return "none brought, none taken away";
  return `brings ${tally(of("new"))}; takes away ${tally(of("gone"))}`;
}
