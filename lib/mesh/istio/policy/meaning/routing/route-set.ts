/** Rules that count or lose together at one proxy: a VirtualService's with its delegates', or those of routes merged for one host. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost } from "../../hosts.ts";
import { byAge, namespaceOf, specOf, textsAt } from "../../routing/json.ts";
import { byPrecedence } from "../../routing/virtual-services.ts";
import { type EffectiveRule, effectiveRules, type LeftOut } from "./delegates.ts";
import type { RoutingWorld } from "./world.ts";

export interface RouteSet {
  /** The VirtualService, or the routes, the oldest first. */
  readonly owners: readonly [Manifest, ...Manifest[]];
  /** What of its age and name settles who is older: of merged routes the oldest, under the name that istiod gives them together. */
  readonly place: Manifest;
  /** Full, or patterns. */
  readonly hosts: readonly string[];
  readonly rules: readonly EffectiveRule[];
  readonly leftOut: readonly LeftOut[];
  /** Routes of the Gateway API. */
  readonly api: boolean;
}

export function virtualServiceSet(vs: Manifest, world: RoutingWorld): RouteSet {
  const hosts = textsAt(specOf(vs), "hosts").map((each) => resolveHost(each, namespaceOf(vs)));
  return { owners: [vs], place: vs, hosts, api: false, ...effectiveRules(vs, world) };
}

/**
 * Which counts first for a proxy of a namespace: as VirtualServices do, with routes of the proxy's own namespace before all that are
 * for everyone. (VirtualServicesForGateway, SelectVirtualServices in pilot/pkg/model; a route is for everyone)
 */
export function setPrecedence(namespace: string): (a: RouteSet, b: RouteSet) => number {
  const virtualServices = byPrecedence(namespace);
  const own = ({ api, owners }: RouteSet) => (api && namespaceOf(owners[0]) === namespace ? 0 : 1);
  return (a, b) => {
    if (a.api === b.api) return own(a) - own(b) || (a.api ? byAge : virtualServices)(a.place, b.place);
    const [route, vs, sign] = a.api ? [a, b, 1] : [b, a, -1];
    // Both may be for the namespace alone, by the mesh's default.
    if (!exportsToAll(route.owners[0])) return -sign;
    if (!exportsToAll(vs.owners[0])) return sign;
    return own(route) === 0 ? -sign : sign * byAge(route.place, vs.place);
  };
}

function exportsToAll(vs: Manifest): boolean {
  const to = textsAt(specOf(vs), "exportTo");
  return to.length === 0 || to.includes("*");
}
