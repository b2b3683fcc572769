/**
 * Where a request goes, as the sidecar of one client in the mesh sees it: the first of its rules that takes the request, then the
 * DestinationRule that declares the subset. Calls that come by a gateway are routed there, by that proxy (gateway.ts).
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { every, isKnown, lacking, some, type Truth } from "../truth.ts";
import type { LeftOut } from "./delegates.ts";
import { type Caller, meets, type RequestFacts } from "./match.ts";
import { type OwnRule, tableOf } from "./table.ts";
import { type Chosen, chosenOf, itself } from "./target.ts";
import type { OutOfScope } from "./unknown-host.ts";
import type { RoutingWorld } from "./world.ts";

export interface Routed {
  readonly outcome:
    | { readonly kind: "routed"; readonly chosen: Chosen }
    /** 404: the host's VirtualService has rules for the client, but none for the request. `by`: that object. */
    | { readonly kind: "no route"; readonly by: Manifest }
    /** The proxy doesn't know the host: what it then does is its outboundTrafficPolicy (outboundMode). */
    | { readonly kind: "out of scope"; readonly by: OutOfScope }
    /** `perhapsNone`: the VirtualService, where it may be that no rule takes it. */
    | {
        readonly kind: "unknown";
        readonly lacks: readonly string[];
        readonly candidates: readonly Chosen[];
        readonly perhapsNone: Manifest | null;
      };
  /** VirtualServices for the host that this client sees and that lose to the one that counts. */
  readonly shadowed: readonly Manifest[];
  readonly leftOut: readonly LeftOut[];
}

/** `host`: full. `owner`: the namespace of its Service or ServiceEntry. */
export function route(host: string, owner: string, caller: Caller, request: RequestFacts, world: RoutingWorld): Routed {
  const { outOfScope, by, rules, shadowed, leftOut } = tableOf(host, owner, caller, world);
  const rest = { shadowed, leftOut };
  if (outOfScope !== null) return { outcome: { kind: "out of scope", by: outOfScope }, ...rest };
  if (by === null) return { outcome: { kind: "routed", chosen: itself(host, caller.port) }, ...rest };
  return { outcome: decide(by, rules, request, ({ found }) => chosenOf(found, caller, world)), ...rest };
}

/** Whether one of a rule's matches is met; without any it takes everything. */
export const takes = (alternatives: OwnRule["alternatives"], request: RequestFacts): Truth =>
  alternatives.length === 0 || some(alternatives.map((all) => every(all.map((match) => meets(match, request)))));

/** The first rule that takes the request; `show`: what that one does. */
export function decide(
  by: Manifest,
  rules: readonly OwnRule[],
  request: RequestFacts,
  show: (rule: OwnRule) => Chosen,
): Routed["outcome"] {
  const open: { readonly chosen: Chosen; readonly truth: Truth }[] = [];
  for (const rule of rules) {
    const truth = takes(rule.alternatives, request);
    if (truth === false) continue;
    const chosen = show(rule);
    if (truth === true && open.length === 0) return { kind: "routed", chosen };
    open.push({ chosen, truth });
    if (truth === true) break;
  }
  if (open.length === 0) return { kind: "no route", by };
  const lacks = open.flatMap(({ truth }) => (isKnown(truth) ? [] : truth.lacks));
  const perhapsNone = open.some(({ truth }) => truth === true) ? null : by;
  return { kind: "unknown", lacks: lacking(...lacks).lacks, candidates: open.map(({ chosen }) => chosen), perhapsNone };
}
