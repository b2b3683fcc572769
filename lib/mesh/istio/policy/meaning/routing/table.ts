/**
 * The rules that the sidecar of one client tries for a host, in order: the Sidecar's scope first, then the one set of rules that counts.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { closeness, resolveHost } from "../../hosts.ts";
import { namespaceOf, specOf, textsAt, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import { meshSets } from "./api-routes.ts";
import type { EffectiveRule, LeftOut } from "./delegates.ts";
import { ownerOf } from "./exported.ts";
import { type Caller, concerns } from "./match.ts";
import { type RouteSet, setPrecedence, virtualServiceSet } from "./route-set.ts";
import { knows, scopeOut, sidecarOf } from "./scope.ts";
import type { OutOfScope } from "./unknown-host.ts";
import type { RoutingWorld } from "./world.ts";

/** A rule that may take requests of this client. */
export interface OwnRule {
  readonly found: EffectiveRule;
  /** Those of its matches that are for this client; none: it takes everything. */
  readonly alternatives: EffectiveRule["matches"];
}

export interface Table {
  /** What keeps the host from the client: nothing else counts then. */
  readonly outOfScope: OutOfScope | null;
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
  const outOfScope = scopeOut(host, owner, caller, sidecar, world);
  if (outOfScope !== null) return { ...nothing, outOfScope };
  const seen = candidates(host, owner, caller, sidecar, world);
  const found = counting(seen, host, caller);
  const shadowed = seen.filter((each) => each !== found?.set).flatMap(({ owners }) => owners);
  if (found === null) return { ...nothing, shadowed, leftOut: seen[0]?.leftOut ?? [] };
  return { ...nothing, by: found.set.owners[0], rules: found.own, shadowed, leftOut: found.set.leftOut };
}

/** The object that counts for a client's calls to a host, with what its Sidecar lets it know. */
export const followed = (
  host: string,
  caller: Caller,
  sidecar: Manifest | null,
  world: RoutingWorld,
): Manifest | undefined =>
  counting(candidates(host, ownerOf(host, caller.namespace, world) ?? "", caller, sidecar, world), host, caller)?.set
    .owners[0];

function counting(seen: readonly RouteSet[], host: string, caller: Caller) {
  for (const set of rivals(seen, host)) {
    const own = set.rules.flatMap((found) => ownRule(found, caller) ?? []);
    if (own.length > 0) return { set, own };
  }
  return null;
}

/** null: none of its matches is for this client. */
export function ownRule(found: EffectiveRule, caller: Caller): OwnRule | null {
  const alternatives = found.matches.filter((all: readonly JsonObject[]) => concerns(all, caller));
  return found.matches.length > 0 && alternatives.length === 0 ? null : { found, alternatives };
}

const fit = ({ hosts }: RouteSet, host: string): number => Math.max(0, ...hosts.map((each) => closeness(each, host)));

/**
 * Of the mesh, for the host, seen by the client: the closest host first, then by precedence. Routes count for clients of their own
 * namespace, and where that is the host's, for all.
 */
function candidates(
  host: string,
  owner: string,
  caller: Caller,
  sidecar: Manifest | null,
  world: RoutingWorld,
): readonly RouteSet[] {
  const virtualServices = world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, caller.namespace) && names(vs, host))
    .map((vs) => virtualServiceSet(vs, world));
  const routes = meshSets(host, world).filter(
    ({ owners: [first] }) =>
      [owner, caller.namespace].includes(namespaceOf(first)) && visibleTo(first, caller.namespace),
  );
  const precedence = setPrecedence(caller.namespace);
  return [...virtualServices, ...routes]
    .filter(({ owners: [first] }) => knows(sidecar, host, namespaceOf(first), caller))
    .toSorted((a, b) => fit(b, host) - fit(a, host) || precedence(a, b));
}

const names = (vs: Manifest, host: string): boolean =>
  textsAt(specOf(vs), "hosts").some((each) => closeness(resolveHost(each, namespaceOf(vs)), host) > 0);

/**
 * One counts; they aren't merged. One without a rule for the client doesn't, and the next for the very same host does; but where a
 * wildcard is the closest, or all that name the host have none, the service is called as if there were no VirtualService.
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/route/route.go)
 */
function rivals(seen: readonly RouteSet[], host: string): readonly RouteSet[] {
  const [closest] = seen;
  if (closest === undefined) return [];
  const exact = fit(closest, host) === Number.POSITIVE_INFINITY;
  return exact ? seen.filter((set) => fit(set, host) === Number.POSITIVE_INFINITY) : [closest];
}
