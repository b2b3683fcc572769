"use client";

import { clsx } from "clsx";
import { useSyncExternalStore } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatPlural } from "#lib/format.ts";
import type { AuthorizationIntent } from "#lib/policy/intent.ts";
import type { ClusterForm } from "../cluster-change.tsx";
import { BY_DEFAULT, untilAfter } from "./dry-run-life.ts";
import { type PolicyRow, type RuleRow, targetText } from "./read.ts";
import { type Sight, warningsOf } from "./warnings.ts";
import { type Editing, ruleWish } from "./wish.ts";

const ACTIONS: Readonly<Record<PolicyRow["action"], string>> = {
  ALLOW: "✓ allows",
  DENY: "✕ denies",
  CUSTOM: "asks an authorizer about",
  AUDIT: "logs",
};

export interface Shared {
  readonly form: ClusterForm;
  readonly namespace: string;
  readonly disabled: boolean;
  readonly forbidden: string | null;
  readonly sight: Sight;
}

/** A namespace's policies with their rules, each to be changed or taken away. */
export function PolicyList({
  rows,
  onEdit,
  ...shared
}: Shared & { readonly rows: readonly PolicyRow[]; readonly onEdit: (editing: Editing | null) => void }) {
  return (
    <Section title="Policies" aside={formatPlural(rows.length, "policy", "policies")}>
      {rows.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">
          None in this namespace: what no policy forbids is let in.
        </p>
      )}
      <ul>
        {rows.map((row) => (
          <Policy key={row.object.name} row={row} onEdit={onEdit} {...shared} />
        ))}
      </ul>
    </Section>
  );
}

function Policy({
  row,
  onEdit,
  form,
  namespace,
  disabled,
  forbidden,
  sight,
}: Shared & { readonly row: PolicyRow; readonly onEdit: (editing: Editing | null) => void }) {
  const { object, action, target, rules } = row;
  const { name } = object;
  const wish = (more: Partial<AuthorizationIntent>) => {
    onEdit(null);
    form.change({ kind: "authorization", cluster: form.cluster, namespace, name, ...more });
  };
  const known = action === "ALLOW" || action === "DENY";
  const warnings =
    known && target !== null
      ? warningsOf({ action, target, rules: rules.flatMap(({ access }) => access ?? []) }, sight)
      : [];
  const button = { disabled, title: forbidden ?? undefined, tone: "quiet" as const };
  return (
    <li className="border-t border-line py-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 wrap-anywhere">
          <ObjectLink object={object} className="font-semibold" />{" "}
          <span className={clsx(action === "DENY" && "text-degraded")}>{ACTIONS[action]}</span>{" "}
          <span className="text-ink-2">for {targetText(target)}</span>
        </p>
        <span className="flex flex-wrap items-center gap-2">
          {known && <DryRunBox {...{ row, disabled, wish }} />}
          {known && (
            <Chip {...button} aria-label={`Add a rule to ${name}`} onClick={() => onEdit(ruleWish(row, action, null))}>
              Add a rule
            </Chip>
          )}
          <Chip {...button} aria-label={`Remove ${name}`} onClick={() => wish({ remove: "policy" })}>
            Remove
          </Chip>
        </span>
      </div>
      {rules.length === 0 && (
        <p className="mt-1 text-ink-2">No rule: {action === "ALLOW" ? "it lets nothing in." : "it takes no call."}</p>
      )}
      <ol className="mt-1">
        {rules.map((rule, place) => (
          <li key={`${place} ${rule.text}`} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-0.5">
            <span className="w-5 text-ink-3 tabular-nums">{place + 1}</span>
            <span className="min-w-0 grow basis-48 wrap-anywhere">{rule.text}</span>
            <RuleButtons
              rule={rule}
              label={`rule ${place + 1} of ${name}`}
              button={button}
              onEdit={known ? () => onEdit(ruleWish(row, action, rule.access)) : null}
              onRemove={() => rule.access !== null && wish({ remove: "rule", rule: rule.access })}
            />
          </li>
        ))}
      </ol>
      <Warnings warnings={warnings} />
    </li>
  );
}

/** One that is begun here has an end, as a new policy's has unless that is chosen otherwise. */
function DryRunBox({
  row: { object, dryRun, until },
  disabled,
  wish,
}: {
  readonly row: PolicyRow;
  readonly disabled: boolean;
  readonly wish: (more: Partial<AuthorizationIntent>) => void;
}) {
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const turn = (on: boolean) => {
    const end = untilAfter(second, BY_DEFAULT);
    wish({ dryRun: on, ...(on && end !== null ? { until: end } : {}) });
  };
  return (
    <label className="inline-flex items-center gap-1.5">
      <input
        type="checkbox"
        checked={dryRun}
        disabled={disabled}
        aria-label={`Dry run of ${object.name}`}
        onChange={(event) => turn(event.target.checked)}
      />
      dry run{dryRun && (until === null ? ", without an end" : ` until ${sayInstant(until)}`)}
    </label>
  );
}

function RuleButtons({
  rule,
  label,
  button,
  onEdit,
  onRemove,
}: {
  readonly rule: RuleRow;
  readonly label: string;
  readonly button: { readonly disabled: boolean; readonly title: string | undefined; readonly tone: "quiet" };
  readonly onEdit: (() => void) | null;
  readonly onRemove: () => void;
}) {
  if (rule.access === null) return <span className="text-ink-3">changed as text alone</span>;
  return (
    <>
      {onEdit !== null && (
        <Chip {...button} aria-label={`Edit ${label}`} onClick={onEdit}>
          Edit
        </Chip>
      )}
      <Chip {...button} aria-label={`Remove ${label}`} onClick={onRemove}>
        Remove
      </Chip>
    </>
  );
}

/** What follows from rules where they are enforced. */
export function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul aria-label="What follows" className="mt-1 max-w-[90ch]">
      {warnings.map((text) => (
        <li key={text} className="wrap-anywhere">
          <span aria-hidden="true" className="text-degraded">
            ◣
          </span>{" "}
          {text}
        </li>
      ))}
    </ul>
  );
}
