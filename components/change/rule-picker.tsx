"use client";

import type { RouteRule } from "#lib/policy/routing.ts";
import { ruleKey, ruleText } from "./shift/split.ts";

/** Which rule a form edits; nothing to choose where there is one. */
export function RulePicker({
  rules,
  rule,
  onChoose,
}: {
  readonly rules: readonly RouteRule[];
  readonly rule: RouteRule | null;
  readonly onChoose: (rule: RouteRule) => void;
}) {
  if (rules.length < 2) return null;
  return (
    <label className="mt-4 flex flex-wrap items-center gap-2">
      <span className="text-ink-2">Rule</span>
      <select
        value={rule === null ? "" : ruleKey(rule)}
        onChange={(event) => {
          const chosen = rules.find((one) => ruleKey(one) === event.target.value);
          if (chosen !== undefined) onChoose(chosen);
        }}
        className="h-7 max-w-full min-w-0 rounded-md border border-line bg-raised px-2 hover:border-line-strong"
      >
        {rules.map((one) => (
          <option key={ruleKey(one)} value={ruleKey(one)}>
            {ruleText(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
