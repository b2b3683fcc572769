"use client";

import { Cell, DataTable } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { formatRate } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { ProposedPolicy, ProposedRule, SeenRate, Uncovered } from "#lib/policy/proposal.ts";
import { perSecond } from "#lib/units.ts";
import { type Choice, keysOf, ruleKey, sayGuarded, turned } from "./choice.ts";

const WHY: Readonly<Record<Uncovered["why"], string>> = {
  plaintext: ", in plaintext: it has no identity",
  unknown: ", its identity isn’t known",
  hidden: " from namespaces that you may not see",
  past: ", seen past the waypoint: through it, it comes as somebody else",
};

/** One policy, of a workload or of a Service at its waypoint: its rules with their traffic, and the calls that none is proposed for. */
export function PolicyChoice({
  policy,
  choice,
  window,
  disabled,
  onChange,
}: {
  readonly policy: ProposedPolicy;
  readonly choice: Choice;
  readonly window: string;
  readonly disabled: boolean;
  readonly onChange: (choice: Choice) => void;
}) {
  const { of, name, rules, uncovered, exists, beside } = policy;
  const title = sayGuarded(of);
  const keys = keysOf(policy);
  const chosen = keys.filter((key) => !choice.without.has(key));
  return (
    <li className="border-t border-line py-2">
      <label className="inline-flex max-w-full flex-wrap items-baseline gap-x-2">
        <input
          type="checkbox"
          aria-label={`Policy for ${title}`}
          checked={chosen.length > 0}
          disabled={disabled || rules.length === 0}
          onChange={(event) => onChange(turned(choice, keys, event.target.checked))}
        />
        <b className="font-semibold wrap-anywhere">{title}</b>
        <span className="min-w-0 text-ink-2 wrap-anywhere">
          {name} {whereText(policy)}
          {exists !== null && `, which is there: ${exists === "enforced" ? "enforced" : "a dry run"}`}
        </span>
      </label>
      {rules.length === 0 ? (
        <p className="mt-1 text-ink-2">No caller of it can be named, so no policy is proposed.</p>
      ) : (
        <div className="@container mt-1">
          <DataTable
            stacks
            label={`Rules for ${title}`}
            columns={[
              { title: "Lets in" },
              { title: "Called from" },
              { title: `last ${sayWindow(window)}`, numeric: true },
              { title: "seen", numeric: true },
            ]}
          >
            {rules.map((rule) => (
              <Rule key={rule.principal} {...{ rule, policy, window, choice, disabled, onChange }} />
            ))}
          </DataTable>
        </div>
      )}
      <Left uncovered={uncovered} proposed={rules.length > 0} />
      {beside.length > 0 && (
        <p className="mt-1 text-ink-2 wrap-anywhere">
          Other ALLOW policies count there and let in what they say besides: {beside.join(", ")}.
        </p>
      )}
    </li>
  );
}

function whereText({ point, target }: ProposedPolicy): string {
  if (target.level !== "workloads") return "at its waypoint";
  const labels = Object.entries(target.labels).map(([key, value]) => `${key}=${value}`);
  return `for ${labels.join(", ")}${point === "ztunnel" ? ", at ztunnel" : ""}`;
}

function Rule({
  rule,
  policy,
  window,
  choice,
  disabled,
  onChange,
}: {
  readonly rule: ProposedRule;
  readonly policy: ProposedPolicy;
  readonly window: string;
  readonly choice: Choice;
  readonly disabled: boolean;
  readonly onChange: (choice: Choice) => void;
}) {
  const key = ruleKey(policy.name, rule.principal);
  return (
    <tr>
      <Cell className="w-[52%] pr-3">
        <label className="inline-flex max-w-full items-baseline gap-2">
          <input
            type="checkbox"
            aria-label={`Let ${rule.principal} call ${sayGuarded(policy.of)}`}
            checked={!choice.without.has(key)}
            disabled={disabled}
            onChange={(event) => onChange(turned(choice, [key], event.target.checked))}
          />
          <bdi className="min-w-0 wrap-anywhere">{rule.principal}</bdi>
        </label>
        {rule.through !== null && (
          <p className="text-ink-2 wrap-anywhere">
            Waypoint {rule.through}: a ztunnel sees it in the place of who calls through it. Whom it lets in is for the
            policies of the Services.
          </p>
        )}
      </Cell>
      <Cell className="pr-3" heading="from">
        <bdi className="wrap-anywhere">{rule.callers.map(nameOf).join(", ")}</bdi>
      </Cell>
      <Cell numeric heading={`last ${sayWindow(window)}`}>
        {rateText(rule)}
      </Cell>
      <Cell numeric heading="seen">
        {seenText(rule)}
      </Cell>
    </tr>
  );
}

function Left({ uncovered, proposed }: { readonly uncovered: readonly Uncovered[]; readonly proposed: boolean }) {
  if (uncovered.length === 0) return null;
  return (
    <div className="mt-1">
      <p className="text-degraded">◣ {proposed ? "Not covered: refused once it is enforced" : "Not covered"}</p>
      <ul>
        {uncovered.map((each) => (
          <li
            key={`${each.source} ${each.why}`}
            className="flex flex-wrap justify-between gap-x-4 py-0.5 wrap-anywhere"
          >
            <span>
              {each.why === "hidden" ? "Callers" : nameOf(each.source)}
              {WHY[each.why]}
            </span>
            <span className="tabular-nums">
              {rateText(each)} {seenText(each)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function nameOf(id: string): string {
  const key = parseNodeId(id);
  if (key === null) return id;
  if (key.kind === "unknown") return "Callers that telemetry can’t name";
  if (key.kind === "restricted") return "namespaces that you may not see";
  return key.kind === "workload" ? `${key.namespace}/${key.name}` : key.name;
}

/** Requests and connections are never summed. */
function rateText({ requests, connections }: SeenRate): string {
  const texts = [
    ...(requests === null ? [] : [formatRate(perSecond(requests))]),
    ...(connections === null ? [] : [formatRate(perSecond(connections), "conn/s")]),
  ];
  return texts.length === 0 ? "–" : texts.join(", ");
}

const seenText = ({ seen }: SeenRate): string => (seen === "hour" ? "last hour" : "within 7 d");
