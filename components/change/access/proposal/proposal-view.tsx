"use client";

import type { ReactNode } from "react";
import { sayInstants } from "#components/shell/instant.ts";
import { Section } from "#components/ui/section.tsx";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import { DryRunField } from "../dry-run-field.tsx";
import { BLIND, type Choice, keysOf } from "./choice.ts";
import { PolicyChoice } from "./policy-choice.tsx";

interface Props {
  readonly answer: ProposalAnswer;
  readonly proposal: NonNullable<ProposalAnswer["proposal"]>;
  readonly choice: Choice;
  readonly disabled: boolean;
  readonly again: ReactNode;
  readonly act: ReactNode;
  readonly onChange: (choice: Choice) => void;
}

/** The proposal, what it leaves out, and what nobody could have seen. */
export function ProposalView({ answer, proposal, choice, disabled, again, act, onChange }: Props) {
  const { policies, quiet, leftOut, rest } = proposal;
  const bare = policies.flatMap((policy) =>
    policy.rules.length > 0 && keysOf(policy).every((key) => choice.without.has(key)) ? [policy.workload] : [],
  );
  return (
    <>
      <Section title="Proposed" aside={again}>
        {policies.length === 0 && (
          <p className="border-t border-line pt-2 text-ink-2">
            Nobody was seen calling a workload that a policy may be proposed for.
          </p>
        )}
        <ul>
          {policies.map((policy) => (
            <PolicyChoice
              key={policy.workload}
              {...{ policy, choice, disabled, onChange, window: answer.window ?? "1h" }}
            />
          ))}
        </ul>
      </Section>
      {(quiet.length > 0 || leftOut.length > 0) && (
        <Section title="Without a policy of their own">
          <ul>
            {quiet.length > 0 && (
              <li className="border-t border-line py-1 wrap-anywhere">Nobody was seen calling {quiet.join(", ")}.</li>
            )}
            {leftOut.map(({ workload, why }) => (
              <li key={workload} className="border-t border-line py-1 wrap-anywhere">
                <b className="font-semibold">{workload}</b> <span className="text-ink-2">{why}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="All the rest">
        <Check
          label="Refuse every call to what has no policy of its own"
          checked={choice.rest && rest.why === null}
          disabled={disabled || rest.why !== null}
          onChange={(on) => onChange({ ...choice, rest: on })}
        >
          {rest.why ??
            (bare.length > 0 ? `It would refuse all calls to ${bare.join(", ")}, whose rules are taken out. ` : "") +
              `${rest.name}, a policy of the whole namespace without rules: it counts for all workloads, new ones too, and lets nobody in.`}
        </Check>
      </Section>
      <Section title="What the window could not have seen">
        <ul className="list-disc pl-5">
          {[
            ...answer.limits,
            ...(answer.week ? [] : ["The 7 days: who was seen is known of the last hour alone."]),
            ...BLIND,
          ].map((text) => (
            <li key={text} className="py-0.5 wrap-anywhere">
              {sayInstants(text)}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="How">
        <Check
          label="As a dry run first"
          checked={choice.dryRun}
          disabled={disabled}
          onChange={(on) => onChange({ ...choice, dryRun: on })}
        >
          {choice.dryRun
            ? "The rules are counted and refuse nobody. A dry run of ALLOW never tests that all else is refused: whom that hits is what stands above as not covered, and in the impact of the plan that ends the dry run."
            : "They are enforced as soon as they are applied: all calls that no rule takes are refused."}
        </Check>
        {choice.dryRun && (
          <DryRunField life={choice.life} disabled={disabled} onChange={(life) => onChange({ ...choice, life })} />
        )}
        <div className="mt-2">{act}</div>
      </Section>
    </>
  );
}

function Check({
  label,
  checked,
  disabled,
  onChange,
  children,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <div className="border-t border-line py-1.5">
      <label className="inline-flex items-center gap-2">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <p className="mt-0.5 max-w-[90ch] text-ink-2">{children}</p>
    </div>
  );
}
