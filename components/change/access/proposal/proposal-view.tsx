"use client";

import type { ReactNode } from "react";
import { sayInstants } from "#components/shell/instant.ts";
import { Section } from "#components/ui/section.tsx";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import { DryRunField } from "../dry-run-field.tsx";
import { BLIND, type Choice, keysOf, sayGuarded } from "./choice.ts";
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
    policy.rules.length > 0 && keysOf(policy).every((key) => choice.without.has(key)) ? [sayGuarded(policy.of)] : [],
  );
  return (
    <>
      <Section title="Proposed" aside={again}>
        {policies.length === 0 && (
          <p className="border-t border-line pt-2 text-ink-2">
            Nobody was seen calling what a policy may be proposed for.
          </p>
        )}
        <ul>
          {policies.map((policy) => (
            <PolicyChoice
              key={policy.name}
              {...{ policy, choice, disabled, onChange, window: answer.window ?? "1h" }}
            />
          ))}
        </ul>
      </Section>
      {(quiet.length > 0 || leftOut.length > 0) && (
        <Section title="Without a policy of their own">
          <ul>
            {quiet.length > 0 && (
              <li className="border-t border-line py-1 wrap-anywhere">
                Nobody was seen calling {quiet.map(sayGuarded).join(", ")}.
              </li>
            )}
            {leftOut.map(({ of, why }) => (
              <li key={sayGuarded(of)} className="border-t border-line py-1 wrap-anywhere">
                <b className="font-semibold">{sayGuarded(of)}</b> <span className="text-ink-2">{why}</span>
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
        {rest.waypoints.map(({ waypoint, name, why }) => (
          <p key={waypoint} className="max-w-[90ch] text-ink-2 wrap-anywhere">
            {why === null
              ? `${name} with it, for waypoint ${waypoint}, which the namespace’s doesn’t count for: of Services without a policy of their own it lets nobody in.`
              : `Not for waypoint ${waypoint}: Services without a policy of their own stay open to all who come through it. ${why}`}
          </p>
        ))}
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
        {choice.dryRun && <Trials policies={policies} />}
        {choice.dryRun && (
          <DryRunField life={choice.life} disabled={disabled} onChange={(life) => onChange({ ...choice, life })} />
        )}
        <div className="mt-2">{act}</div>
      </Section>
    </>
  );
}

/** Where a dry run tells less than a sidecar's. */
function Trials({ policies }: Pick<Props["proposal"], "policies">) {
  const at = (point: (typeof policies)[number]["point"]) => policies.some((policy) => policy.point === point);
  return (
    <>
      {at("waypoint") && (
        <p className="max-w-[90ch] text-ink-2">
          A waypoint counts what it tries for all its Services together, port by port: its own page has the numbers.
        </p>
      )}
      {at("ztunnel") && (
        <p className="max-w-[90ch] text-ink-2">
          Ztunnels count nothing. Since 1.29 they write what would be denied into their logs, where istiod has
          AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY; with it an older ztunnel enforces the policy at once, and without
          it istiod gives them none that is on trial.
        </p>
      )}
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
