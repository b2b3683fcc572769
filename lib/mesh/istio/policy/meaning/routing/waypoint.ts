/**
 * The rules that a waypoint tries for one of its Services: those of all objects that lie in the Service's namespace or its own, one
 * after another. Labels of the client aren't known there: what asks for them is left out.
 * (buildWaypointInboundHTTPRouteConfig in istiod's pilot/pkg/networking/core/listener_waypoint.go)
 * https://istio.io/latest/docs/ambient/usage/l7-features/
 */
import { closeness } from "../../hosts.ts";
import { mapAt, namespaceOf, specOf, textsAt, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import { meshSets } from "./api-routes.ts";
import { singly, upToCatchAll } from "./catch-all.ts";
import type { LeftOut } from "./delegates.ts";
import type { Caller } from "./match.ts";
import { setPrecedence, virtualServiceSet } from "./route-set.ts";
import { type OwnRule, ownRule } from "./table.ts";
import type { RoutingWorld } from "./world.ts";

/** `waypoint`: its namespace and labels, and the Service's port. None: the Service itself is called. */
export function waypointRules(
  host: string,
  owner: string,
  waypoint: Caller,
  world: RoutingWorld,
): { readonly rules: readonly OwnRule[]; readonly leftOut: readonly LeftOut[] } {
  const virtualServices = world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, waypoint.namespace))
    .filter((vs) => textsAt(specOf(vs), "hosts").length > 0)
    .map((vs) => virtualServiceSet(vs, world));
  const routes = meshSets(host, world).filter(({ owners: [first] }) => visibleTo(first, waypoint.namespace));
  const sets = [...virtualServices, ...routes]
    .filter(({ owners: [first] }) => [owner, waypoint.namespace].includes(namespaceOf(first)))
    .filter(({ hosts }) => hosts.some((each) => closeness(each, host) > 0))
    .toSorted(setPrecedence(waypoint.namespace));
  return {
    rules: sets.flatMap(({ rules }) =>
      upToCatchAll(rules.flatMap((found) => singly(ownRule(found, waypoint))).filter(knowsClient)),
    ),
    leftOut: [
      ...sets.flatMap(({ leftOut }) => leftOut),
      ...sets
        .flatMap(({ rules }) => rules)
        .flatMap((found) =>
          found.matches.some((all) => all.some(asksLabels))
            ? [
                {
                  owner: found.owner,
                  path: found.path,
                  why: "a waypoint doesn’t know the client’s labels: matches by them are left out",
                },
              ]
            : [],
        ),
    ],
  };
}

const asksLabels = (match: OwnRule["alternatives"][number][number]): boolean =>
  Object.keys(mapAt(match, "sourceLabels")).length > 0;

const knowsClient = ({ alternatives }: OwnRule): boolean => !alternatives.some((all) => all.some(asksLabels));
