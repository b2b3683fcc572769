/** Deny by default for a namespace, as it is proposed from the callers that were seen; and what of it is chosen. */
import type { AuthorizationIntent } from "./intent.ts";

/** Seen in the last hour, or before it within 7 days. */
export interface SeenRate {
  readonly seen: "hour" | "week";
  /** Requests/s averaged over the hour; null: none are counted. */
  readonly requests: number | null;
  /** Connections/s, of tcp; null: none are counted. */
  readonly connections: number | null;
}

/** One rule, with the traffic that justifies it. */
export interface ProposedRule extends SeenRate {
  /** As servers' proxies reported it with mutual TLS, without `spiffe://`. Behind a gateway it is the gateway's. */
  readonly principal: string;
  /** Ids of nodes that called as it. */
  readonly callers: readonly string[];
}

/** Calls that no rule is proposed for: enforced, they are refused. */
export interface Uncovered extends SeenRate {
  /** Id of the node that called. */
  readonly source: string;
  /** Sent in plaintext; its identity isn't known; or it calls from where the viewer may not see. */
  readonly why: "plaintext" | "unknown" | "hidden";
}

export interface ProposedPolicy {
  readonly workload: string;
  readonly dataplane: "sidecar" | "ambient";
  /** Of the policy: free, or of one that says the same of the same workload. */
  readonly name: string;
  /** Select this workload and no other. */
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly ProposedRule[];
  readonly uncovered: readonly Uncovered[];
  /** How the policy of that name is in effect today; null: there is none. */
  readonly exists: "enforced" | "dry run" | null;
  /** Names of other ALLOW policies that count there, and let in what they say besides. */
  readonly beside: readonly string[];
}

export interface Proposal {
  readonly policies: readonly ProposedPolicy[];
  /** Workloads that nobody was seen calling. */
  readonly quiet: readonly string[];
  /** Workloads that nothing is proposed for, and why. */
  readonly leftOut: readonly { readonly workload: string; readonly why: string }[];
  /** A policy of the whole namespace without rules, for all that has none of its own; `why` null: it may be had. */
  readonly rest: { readonly name: string; readonly why: string | null };
}

interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

const ending = (dryRun: boolean, until: string | null | undefined) => (dryRun && until !== undefined ? { until } : {});

/** `until`: when a dry run ends; null: it has no end; absent: as it is. One intent a rule. What is in effect already isn't taken back to a dry run. */
export function intentsOf(
  { cluster, namespace }: Place,
  { name, labels, rules, exists }: ProposedPolicy,
  chosen: (principal: string) => boolean,
  dryRun: boolean,
  until?: string | null,
): readonly AuthorizationIntent[] {
  return rules
    .filter(({ principal }) => chosen(principal))
    .map(({ principal }) => ({
      ...{ kind: "authorization", cluster, namespace, name, action: "ALLOW", rule: { principals: [principal] } },
      target: { level: "workloads", labels },
      ...(dryRun && exists === "enforced" ? {} : { dryRun, ...ending(dryRun, until) }),
    }));
}

export const restIntent = (
  { cluster, namespace }: Place,
  { rest }: Proposal,
  dryRun: boolean,
  until?: string | null,
): AuthorizationIntent => ({
  ...{ kind: "authorization", cluster, namespace, name: rest.name, action: "ALLOW", dryRun },
  ...ending(dryRun, until),
  target: { level: "namespace" },
});
