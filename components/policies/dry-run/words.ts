/** Dry runs in words: what their counters say, and what they can't. Pure. */
import { formatNumber, formatRate } from "#lib/format.ts";
import type { DryRunWorkload, Tried, TriedCaller } from "#lib/policy/dry-run.ts";
import { perSecond } from "#lib/units.ts";

export const ACTIONS = { allow: "ALLOW", deny: "DENY" } as const;

const unitOf = ({ protocol }: Pick<Tried, "protocol">): string => (protocol === "tcp" ? "conn/s" : "req/s");

/** `≥ 2.4 of 10 req/s`, `none of 10 req/s`: what would be denied of what the filter was asked about. */
export function deniedOf(tried: Tried): string {
  const { denied, allowed, atLeast } = tried;
  const all = formatRate(perSecond(denied + allowed), unitOf(tried));
  return denied === 0 && !atLeast ? `none of ${all}` : `${atLeast ? "≥ " : ""}${formatNumber(denied)} of ${all}`;
}

/** What the counter's "denied" means: of ALLOW it isn't what the default would refuse. */
export function meaningOf({ action, denied, atLeast }: Tried, armed: boolean | null): string {
  if (denied === 0 && atLeast) return "Pods counted some that are gone, and may have been this workload’s.";
  if (action === "deny")
    return denied === 0
      ? "No rule of a DENY policy on trial took a call."
      : "A rule of a DENY policy on trial took them.";
  if (denied === 0) return "Each call was taken by a rule of an ALLOW policy on trial.";
  const untaken = "No rule of any ALLOW policy on trial took them. ";
  if (armed === null) return `${untaken}Whether an ALLOW policy in force lets them in isn’t known.`;
  return armed
    ? `${untaken}The dry run doesn’t ask the ALLOW policies in force, which may let some of them in once all are enforced.`
    : `${untaken}No ALLOW policy is in force here, so all of them are let in today, and a dry run never tries that default out: enforced, they are refused.`;
}

/** Who it was, as far as that can be said: the counters hold no policy's name. */
export function authorsOf({ action }: Tried, { policies, lacks }: DryRunWorkload): string {
  const own = policies.filter((each) => each.action === action);
  if (lacks.length > 0)
    return own.length === 0 ? "By policies that aren’t known here." : "May be by, or by one that isn’t known here:";
  if (own.length === 0) return "By a policy that isn’t on trial here any more.";
  return own.length === 1
    ? `By the only ${ACTIONS[action]} policy on trial here:`
    : "The counter names no policy, so by any of:";
}

/** `all 2.4 of its req/s`, `0 to 2.4 of its 10 req/s`. */
export function partOf({ certainty, min, max, rate }: TriedCaller, tried: Tried): string {
  const unit = unitOf(tried);
  const its = `of its ${formatRate(perSecond(rate), unit)}`;
  if (max === 0) return tried.atLeast ? `an unknown part ${its}` : `none ${its}`;
  if (certainty === "certain") return formatRate(perSecond(max), unit);
  return `${formatNumber(min)} to ${formatNumber(max)} ${its}`;
}

/** Why nothing is counted, and what would tell. */
export const SILENT: Readonly<Record<NonNullable<DryRunWorkload["silent"]>, string>> = {
  "no-counters":
    "No counter of it is in Prometheus, so what would be denied isn’t known; it isn’t 0. Proxies make the counters with the first call after the policy has reached them, and Istio’s own bootstrap exports them: an own bootstrap or proxyStatsMatcher, or a scrape configuration that drops envoy_http_rbac (before Istio 1.23 envoy_http_inbound_…_rbac) and envoy_tcp, takes them away. Export stats that end in shadow_allowed and shadow_denied, and scrape them. Traces tell too: see their tags istio.authorization.dry_run.",
  ztunnel:
    "ztunnel counts nothing of dry runs: since 1.29, where istiod has AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY, it writes into its log what would be denied, at level debug; with AUTHZ_POLICY_INFO_LOGGING=true at level info. An older ztunnel then enforces such a policy.",
  waypoint:
    "A waypoint asks this policy, and counts for all services behind it together: see the waypoint’s own page. Traces tell by their tags istio.authorization.dry_run.",
};
