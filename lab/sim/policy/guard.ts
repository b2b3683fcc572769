/**
 * One enforcement point's policies, in the order in which its proxy asks them: CUSTOM, the token, DENY, ALLOW.
 * https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
import type { AuthorizationPolicy, Reads } from "./authorization-policy.ts";
import type { Facts } from "./facts.ts";
import { type RequestAuthentication, verify } from "./request-authentication.ts";

export interface Refusal {
  readonly code: 401 | 403;
  /** %RESPONSE_CODE_DETAILS%, or of connections what they were closed for. */
  readonly details: string;
}

/** What a filter's counters add: of the rules in force, or of those on trial. */
export interface RbacCount {
  /** null: in force. */
  readonly dryRun: "allow" | "deny" | null;
  readonly result: "allowed" | "denied";
}

/** What a policy on trial would have done, for the span. */
export interface DryRun {
  readonly action: "allow" | "deny";
  readonly result: "allowed" | "denied";
  /** The rule that fits; null where none does. */
  readonly rule: string | null;
}

export interface Verdict {
  readonly refused: Refusal | null;
  readonly counts: readonly RbacCount[];
  readonly dryRuns: readonly DryRun[];
  /** Headers that are taken off the request. */
  readonly consumed: readonly string[];
}

export type Guard = (facts: Facts) => Verdict;

type Rules = readonly { readonly id: string; readonly fits: (facts: Facts) => boolean }[];
const denial = (rule: string): Refusal => ({
  code: 403,
  details: `rbac_access_denied_matched_policy[${rule}]`,
});
/**
 * No authorizer runs in the lab, so every provider is unknown, and istiod has what rules of CUSTOM policies take refused.
 * (https://github.com/istio/istio/pull/46968)
 */
const badCustom = (rule: string): Refusal => denial(`istio-ext-authz-${rule}-deny-due-to-bad-CUSTOM-action`);

/** null: this point refuses nothing and counts nothing. */
export function guardOf(
  policies: readonly AuthorizationPolicy[],
  authentications: readonly RequestAuthentication[],
  reads: Reads,
): Guard | null {
  // ztunnel neither asks authorizers nor counts what policies on trial would do.
  const known = policies.filter(({ action, dryRun }) => reads !== "ztunnel" || (action !== "CUSTOM" && !dryRun));
  const custom = filterOf(known, "CUSTOM", reads)?.enforced ?? null;
  const jwt = reads === "http" ? authentications.flatMap(({ rules }) => rules) : [];
  const deny = filterOf(known, "DENY", reads);
  const allow = filterOf(known, "ALLOW", reads);
  if (custom === null && jwt.length === 0 && deny === null && allow === null) return null;

  return (facts) => {
    const counts: RbacCount[] = [];
    const dryRuns: DryRun[] = [];
    let consumed: readonly string[] = [];
    const refuse = (refused: Refusal): Verdict => ({ refused, counts, dryRuns, consumed });
    if (custom !== null) {
      const rule = custom.find(({ fits }) => fits({ ...facts, claims: null }));
      counts.push({ dryRun: null, result: rule === undefined ? "allowed" : "denied" });
      if (rule !== undefined) return refuse(badCustom(rule.id));
    }
    let known = facts;
    if (jwt.length > 0 && facts.http !== null) {
      const token = verify(jwt, facts.http, facts.atMs);
      if (token.kind === "invalid") return refuse({ code: 401, details: `jwt_authn_access_denied{${token.reason}}` });
      if (token.kind === "valid") {
        known = { ...facts, claims: token.claims };
        consumed = token.consumed;
      }
    }
    for (const filter of [deny, allow]) {
      const refused = filter === null ? null : ask(filter, known, counts, dryRuns);
      if (refused !== null) return refuse(refused);
    }
    return { refused: null, counts, dryRuns, consumed };
  };
}

interface Filter {
  readonly denies: boolean;
  /** null: no such policy, so that nothing is asked. */
  readonly enforced: Rules | null;
  readonly onTrial: Rules | null;
}

function filterOf(
  policies: readonly AuthorizationPolicy[],
  action: AuthorizationPolicy["action"],
  reads: Reads,
): Filter | null {
  const rules = (dryRun: boolean): Rules | null => {
    const mine = policies.filter((each) => each.action === action && each.dryRun === dryRun);
    return mine.length === 0 ? null : mine.flatMap((each) => each.rules(reads));
  };
  const filter: Filter = { denies: action === "DENY", enforced: rules(false), onTrial: rules(true) };
  return filter.enforced === null && filter.onTrial === null ? null : filter;
}

/** What is on trial is asked first, and never refuses. */
function ask(
  { denies, enforced, onTrial }: Filter,
  facts: Facts,
  counts: RbacCount[],
  dryRuns: DryRun[],
): Refusal | null {
  const action = denies ? "deny" : "allow";
  const decided = (rules: Rules): { readonly rule: string | null; readonly result: "allowed" | "denied" } => {
    const rule = rules.find(({ fits }) => fits(facts))?.id ?? null;
    return { rule, result: (rule !== null) === denies ? "denied" : "allowed" };
  };
  if (onTrial !== null) {
    const would = decided(onTrial);
    counts.push({ dryRun: action, result: would.result });
    dryRuns.push({ action, ...would });
  }
  if (enforced === null) return null;
  const { rule, result } = decided(enforced);
  counts.push({ dryRun: null, result });
  return result === "denied" ? denial(rule ?? "none") : null;
}
