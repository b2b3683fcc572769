"use client";

import { useState } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ServiceRef, TextMatch } from "#lib/policy/intent.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { ChoiceField } from "../fields.tsx";
import { ServiceChange, type ServiceForm } from "../service-change.tsx";
import { ServiceTraffic } from "../service-traffic.tsx";
import { ruleKey } from "../shift/split.ts";
import { type Condition, FIRST, KINDS, type Kind, missing, NAMED, OPEN, twice, whenOf } from "./conditions.ts";
import { withoutRule } from "./without-rule.ts";

/** Which calls go to which version before weights count (A/B). */
export function MatchPage({ service }: { readonly service: ServiceRef }) {
  return (
    <ServiceChange service={service} action="match" title="Match requests">
      {(form) => <Form form={form} />}
    </ServiceChange>
  );
}

/** A condition on the page: its id lasts while it is edited and others go. */
interface Row extends Condition {
  readonly id: number;
}

function Form({ form }: { readonly form: ServiceForm }) {
  const versions = form.wanted.versions.map(({ name }) => name);
  const [rows, setRows] = useState<readonly Row[]>([{ id: 0, ...FIRST }]);
  const conditions: readonly Condition[] = rows;
  const [chosen, setChosen] = useState<string | null>(null);
  const version = chosen !== null && versions.includes(chosen) ? chosen : (versions.at(-1) ?? "");
  const stop =
    versions.length === 0
      ? "The service has no versions."
      : (conditions.map(missing).find((one) => one !== null) ?? twice(conditions));
  const { cluster, namespace, name } = form.service;
  const edit = (id: number, patch: Partial<Condition>) =>
    setRows(rows.map((one) => (one.id === id ? { ...one, ...patch } : one)));
  const another = () => setRows([...rows, { id: Math.max(...rows.map(({ id }) => id)) + 1, ...FIRST }]);
  const add = () => {
    const done = form.change({
      kind: "match",
      service: { cluster, namespace, name },
      ...{ when: whenOf(conditions), version },
    });
    if (done !== null) setRows([{ id: 0, ...FIRST }]);
  };
  return (
    <>
      <Rules form={form} />
      <Section title="New rule">
        <ol>
          {rows.map((row, index) => (
            <ConditionRow
              key={row.id}
              condition={row}
              place={index + 1}
              disabled={form.disabled}
              onChange={(patch) => edit(row.id, patch)}
              onRemove={rows.length > 1 ? () => setRows(rows.filter(({ id }) => id !== row.id)) : null}
            />
          ))}
        </ol>
        <Chip tone="quiet" disabled={form.disabled} onClick={another}>
          And another condition
        </Chip>
        <div className="mt-2">
          <ChoiceField
            label="goes to"
            value={version}
            disabled={form.disabled || versions.length === 0}
            options={versions.map((one) => ({ value: one, title: one }))}
            onChange={setChosen}
          />
        </div>
        <div className="mt-2 flex flex-wrap items-center gap-3">
          <Chip tone="on" disabled={form.disabled || stop !== null} onClick={add}>
            Add the rule
          </Chip>
          <span role="status" className="text-ink-3">
            {stop}
          </span>
        </div>
      </Section>
      <ServiceTraffic form={form} />
    </>
  );
}

function ConditionRow({
  condition: { kind, name, op, value },
  place,
  disabled,
  onChange,
  onRemove,
}: {
  readonly condition: Condition;
  readonly place: number;
  readonly disabled: boolean;
  readonly onChange: (patch: Partial<Condition>) => void;
  readonly onRemove: (() => void) | null;
}) {
  const box = "h-7 min-w-0 rounded-md border border-line px-2 disabled:opacity-60";
  return (
    <li className="flex flex-wrap items-center gap-2 border-t border-line py-1.5">
      <select
        aria-label={`Condition ${place}`}
        value={kind}
        disabled={disabled}
        onChange={(event) => onChange({ kind: event.target.value as Kind, op: "exact" })}
        className={`${box} bg-raised`}
      >
        {KINDS.map((one) => (
          <option key={one.value} value={one.value}>
            {one.title}
          </option>
        ))}
      </select>
      {NAMED.has(kind) && (
        <input
          aria-label={`Name of condition ${place}`}
          placeholder={kind === "header" ? "x-user-group" : kind === "cookie" ? "group" : "app"}
          value={name}
          disabled={disabled}
          spellCheck={false}
          onChange={(event) => onChange({ name: event.target.value.trim() })}
          className={`${box} w-36 bg-sunken placeholder:text-ink-3`}
        />
      )}
      {OPEN.has(kind) ? (
        <select
          aria-label={`How condition ${place} compares`}
          value={op}
          disabled={disabled}
          onChange={(event) => onChange({ op: event.target.value as TextMatch["op"] })}
          className={`${box} bg-raised`}
        >
          <option value="exact">is</option>
          <option value="prefix">begins with</option>
          <option value="regex">matches all of the regex</option>
        </select>
      ) : (
        <span className="text-ink-2">is</span>
      )}
      <input
        aria-label={`Value of condition ${place}`}
        placeholder={kind === "path" ? "/beta" : kind === "method" ? "GET" : "beta"}
        value={value}
        disabled={disabled}
        spellCheck={false}
        onChange={(event) => onChange({ value: event.target.value })}
        className={`${box} w-40 grow bg-sunken placeholder:text-ink-3`}
      />
      {onRemove !== null && (
        <Chip tone="quiet" aria-label={`Remove condition ${place}`} disabled={disabled} onClick={onRemove}>
          Remove
        </Chip>
      )}
    </li>
  );
}

function Rules({ form }: { readonly form: ServiceForm }) {
  const { rules } = form.wanted;
  const { cluster, namespace, name } = form.service;
  const target = (rule: RouteRule) =>
    rule.action.kind === "route"
      ? rule.action.to.map(({ version, host, share }) => `${version ?? host} ${Math.round(share * 100)} %`).join(", ")
      : rule.action.text;
  const remove = (rule: RouteRule) => {
    const next = withoutRule(form.service.cluster, form.draft.manifests, rule);
    if (next !== null) form.draft.write(next);
  };
  return (
    <Section title="Rules, in the order tried">
      {rules.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">No rule yet: all calls go to all ready pods.</p>
      )}
      <ol>
        {rules.map((rule, index) => (
          <li key={ruleKey(rule)} className="flex flex-wrap items-baseline gap-x-3 border-t border-line py-1.5">
            <span className="w-5 text-ink-3 tabular-nums">{index + 1}</span>
            <span className="min-w-0 grow basis-48 wrap-anywhere">
              {rule.matches.length === 0 ? (
                "Every other call"
              ) : (
                <code className="font-mono text-[12px]">
                  {rule.matches.map((match) => match.join(" and ")).join(" or ")}
                </code>
              )}{" "}
              <span className="text-ink-2">→ {target(rule)}</span>
            </span>
            <ObjectLink object={rule.object} className="max-w-48 text-ink-2" />
            {rule.matches.length > 0 && (
              <Chip
                tone="quiet"
                disabled={form.disabled}
                aria-label={`Remove rule ${index + 1}`}
                onClick={() => remove(rule)}
              >
                Remove
              </Chip>
            )}
          </li>
        ))}
      </ol>
      {rules.length > 0 && (
        <Chip
          tone="quiet"
          className="mt-2"
          disabled={form.disabled}
          title={form.verdict.forbidden ?? "Its callers then reach all ready pods, as if no route had been written"}
          onClick={() => form.change({ kind: "remove-routing", service: { cluster, namespace, name } })}
        >
          Remove all routing
        </Chip>
      )}
    </Section>
  );
}
