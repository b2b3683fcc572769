"use client";

import { useId, useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import { ChoiceField, Field, TextField } from "../fields.tsx";
import { labelsSeen } from "../mtls/levels.ts";
import { DryRunField } from "./dry-run-field.tsx";
import { untilAfter } from "./dry-run-life.ts";
import { type Shared, Warnings } from "./policy-list.tsx";
import type { PolicyRow } from "./read.ts";
import { RuleFields } from "./rule-fields.tsx";
import { accessOf } from "./rule-texts.ts";
import { warningsOf } from "./warnings.ts";
import { type Editing, NAME, type NewWish, nameFor, newWish, targetOf } from "./wish.ts";

const LEVELS = [
  { value: "namespace", title: "everything in the namespace" },
  { value: "workloads", title: "workloads with a label" },
  { value: "targets", title: "a Service, at its waypoint" },
] as const;

/** A policy that isn't there yet, with its first rule; as a dry run unless that is switched off. */
export function NewPolicy({
  form,
  namespace,
  disabled,
  forbidden,
  sight,
  taken,
  wish,
  onChange,
}: Shared & {
  readonly taken: readonly PolicyRow[];
  readonly wish: NewWish;
  readonly onChange: (editing: Editing | null) => void;
}) {
  const { action, level, label, service, dryRun, life, texts } = wish;
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const edit = (patch: Partial<NewWish>) => onChange(newWish({ ...wish, ...patch }));
  const names = taken.map(({ object }) => object.name);
  const name = wish.name ?? nameFor(wish, names);
  const [target, access] = [targetOf(wish), accessOf(texts)];
  const stop =
    typeof access === "string"
      ? access
      : target === null
        ? level === "workloads"
          ? "Which workloads? A label and its value, such as app=cart."
          : "Which Service? Its name in this namespace."
        : names.includes(name)
          ? `There is a policy ${name} already.`
          : null;
  const put = () => {
    if (typeof access === "string" || target === null) return;
    const until = dryRun ? untilAfter(second, life) : null;
    const done = form.draft.change({
      ...{ kind: "authorization", cluster: form.cluster, namespace, name, action, target, dryRun, rule: access },
      ...(until === null ? {} : { until }),
    });
    if (done !== null) onChange(null);
  };
  return (
    <Section title="New policy">
      <ChoiceField
        label="It"
        value={action}
        disabled={disabled}
        options={[
          { value: "ALLOW", title: "allows, and refuses all else" },
          { value: "DENY", title: "denies" },
        ]}
        onChange={(value) => edit({ action: value === "DENY" ? "DENY" : "ALLOW" })}
      />
      <ChoiceField
        label="Calls to"
        value={level}
        disabled={disabled}
        options={LEVELS}
        onChange={(value) => edit({ level: LEVELS.find((one) => one.value === value)?.value ?? "namespace" })}
      />
      {level === "workloads" && (
        <Labelled
          {...{
            label,
            disabled,
            options: sight.graph === null ? [] : labelsSeen(sight.graph, sight.cluster, namespace),
          }}
          onChange={(text) => edit({ label: text })}
        />
      )}
      {level === "targets" && (
        <TextField
          label="The Service"
          value={service === "" ? null : service}
          disabled={disabled}
          placeholder="reviews"
          check={(text) => (NAME.test(text) ? null : "A Service’s name.")}
          onChange={(text) => edit({ service: text ?? "" })}
        />
      )}
      <TextField
        label="Name"
        value={wish.name}
        disabled={disabled}
        placeholder={name}
        wide
        check={(text) => (NAME.test(text) ? null : "Lower case letters, digits, - and dots.")}
        onChange={(text) => edit({ name: text })}
      />
      <RuleFields texts={texts} disabled={disabled} onChange={(next) => edit({ texts: next })} />
      <div className="border-t border-line py-1.5">
        <label className="inline-flex items-center gap-2">
          <input
            type="checkbox"
            checked={dryRun}
            disabled={disabled}
            onChange={(event) => edit({ dryRun: event.target.checked })}
          />
          As a dry run first
        </label>
        <p className="mt-0.5 text-[11px] text-ink-3">
          {dryRun
            ? action === "ALLOW"
              ? "Its rules are counted and refuse nobody. What would become of calls that no rule takes isn’t tested by it: read the plan’s impact once it is enforced."
              : "Its rules are counted and refuse nobody."
            : "It is enforced as soon as it is applied."}
        </p>
      </div>
      {dryRun && <DryRunField {...{ life, disabled }} onChange={(next) => edit({ life: next })} />}
      {typeof access !== "string" && target !== null && (
        <Warnings warnings={warningsOf({ action, target, rules: [access] }, sight)} />
      )}
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Chip tone="on" disabled={disabled || stop !== null} title={forbidden ?? undefined} onClick={put}>
          Put it in the draft
        </Chip>
        <span role="status" className="text-ink-3">
          {stop ??
            (Object.keys(access).length === 0
              ? action === "ALLOW"
                ? "Without a condition it allows every call."
                : "Without a condition it denies every call."
              : null)}
        </span>
      </div>
    </Section>
  );
}

function Labelled({
  label,
  disabled,
  options,
  onChange,
}: {
  readonly label: string;
  readonly disabled: boolean;
  readonly options: readonly string[];
  readonly onChange: (text: string) => void;
}) {
  const list = useId();
  return (
    <Field label="Workloads with the label">
      {({ id }) => (
        <>
          <input
            id={id}
            list={list}
            value={label}
            disabled={disabled}
            placeholder="app=cart"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
            className="h-7 w-64 max-w-full rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3 disabled:opacity-60"
          />
          <datalist id={list}>
            {options.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
