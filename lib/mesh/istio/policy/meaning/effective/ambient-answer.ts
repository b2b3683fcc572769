/**
 * How ambient clients reach a service: by its waypoint, which then routes; else ztunnel carries bytes, and no rule for requests counts.
 * https://istio.io/latest/docs/ambient/usage/l7-features/, https://istio.io/latest/docs/ambient/usage/waypoint/
 */
import type { ServicePort } from "#lib/inventory/model.ts";
import type { RoutingAnswer } from "#lib/policy/client-routing.ts";
import { resolveHost } from "../../hosts.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { namespaceOf, specOf, textsAt } from "../../routing/json.ts";
import { carriesHttp } from "../port-protocol.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { waypointRule } from "../routing/bytes.ts";
import type { Caller } from "../routing/match.ts";
import type { OwnRule } from "../routing/table.ts";
import { type Chosen, chosenOf, itself as itselfOf } from "../routing/target.ts";
import { waypointRules } from "../routing/waypoint.ts";
import { type Called, hasAddress, hostOf, unsettledAtZtunnel } from "./called.ts";
import { placesOf, type SentTo, tlsTo, toWaypointRow } from "./client-tls.ts";
import { clientRules, connectionInWords, ignoredInWords, takesAll, tried } from "./client-words.ts";
import type { Sender } from "./connection.ts";
import { beforePod, proxiesOf } from "./pod-waypoint.ts";
import { OF_BYTES, readersOf } from "./route-versions.ts";
import { waypointOf } from "./security.ts";
import { reached, unknown } from "./sidecar-answer.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { hides, ROUTES, saying, unsettledAfter } from "./way.ts";
import { hasOtherWaypoint, meetingWaypoint, OTHER_WAYPOINT, toWaypoint } from "./waypoint-met.ts";

/** Which Services a waypoint knows that aren't exported to its namespace isn't worked out. */
const KEPT = "whether the waypoint knows a Service that isn’t exported to its namespace";
/** So it is where no VirtualService for the called one's full name sends there. (referencedDestinations in istiod's model/push_context.go) */
const BY_PATTERN =
  "whether the waypoint has a cluster of a Service that isn’t its own, which a VirtualService for a pattern alone sends to";

