/**
 * The rules that the sidecar of one client tries for a host, in order: the Sidecar's scope first, then the one set of rules that counts.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness, resolveHost } from "../../hosts.ts";
import { namespaceOf, specOf, textsAt, visibleTo } from "../../routing/json.ts";
import { byPrecedence, gatewaysOf } from "../../routing/virtual-services.ts";
import { type EffectiveRule, effectiveRules, type LeftOut } from "./delegates.ts";
import { type Caller, concerns } from "./match.ts";
import { knows, sidecarOf } from "./scope.ts";

export type RoutingWorld = Pick<PolicyWorld, "objects" | "rootNamespace">;

/** A rule that may take requests of this client. */
export interface OwnRule {
  readonly found: EffectiveRule;
  /** Those of its matches that are for this client; none: it takes everything. */
  readonly alternatives: EffectiveRule["matches"];
}

export interface Table {
  /** The Sidecar that leaves the host out: nothing else counts then. */
  readonly outOfScope: Manifest | null;
  /** Whose rules count; null: nobody's, and the host itself is called. */
  readonly by: Manifest | null;
  readonly rules: readonly OwnRule[];
  /** Objects for the host that this client sees and that lose to the one that counts. */
  readonly shadowed: readonly Manifest[];
  readonly leftOut: readonly LeftOut[];
}

/** `host`: full. `owner`: the namespace of its Service or ServiceEntry. */
export function tableOf(host: string, owner: string, caller: Caller, world: RoutingWorld): Table {
  const sidecar = sidecarOf(caller, world);
  const nothing: Table = { outOfScope: null, by: null, rules: [], shadowed: [], leftOut: [] };
  if (sidecar !== null && !knows(sidecar, host, owner, caller)) return { ...nothing, outOfScope: sidecar };
  const seen = candidates(host, caller, sidecar, world);
  const [closest] = seen;
  if (closest === undefined) return nothing;
  for (const vs of rivals(seen, host)) {
    const { rules, leftOut } = effectiveRules(vs, world);
    const own = rules.flatMap((found) => ownRule(found, caller) ?? []);
    if (own.length > 0)
      return { ...nothing, by: vs, rules: own, shadowed: seen.filter((each) => each !== vs), leftOut };
  }
  return { ...nothing, shadowed: seen, leftOut: effectiveRules(closest, world).leftOut };
}

/** null: none of its matches is for this client. */
export function ownRule(found: EffectiveRule, caller: Caller): OwnRule | null {
  const alternatives = found.matches.filter((all: readonly JsonObject[]) => concerns(all, caller));
  return found.matches.length > 0 && alternatives.length === 0 ? null : { found, alternatives };
}

const fit = (vs: Manifest, host: string): number =>
  Math.max(0, ...textsAt(specOf(vs), "hosts").map((each) => closeness(resolveHost(each, namespaceOf(vs)), host)));

/** Of the mesh, for the host, seen by the client: the closest host first, then by precedence. */
function candidates(host: string, caller: Caller, sidecar: Manifest | null, world: RoutingWorld): readonly Manifest[] {
  const precedence = byPrecedence(caller.namespace);
  return world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, caller.namespace) && fit(vs, host) > 0)
    .filter((vs) => knows(sidecar, host, namespaceOf(vs), caller))
    .toSorted((a, b) => fit(b, host) - fit(a, host) || precedence(a, b));
}

/**
 * One counts; they aren't merged. One without a rule for the client doesn't, and the next for the very same host does; but where a
 * wildcard is the closest, or all that name the host have none, the service is called as if there were no VirtualService.
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/route/route.go)
 */
function rivals(seen: readonly Manifest[], host: string): readonly Manifest[] {
  const [closest] = seen;
  if (closest === undefined) return [];
  const exact = fit(closest, host) === Number.POSITIVE_INFINITY;
  return exact ? seen.filter((vs) => fit(vs, host) === Number.POSITIVE_INFINITY) : [closest];
}
