/**
 * Rules for connections that count for a host, object by object in the order in which a proxy tries them: unlike rules for requests
 * those of all objects count, whichever names the host most closely.
 * (getConfigsForHost in istiod's pilot/pkg/networking/core/tls.go; VirtualServicesForGateway in pilot/pkg/model/push_context.go)
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, resolveHost } from "../../hosts.ts";
import { has, listAt, namespaceOf, specOf, textsAt, visibleTo } from "../../routing/json.ts";
import { fullGateway, gatewaysOf } from "../../routing/virtual-services.ts";
import { meshByteSets } from "./api-byte-routes.ts";
import type { Bytes } from "./connection.ts";
import type { EffectiveRule } from "./delegates.ts";
import type { Caller } from "./match.ts";
import { type RouteSet, setPrecedence } from "./route-set.ts";
import { knows } from "./scope.ts";
import type { RoutingWorld } from "./world.ts";

/** A VirtualService with its rules for one of the two. Delegates have none: they count for requests alone. */
export function byteSet(vs: Manifest, bytes: Bytes): RouteSet {
  const own = namespaceOf(vs);
  const rules = listAt(specOf(vs), bytes).flatMap((rule, index): EffectiveRule[] => {
    if (listAt(rule, "route").length === 0) return [];
    const matches = listAt(rule, "match").map((match) => {
      const gateways = textsAt(match, "gateways").map((name) => fullGateway(name, own));
      return has(match, "gateways") ? { ...match, gateways } : match;
    });
    return [{ owner: vs, path: ["spec", bytes, index], rule, matches: matches.map((match) => [match]) }];
  });
  const hosts = textsAt(specOf(vs), "hosts").map((each) => resolveHost(each, own));
  return { owners: [vs], place: vs, hosts, rules, leftOut: [], api: false };
}

/** For calls of a client of the mesh. `sidecar`: the one that selects it. */
export function byteSets(
  host: string,
  caller: Caller,
  sidecar: Manifest | null,
  bytes: Bytes,
  world: RoutingWorld,
): readonly RouteSet[] {
  const virtualServices = world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, caller.namespace))
    .map((vs) => byteSet(vs, bytes));
  const routes = meshByteSets(host, bytes, world).filter(({ owners: [first] }) => visibleTo(first, caller.namespace));
  return [...virtualServices, ...routes]
    .filter(({ hosts }) => hosts.some((each) => closeness(each, host) > 0))
    .filter(({ owners: [first] }) => knows(sidecar, host, namespaceOf(first), caller))
    .toSorted(setPrecedence(caller.namespace));
}