/** What isn't known of whether a waypoint has clusters of what a rule sends to. `called`: the host. */
export function openAtWaypoint({ object, through, to }: Chosen, called: string): readonly string[] {
  const owner = through ?? object;
  const named =
    owner?.kind !== "VirtualService" ||
    textsAt(specOf(owner), "hosts").some((host) => resolveHost(host, namespaceOf(owner)) === called);
  return [
    ...(to.some(({ kept }) => kept !== null) ? [KEPT] : []),
    ...(!named && to.some(({ host }) => host !== called) ? [BY_PATTERN] : []),
  ];
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

const BY_POD =
  "ambient clients call a headless Service’s pods by their own addresses: rules for requests and its waypoint don’t count";
const IGNORED = "ambient clients ignore rules for requests: the service has no waypoint";

export function throughAmbient(service: Called, port: ServicePort, world: SecurityWorld): RoutingAnswer {
  const waypoint = service.headless ? null : waypointOf(service, world);
  const place = { namespace: service.namespace, labels: {} };
  const through = waypoint === null ? null : `${waypoint.namespace}/${waypoint.name}`;
  const pods = service.headless ? service.workloads : [];
  const open = [
    ...unsettledAtZtunnel(service, waypoint, world),
    ...unreadIn(world, service.entry === undefined ? [] : [service.entry.object]),
    ...new Set(
      pods
        .flatMap((pod) => world.inventory.workloads.get(`${service.namespace}/${pod}`) ?? [])
        .flatMap((each) => beforePod(each, world)),
    ),
  ];
  if (open.length > 0) return { ...unknown("ambient", open), waypoint: through };
  if (waypoint === null) {
    const say = saying(place, service, world).routing;
    const looksUp = service.entry !== undefined && !hasAddress(service.entry);
    return {
      ...reached("ambient", service, port, { ...world, ...(looksUp && { looksUp }) }, ZTUNNEL),
      ignored: say
        .filter(world.sees)
        .map((each) => ({ source: sourceOf(world, each, []), why: service.headless ? BY_POD : IGNORED })),
    };
  }
  return throughWaypoint(service, port, waypoint, asRead(world, proxiesOf(waypoint, world)));
}

/** `world`: as the waypoint's control plane reads it. */
function throughWaypoint(service: Called, port: ServicePort, waypoint: Place, world: SecurityWorld): RoutingAnswer {
  const { namespace, name } = waypoint;
  const { caller, lacks } = unsettledAtWaypoint(service, port, waypoint, world);
  const http = carriesHttp(port);
  if (lacks.length > 0) return { ...unknown("ambient", lacks), waypoint: `${namespace}/${name}` };
  const at = { waypoint: `${namespace}/${name}` };
  if (http === false) return { ...connections(caller, service, port, waypoint, world), ...at };
  const { rules, leftOut } = waypointRules(hostOf(service), service.namespace, caller, world);
  const ignored = ignoredInWords(leftOut, world);
  const itself = { ...straight(service, port, world), ...at, ignored };
  if (rules.length === 0)
    return { ...itself, tls: tlsThrough([itselfOf(hostOf(service), port.port)], service, port, waypoint, world) };
  const show = ({ found }: OwnRule) => chosenOf(found, caller, world);
  const chosen = rules.map(show);
  const open = new Set([
    ...unsettledAfter(chosen, world),
    ...chosen.flatMap((each) => openAtWaypoint(each, hostOf(service))),
  ]);
  if (open.size > 0) return { ...unknown("ambient", [...open]), ...at };
  return {
    ...{ ...itself, decides: "rules" },
    rules: clientRules(rules, show, null, { ...world, called: service, asked: port.port }),
    tls: tlsThrough(tried(rules).map(show), service, port, waypoint, world),
    otherwise: takesAll(rules) ? null : "404",
  };
}

/** The client's ztunnel, which goes by nothing of the client. */
const ZTUNNEL: Sender = { namespace: "", labels: {}, pods: [], dataplane: "ambient" };

/** By the waypoint, which no rule counts at; what is sent is told apart. */
const straight = (service: Called, port: ServicePort, world: SecurityWorld): RoutingAnswer => ({
  ...reached("ambient", service, port, world, ZTUNNEL),
  tls: [],
});

/** To the waypoint, and from there to where its rules lead. */
function tlsThrough(
  chosen: readonly Chosen[],
  service: Called,
  { port }: ServicePort,
  place: Place,
  world: SecurityWorld,
): RoutingAnswer["tls"] {
  const { waypoint, lacks } = meetingWaypoint(place, world);
  const first = toWaypointRow(service, port, `${place.namespace}/${place.name}`, toWaypoint(service), lacks);
  if (waypoint === undefined || lacks.length > 0) return [first];
  const from = { namespace: place.namespace, port };
  const places = placesOf(
    chosen.map(({ to }) => ({ to, port })),
    from.namespace,
    world,
  ).map(
    (each): SentTo =>
      "service" in each && hasOtherWaypoint(each, place, world)
        ? { host: hostOf(each.service), subset: each.subset, port: each.port, lacks: [OTHER_WAYPOINT] }
        : each,
  );
  return [first, ...tlsTo(places, { sender: waypoint, called: service }, world)];
}

/** The waypoint reads no request: one rule takes all. */
function connections(
  caller: Caller,
  service: Called,
  port: ServicePort,
  waypoint: Place,
  world: SecurityWorld,
): RoutingAnswer {
  const itself = { ...straight(service, port, world), takes: "connections" as const };
  const found = waypointRule(hostOf(service), service.namespace, caller, world);
  const tls = (chosen: Chosen) => tlsThrough([chosen], service, port, waypoint, world);
  if (found === null) return { ...itself, tls: tls(itselfOf(hostOf(service), port.port)) };
  const chosen = chosenOf(found, caller, world);
  const open = [...unsettledAfter([chosen], world), ...openAtWaypoint(chosen, hostOf(service))];
  if (open.length > 0) return unknown("ambient", open);
  return {
    ...itself,
    ...{ decides: "rules", tls: tls(chosen) },
    rules: [connectionInWords(found, chosen, null, true, { ...world, called: service, asked: port.port })],
  };
}

/** How a waypoint asks for rules, and what isn't known of which count there. `world`: as its control plane reads it. */
export function unsettledAtWaypoint(
  service: Called,
  port: ServicePort,
  waypoint: Place,
  world: SecurityWorld,
): { readonly caller: Caller; readonly lacks: readonly string[] } {
  const { namespace, name } = waypoint;
  const caller = { namespace, labels: { [`${GATEWAY_API}/gateway-name`]: name }, port: port.port };
  const say = saying(caller, service, world).all;
  const { entry } = service;
  const http = carriesHttp(port);
  const bytes = http === false ? OF_BYTES.flatMap(world.objects) : [];
  const lacks = [
    ...blind(world, "VirtualService", "DestinationRule", ...(http === false ? OF_BYTES : ROUTES)),
    ...readersOf(bytes, world),
    ...unreadIn(world, [...say, ...bytes, ...(entry === undefined ? [] : [entry.object])]),
    ...(http === undefined && say.length > 0 ? ["the port’s protocol"] : []),
    ...(hides([...say, ...bytes], world) ? [HIDDEN] : []),
    ...(proxiesOf(waypoint, world).length > 0 ? [] : [`whether waypoint ${namespace}/${name} runs`]),
  ];
  return { caller, lacks };
}
