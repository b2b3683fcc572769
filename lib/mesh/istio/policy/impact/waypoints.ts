/**
 * Which calls come through a waypoint by what the objects say, before and after: labels put calls behind one, and a waypoint counts as
 * long as its Gateway is there and lets the namespace in.
 * (fetchWaypointForService, gatewayToWaypointTransform, makeAllowedRoutes in istiod's pilot/pkg/serviceregistry/ambient/waypoints.go)
 * https://istio.io/latest/docs/ambient/usage/waypoint/
 */
import type { Workload } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../kinds.ts";
import { proxiesOf } from "../meaning/effective/pod-waypoint.ts";
import { comesThrough, waypointOf } from "../meaning/effective/security.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { letIn } from "../meaning/routing/api-namespaces.ts";
import { listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import { barePods, proxied } from "./past.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** A waypoint on the way of calls to a Service, and what isn't known of whether it is. */
export interface Through {
  readonly place: Place;
  readonly lacks: readonly string[];
}

/** What a change does to a pair's way through waypoints. */
export interface Crossing {
  readonly before: Place | null;
  readonly after: Place | null;
  readonly lacks: readonly string[];
}

export const GATEWAY = kindKey({ group: GATEWAY_API, kind: "Gateway" });
const CLASS = "GatewayClass";
const FOR = "istio.io/waypoint-for";
const BINDING = "ambient.istio.io/waypoint-inbound-binding";
const CANARY = "istio.io/use-waypoint-canary";
const HBONE = { protocol: "HBONE", port: 15008 };

const known = new WeakMap<Side, Map<string, Through | null>>();

/** null: none takes calls to the Service, whoever calls. Once for each Service and side. */
export function waypointAt(service: Place, side: Side, world: ImpactWorld): Through | null {
  const own = known.get(side) ?? new Map<string, Through | null>();
  known.set(side, own);
  const key = `${service.namespace}/${service.name}`;
  const found = own.has(key) ? (own.get(key) ?? null) : find(service, side, world);
  own.set(key, found);
  return found;
}

function find(service: Place, side: Side, world: ImpactWorld): Through | null {
  const { inventory } = side;
  const place = waypointOf(service, { inventory });
  // A waypoint's own Service has none.
  const own = inventory.services.get(`${service.namespace}/${service.name}`);
  if (place === null || own?.selector[GATEWAY_NAME] !== undefined) return null;
  const unread = world.unread(GATEWAY);
  if (unread !== null) return { place, lacks: [`Gateway: ${unread}`] };
  const gateway = gatewayOf(place, side);
  if (gateway === undefined) return null;
  if (!side.sees(gateway)) return { place, lacks: [HIDDEN] };
  const kind = takes(gateway, side);
  if (kind !== "service" && kind !== "all") return null;
  const admitted = admits(gateway, service.namespace, side);
  if (admitted === false) return null;
  const canary = inventory.namespaces.get(service.namespace)?.labels[CANARY] !== undefined;
  return {
    place,
    lacks: [
      ...(admitted === undefined ? [`whether waypoint ${named(place)} lets ${service.namespace} in`] : []),
      ...(canary ? [`which of two waypoints takes it (${CANARY})`] : []),
      ...(runs(place, side) ? [] : [`whether waypoint ${named(place)} runs`]),
    ],
  };
}

const gatewayOf = (place: Place, side: Side): Manifest | undefined =>
  side.objects(GATEWAY).find((each) => namespaceOf(each) === place.namespace && each.metadata.name === place.name);

/** https://istio.io/latest/docs/ambient/usage/waypoint/#waypoint-traffic-types */
const takes = (gateway: Manifest, side: Side): string =>
  gateway.metadata.labels?.[FOR] ?? classOf(gateway, side)?.metadata.labels?.[FOR] ?? "service";

/** Whether a waypoint takes calls to pods' own addresses. */
export function forPods(place: Place, side: Side): boolean {
  const gateway = gatewayOf(place, side);
  return gateway !== undefined && ["workload", "all"].includes(takes(gateway, side));
}

const GATEWAY_NAME = `${GATEWAY_API}/gateway-name`;
const named = ({ namespace, name }: Place): string => `${namespace}/${name}`;

const classOf = (gateway: Manifest, side: Side): Manifest | undefined =>
  side.objects(CLASS).find(({ metadata }) => metadata.name === textAt(specOf(gateway), "gatewayClassName"));

/** A Gateway is given its address once a pod of it is ready; before that it is no waypoint. */
const runs = (place: Place, { inventory }: Side): boolean =>
  proxiesOf(place, { inventory }).some(({ pods }) => pods.some(({ ready }) => ready));

/** By the listener for HBONE; without one those of its own namespace. undefined: not known. */
function admits(gateway: Manifest, namespace: string, { inventory }: Side): boolean | undefined {
  if (gateway.metadata.annotations?.[BINDING] !== undefined) return undefined;
  const listener = listAt(specOf(gateway), "listeners").find(
    (each) => textAt(each, "protocol") === HBONE.protocol && numberAt(each, "port") === HBONE.port,
  );
  const own = namespaceOf(gateway);
  const namespaces = objectAt(objectAt(listener, "allowedRoutes"), "namespaces");
  if (textAt(namespaces, "from") === null) return own === namespace;
  const list = letIn(namespaces, own, { inventory }, "Same");
  return list === undefined ? undefined : list === null || list.includes(namespace);
}

const CONTRADICTION = "why the objects and what was measured differ";
const CLIENT = "whether the client’s calls come through waypoints";

/** null: the change does nothing about it. Where it does, what was measured and what the objects said of before have to agree. */
export function crossingOf(call: ObservedCall, sides: Sides, world: ImpactWorld): Crossing | null {
  const { service } = call;
  if (service === null) return null;
  const found = passing(call, service, sides.before, world);
  // It came through one that no object puts there: then the labels alone say what changes, and nothing is certain.
  const labelled = ({ inventory }: Side): Through | null => {
    const place = waypointOf(service, { inventory });
    return place && { place, lacks: [CONTRADICTION] };
  };
  const [old, now] =
    found === null && call.viaWaypoint
      ? [labelled(sides.before), labelled(sides.after)]
      : [found, passing(call, service, sides.after, world)];
  if (JSON.stringify(old) === JSON.stringify(now)) return null;
  const differs = (found !== null) !== call.viaWaypoint;
  // Before, what was measured tells whether it came through.
  const lacks = [...(call.viaWaypoint ? [] : (old?.lacks ?? [])), ...(now?.lacks ?? [])];
  return {
    before: old?.place ?? null,
    after: now?.place ?? null,
    lacks: [...new Set(differs ? [CONTRADICTION, ...lacks] : lacks)],
  };
}

function passing(call: ObservedCall, service: Place, side: Side, world: ImpactWorld): Through | null {
  const { source } = call;
  if (source.kind !== "workload") return null;
  const found = waypointAt(service, side, world);
  if (found === null) return null;
  const client = source.cluster === world.cluster ? clientOn(call, side) : undefined;
  if (client === undefined) return { place: found.place, lacks: [...found.lacks, CLIENT] };
  if (!comesThrough(proxied(client), service, { inventory: side.inventory })) return null;
  // Pods without a proxy pass it by.
  return { place: found.place, lacks: [...found.lacks, ...barePods(client)] };
}

export const clientOn = ({ source }: Pick<ObservedCall, "source">, { inventory }: Side): Workload | undefined =>
  source.kind === "workload" ? inventory.workloads.get(`${source.namespace}/${source.name}`) : undefined;
