/** What of a proposal is chosen: all of it, but for what was taken out. Pure. */

import type { AuthorizationIntent } from "#lib/policy/intent.ts";
import { type Guarded, intentsOf, type Proposal, type ProposedPolicy, restIntents } from "#lib/policy/proposal.ts";
import { BY_DEFAULT, type DryRunLife, untilAfter } from "../dry-run-life.ts";

export interface Choice {
  /** Keys of rules that are taken out. */
  readonly without: ReadonlySet<string>;
  /** All that has no policy of its own refuses every call. */
  readonly rest: boolean;
  readonly dryRun: boolean;
  /** Until when it is one. */
  readonly life: DryRunLife;
}

/** The rest is asked for on purpose: it reaches workloads that nobody was seen calling. */
export const ALL: Choice = { without: new Set(), rest: false, dryRun: true, life: BY_DEFAULT };

/** By the policy's name. */
export const ruleKey = (policy: string, principal: string): string => `${policy} ${principal}`;

export const sayGuarded = ({ kind, name }: Guarded): string => (kind === "service" ? `Service ${name}` : name);

/** Rules, all of one policy or a single one, in or out. */
export function turned(choice: Choice, keys: readonly string[], chosen: boolean): Choice {
  const without = new Set(choice.without);
  for (const key of keys) {
    if (chosen) without.delete(key);
    else without.add(key);
  }
  return { ...choice, without };
}

export const keysOf = ({ name, rules }: ProposedPolicy): readonly string[] =>
  rules.map(({ principal }) => ruleKey(name, principal));

/** `second`: now, in Unix time. One plan's intents; the rest comes last, so that nobody is refused before their own policy is there. */
export function wishesOf(
  place: { readonly cluster: string; readonly namespace: string },
  proposal: Proposal,
  { without, rest, dryRun, life }: Choice,
  second: number,
): readonly AuthorizationIntent[] {
  const until = untilAfter(second, life);
  return [
    ...proposal.policies.flatMap((policy) =>
      intentsOf(place, policy, (principal) => !without.has(ruleKey(policy.name, principal)), dryRun, until),
    ),
    ...(rest ? restIntents(place, proposal, dryRun, until) : []),
  ];
}

/** What no window could have seen, whatever was read. */
export const BLIND: readonly string[] = [
  "Callers that come less often than every 7 days: monthly jobs, and those that run in a failover or an emergency alone.",
  "Identities that a caller had before the last hour alone: of a pair that was seen in the hour, the hour’s identities count.",
  "Ways past a waypoint that a caller took before the last hour alone, if it comes through the waypoint now.",
  "Workloads that are new, or new versions with other labels: no policy here selects them.",
  "Which ports, methods and paths a caller uses: each rule lets its identity make every call.",
  "Who else may run as an identity: a rule lets in all workloads of that service account.",
];
