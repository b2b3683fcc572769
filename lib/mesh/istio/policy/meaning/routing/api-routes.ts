/**
 * Routes of the Gateway API as they are bound: to a Service or ServiceEntry, for the mesh, or to a listener of a Gateway. Those that are
 * bound alike for one host are merged, HTTPRoutes and GRPCRoutes together, the closest match first.
 * (HTTPRouteCollection, mergeHTTPRoutes in pilot/pkg/config/kube/gateway/route_collections.go; https://gateway-api.sigs.k8s.io/mesh/)
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { fullName } from "../../hosts.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { listAt, namespaceOf, numberAt, oldestFirst, specOf, textAt, textsAt } from "../../routing/json.ts";
import { type ApiRule, apiRules, byRank } from "./api-rules.ts";
import type { LeftOut } from "./delegates.ts";
import { within } from "./host-pattern.ts";
import { portOf } from "./listener-sets.ts";
import type { RouteSet } from "./route-set.ts";
import type { RoutingWorld } from "./world.ts";

const KINDS = ["HTTPRoute", "GRPCRoute"] as const;

/** For calls inside the mesh to a host: each namespace's, and apart those that are bound to one port. */
export function meshSets(host: string, world: RoutingWorld): readonly RouteSet[] {
  const bound = KINDS.flatMap(world.objects).flatMap((route) =>
    [...new Set(listAt(specOf(route), "parentRefs").flatMap((parent) => portsFor(parent, route, host, world)))].map(
      (port) => ({ route, port, key: `${namespaceOf(route)} ${port}` }),
    ),
  );
  return [...Map.groupBy(bound, ({ key }) => key).values()].flatMap((list) => {
    const port = list[0]?.port ?? null;
    const set = merged(
      list.map(({ route }) => route),
      host,
      port === null ? "" : `~${port}`,
      world,
      false,
    );
    return set === null ? [] : [port === null ? set : { ...set, rules: set.rules.map((rule) => onPort(rule, port)) }];
  });
}

const onPort = <Rule extends { readonly matches: readonly (readonly JsonObject[])[] }>(
  rule: Rule,
  port: number,
): Rule => ({
  ...rule,
  matches: rule.matches.length === 0 ? [[{ port }]] : rule.matches.map((all) => [...all, { port }]),
});

/** [null]: any port of the host. */
export function portsFor(
  parent: JsonObject,
  route: Manifest,
  host: string,
  world: RoutingWorld,
): readonly (number | null)[] {
  const to = named(parent, { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) });
  const service = to.kind === "Service" && ["", "core"].includes(to.group) && fullName(to) === host;
  const entry =
    to.kind === "ServiceEntry" &&
    to.group === NETWORKING &&
    world
      .objects("ServiceEntry")
      .some(
        (each) =>
          each.metadata.name === to.name &&
          namespaceOf(each) === to.namespace &&
          textsAt(specOf(each), "hosts").some((name) => name.toLowerCase() === host),
      );
  return service || entry ? [numberAt(parent, "port")] : [];
}

export interface Listener {
  /** Or the ListenerSet. */
  readonly gateway: Manifest;
  readonly listener: JsonObject;
  /** null: routes of any namespace. */
  readonly namespaces: readonly string[] | null;
}

/** For a listener of a Gateway: one for each host that routes name. */
export function listenerSets({ gateway, listener, namespaces }: Listener, world: RoutingWorld): readonly RouteSet[] {
  const others = listAt(specOf(gateway), "listeners").filter(
    (each) =>
      textAt(each, "name") !== textAt(listener, "name") &&
      portOf(each) === portOf(listener) &&
      textAt(each, "protocol") === textAt(listener, "protocol"),
  );
  const kinds = listAt(listener["allowedRoutes"], "kinds").map((each) => textAt(each, "kind"));
  const bound = KINDS.filter((kind) => kinds.length === 0 || kinds.includes(kind))
    .flatMap(world.objects)
    .filter((route) => namespaces === null || namespaces.includes(namespaceOf(route)))
    .filter((route) => listAt(specOf(route), "parentRefs").some((one) => refersTo(one, route, gateway, listener)))
    .flatMap((route) => {
      const hosts = textsAt(specOf(route), "hostnames").map((each) => each.toLowerCase());
      const asked = hosts.length === 0 ? ["*"] : hosts;
      return asked.filter((host) => isOwn(host, hostOf(listener), others.map(hostOf))).map((host) => ({ route, host }));
    });
  return [...Map.groupBy(bound, ({ host }) => host)].flatMap(
    ([host, list]) =>
      merged(
        list.map(({ route }) => route),
        host,
        "",
        world,
        true,
      ) ?? [],
  );
}

const hostOf = (listener: JsonObject): string => (textAt(listener, "hostname") ?? "").toLowerCase();

export function refersTo(parent: JsonObject, route: Manifest, gateway: Manifest, listener: JsonObject): boolean {
  const to = named(parent, { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) });
  const [section, port] = [textAt(parent, "sectionName"), numberAt(parent, "port")];
  return (
    to.group === GATEWAY_API &&
    to.kind === gateway.kind &&
    to.name === gateway.metadata.name &&
    to.namespace === namespaceOf(gateway) &&
    (!section || section === textAt(listener, "name")) &&
    (port === null || port === portOf(listener))
  );
}

/** A host that another listener of the port names more closely is that one's. (hostnameAllowedByIsolation) */
function isOwn(host: string, listener: string, others: readonly string[]): boolean {
  if (listener !== "" && !listener.startsWith("*")) return true;
  if (listener !== "" && !within(host, listener) && !within(listener, host)) return false;
  return !others.some((other) => other !== listener && other.length >= listener.length && within(host, other));
}

function merged(
  routes: readonly Manifest[],
  host: string,
  port: string,
  world: RoutingWorld,
  granted: boolean,
): RouteSet | null {
  const leftOut: LeftOut[] = [];
  const taken: Manifest[] = [];
  const rules: ApiRule[] = [];
  for (const route of routes.toSorted(byAgeThenPlace)) {
    const made = apiRules(route, world, granted);
    if (typeof made === "string") leftOut.push({ owner: route, path: ["spec", "rules"], why: made });
    else {
      taken.push(route);
      rules.push(...made);
    }
  }
  const [by = routes[0], ...others] = taken;
  if (by === undefined) return null;
  const place = { ...by, metadata: { ...by.metadata, name: `${namespaceOf(by)}${port}~${host}` } };
  return { owners: [by, ...others], place, hosts: [host], rules: byRank(rules), leftOut, api: true };
}

/** (sortRoutesByCreationTime) */
const byAgeThenPlace = oldestFirst(({ name, namespace = "" }) => [namespace, name]);
