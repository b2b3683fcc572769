/** What is typed in the one editor of the page: a new policy with its first rule, or a rule of one that is there. Pure. */
import type { AccessRule, PolicyTarget } from "#lib/policy/intent.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { labelOf } from "../mtls/levels.ts";
import { BY_DEFAULT, type DryRunLife } from "./dry-run-life.ts";
import type { PolicyRow } from "./read.ts";
import { NOTHING, type RuleTexts, textsOf, withValue } from "./rule-texts.ts";

interface Typed {
  readonly texts: RuleTexts;
  readonly action: "ALLOW" | "DENY";
  /** What the calls beside it are those of. */
  readonly target: PolicyTarget;
  /** With one more identity. */
  readonly naming: (principal: string) => Editing;
}

export interface NewWish extends Typed {
  readonly kind: "new";
  readonly name: string | null;
  readonly level: PolicyTarget["level"];
  /** Of workloads, as `app=cart`. */
  readonly label: string;
  /** Of targets: a Service's name. */
  readonly service: string;
  readonly dryRun: boolean;
  /** Until when it is one. */
  readonly life: DryRunLife;
}

export interface RuleWish extends Typed {
  readonly kind: "rule";
  readonly policy: ObjectRef;
  /** The rule that is edited; null: a further one. */
  readonly replaces: AccessRule | null;
}

export type Editing = NewWish | RuleWish;

type NewFields = Omit<NewWish, "kind" | "target" | "naming">;

export function newWish(fields: NewFields): NewWish {
  return {
    ...{ kind: "new", ...fields, target: targetOf(fields) ?? { level: "namespace" } },
    naming: (principal) => newWish({ ...fields, texts: withValue(fields.texts, "principals", principal) }),
  };
}

/** Allowing is asked for most, and tried as a dry run first. `app`: of the workload that the page was opened for. */
export const beginning = (app: string | null): NewWish =>
  newWish({
    ...{ name: null, action: "ALLOW", service: "", dryRun: true, life: BY_DEFAULT, texts: NOTHING },
    ...{ level: app === null ? "namespace" : "workloads", label: app === null ? "" : `app=${app}` },
  });

export function ruleWish(row: PolicyRow, action: "ALLOW" | "DENY", access: AccessRule | null): RuleWish {
  const made = (texts: RuleTexts): RuleWish => ({
    ...{ kind: "rule", policy: row.object, replaces: access, texts, action },
    target: row.target ?? { level: "namespace" },
    naming: (principal) => made(withValue(texts, "principals", principal)),
  });
  return made(access === null ? NOTHING : textsOf(access));
}

export const withTexts = (editing: RuleWish, texts: RuleTexts): RuleWish => ({
  ...editing,
  texts,
  naming: (principal) => withTexts(editing, withValue(texts, "principals", principal)),
});

/** null: what it counts for isn't given yet. */
export function targetOf({
  level,
  label,
  service,
}: Pick<NewFields, "level" | "label" | "service">): PolicyTarget | null {
  if (level === "namespace") return { level };
  if (level === "targets") return NAME.test(service) ? { level, refs: [{ kind: "Service", name: service }] } : null;
  const pair = labelOf(label.trim());
  return pair === null ? null : { level, labels: { [pair[0]]: pair[1] } };
}

export const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** A name that says what it does, and that nothing there has yet. */
export function nameFor({ action, level, label, service }: NewFields, taken: readonly string[]): string {
  const of = level === "namespace" ? "calls" : level === "targets" ? service : (labelOf(label.trim())?.[1] ?? "");
  const base = `${action === "ALLOW" ? "allow" : "deny"}-${of.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-")}`.replace(
    /-+$/,
    "",
  );
  let name = base;
  for (let i = 2; taken.includes(name); i++) name = `${base}-${i}`;
  return name;
}
