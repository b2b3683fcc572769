"use client";

import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import { type Shared, Warnings } from "./policy-list.tsx";
import { RuleFields } from "./rule-fields.tsx";
import { accessOf } from "./rule-texts.ts";
import { warningsOf } from "./warnings.ts";
import { type Editing, type RuleWish, withTexts } from "./wish.ts";

/** One rule of a policy that is there: another one, or in the place of one. */
export function RuleEditor({
  form,
  namespace,
  disabled,
  forbidden,
  sight,
  editing,
  onChange,
}: Shared & { readonly editing: RuleWish; readonly onChange: (editing: Editing | null) => void }) {
  const { policy, replaces, texts, action, target } = editing;
  const access = accessOf(texts);
  const stop = typeof access === "string" ? access : null;
  const put = () => {
    if (typeof access === "string") return;
    const done = form.draft.change({
      ...{ kind: "authorization", cluster: form.cluster, namespace, name: policy.name, rule: access },
      ...(replaces === null ? {} : { replaces }),
    });
    if (done !== null) onChange(null);
  };
  return (
    <Section title={replaces === null ? `Another rule of ${policy.name}` : `Rule of ${policy.name}`}>
      <RuleFields texts={texts} disabled={disabled} onChange={(next) => onChange(withTexts(editing, next))} />
      {typeof access !== "string" && <Warnings warnings={warningsOf({ action, target, rules: [access] }, sight)} />}
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Chip tone="on" disabled={disabled || stop !== null} title={forbidden ?? undefined} onClick={put}>
          Put it in the draft
        </Chip>
        <Chip tone="quiet" onClick={() => onChange(null)}>
          Leave it
        </Chip>
        <span role="status" className="text-ink-3">
          {stop ?? (Object.keys(access).length === 0 ? "It takes every call." : null)}
        </span>
      </div>
    </Section>
  );
}
