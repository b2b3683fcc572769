/** Deny by default for a namespace, as it is proposed from the callers that were seen; and what of it is chosen. */
import type { AuthorizationIntent, PolicyTarget } from "./intent.ts";

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
  /** At ztunnels: the waypoint (`namespace/name`) whose identity it is; what comes through it has that. null: the callers' own. */
  readonly through: string | null;
  /** Ids of nodes that called as it. */
  readonly callers: readonly string[];
}

/** Calls that no rule is proposed for: enforced, they are refused. */
export interface Uncovered extends SeenRate {
  /** Id of the node that called. */
  readonly source: string;
  /**
   * Sent in plaintext; its identity isn't known; it calls from where the viewer may not see; or it was seen past a waypoint that it
   * would come through by what the objects say.
   */
  readonly why: "plaintext" | "unknown" | "hidden" | "past";
}

/** What a policy is proposed for, or none: a workload's own proxy or ztunnel, or a Service at its waypoint. */
export interface Guarded {
  readonly kind: "workload" | "service";
  readonly name: string;
}

export interface ProposedPolicy {
  readonly of: Guarded;
  /** Who asks it. */
  readonly point: "sidecar" | "ztunnel" | "waypoint";
  /** Of the policy: free, or of one that says the same of the same workload or Service. */
  readonly name: string;
  /** Labels that select this workload and no other, or the Service. */
  readonly target: PolicyTarget;
  readonly rules: readonly ProposedRule[];
  readonly uncovered: readonly Uncovered[];
  /** How the policy of that name is in effect today; null: there is none. */
  readonly exists: "enforced" | "dry run" | null;
  /** Names of other ALLOW policies that count there, and let in what they say besides. */
  readonly beside: readonly string[];
}

export interface Proposal {
  readonly policies: readonly ProposedPolicy[];
  /** What nobody was seen calling. */
  readonly quiet: readonly Guarded[];
  /** What nothing is proposed for, and why. */
  readonly leftOut: readonly { readonly of: Guarded; readonly why: string }[];
  /** A policy of the whole namespace without rules, for all that has none of its own; `why` null: it may be had. */
  readonly rest: {
    readonly name: string;
    readonly why: string | null;
    /** Policies without rules for waypoints (`namespace/name`) that Services here use: the namespace's doesn't count there. */
    readonly waypoints: readonly { readonly waypoint: string; readonly name: string; readonly why: string | null }[];
  };
}

interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

const ending = (dryRun: boolean, until: string | null | undefined) => (dryRun && until !== undefined ? { until } : {});

/** `until`: when a dry run ends; null: it has no end; absent: as it is. One intent a rule. What is in effect already isn't taken back to a dry run. */
export function intentsOf(
  { cluster, namespace }: Place,
  { name, target, rules, exists }: ProposedPolicy,
  chosen: (principal: string) => boolean,
  dryRun: boolean,
  until?: string | null,
): readonly AuthorizationIntent[] {
  return rules
    .filter(({ principal }) => chosen(principal))
    .map(({ principal }) => ({
      ...{ kind: "authorization", cluster, namespace, name, action: "ALLOW", rule: { principals: [principal] } },
      target,
      ...(dryRun && exists === "enforced" ? {} : { dryRun, ...ending(dryRun, until) }),
    }));
}

/** The namespace's last: it reaches all that has no policy of its own. */
export function restIntents(
  { cluster, namespace }: Place,
  { rest }: Proposal,
  dryRun: boolean,
  until?: string | null,
): readonly AuthorizationIntent[] {
  const intent = (name: string, target: PolicyTarget): AuthorizationIntent => ({
    ...{ kind: "authorization", cluster, namespace, name, action: "ALLOW", dryRun },
    ...ending(dryRun, until),
    target,
  });
  const waypoints = rest.waypoints
    .filter(({ why }) => why === null)
    .map(({ waypoint, name }) =>
      intent(name, { level: "targets", refs: [{ kind: "Gateway", name: waypoint.slice(waypoint.indexOf("/") + 1) }] }),
    );
  return rest.why === null ? [...waypoints, intent(rest.name, { level: "namespace" })] : [];
}
