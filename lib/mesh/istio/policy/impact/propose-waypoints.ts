/**
 * Deny by default where waypoints stand: policies for Services, which their waypoints ask by the client's identity, and whom a ztunnel
 * before the pods behind them sees: the waypoint, which doesn't impersonate, and who comes past it. Pure.
 * https://istio.io/latest/docs/ambient/usage/l7-features/, https://istio.io/latest/docs/ambient/usage/l4-policy/
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { comesThrough } from "../meaning/effective/security.ts";
import type { ObservedCall } from "./calls.ts";
import { proxied } from "./past.ts";
import { type Sight, type Witnessed, witnessed } from "./proposed-rules.ts";
import { type ImpactWorld, Side } from "./sides.ts";
import { waypointIdentity } from "./stops.ts";
import { clientOn, type Place, type Through, waypointAt } from "./waypoints.ts";

interface Fronted {
  readonly service: Service;
  readonly through: Through;
}

export interface Fronts {
  readonly side: Side;
  /** Services of the namespace with a waypoint, by their names. */
  readonly services: ReadonlyMap<string, Fronted>;
}

export function frontsOf(namespace: string, world: ImpactWorld): Fronts {
  const side = new Side(world, new Map());
  const services = [...world.inventory.services.values()]
    .filter((service) => service.namespace === namespace && !service.headless)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((service) => {
      const through = waypointAt(service, side, world);
      return through === null ? [] : [[service.name, { service, through }] as const];
    });
  return { side, services: new Map(services) };
}

export const inWords = ({ namespace, name }: Place): string => `${namespace}/${name}`;

/** Why nothing is proposed for what stands behind it; null: something may be. */
export function unsettled({ place, lacks }: Through, { world, visible }: Sight): string | null {
  if (!visible(world.cluster, place.namespace)) return "It is behind a waypoint that you may not see.";
  return lacks.length === 0 ? null : `It is behind a waypoint, and this isn’t known: ${lacks.join(", ")}.`;
}

/** Calls to the Service as its waypoint sees them. `calls`: all that were seen. */
export function atWaypoint(
  { service }: Pick<Fronted, "service">,
  calls: readonly ObservedCall[],
  { side }: Pick<Fronts, "side">,
  { cluster }: Pick<ImpactWorld, "cluster">,
): readonly Witnessed[] {
  return calls.flatMap((call): readonly Witnessed[] => {
    if (call.target.cluster !== cluster || !isTo(call, service)) return [];
    const whole = { call, principal: undefined, rate: call.rate, connections: call.protocol === "tcp" };
    if (call.viaWaypoint) {
      const server = side.inventory.workloads.get(`${call.target.namespace}/${call.target.name}`);
      // A server's own sidecar has reported the waypoint in the client's place.
      return server === undefined || proxied(server).dataplane === "ambient" ? witnessed(call) : [whole];
    }
    const client = call.source.cluster === cluster ? clientOn(call, side) : undefined;
    if (client === undefined || !comesThrough(client, service, side)) return [];
    if (call.target.kind === "workload") return [{ ...whole, past: true }];
    // A client's ztunnel sent it to a waypoint that reports nothing.
    return call.protocol === "tcp" ? [whole] : [];
  });
}

const isTo = ({ service, target }: ObservedCall, { namespace, name }: Service): boolean =>
  target.kind === "service"
    ? target.namespace === namespace && target.name === name
    : service?.namespace === namespace && service.name === name;

/** Why nobody knows whom the ztunnel before an ambient workload sees. `own`: calls to it. */
export function unknownAtZtunnel(
  workload: Workload,
  own: readonly ObservedCall[],
  fronts: Fronts,
  sight: Sight & { readonly world: ImpactWorld },
): string | null {
  for (const { service, through } of fronts.services.values()) {
    const why = service.workloads.includes(workload.name) ? unsettled(through, sight) : null;
    if (why !== null) return why;
  }
  const through = own.filter(({ viaWaypoint, seen }) => viaWaypoint && seen === "hour");
  if (through.some((call) => placeOf(call, fronts) === null))
    return "Calls came through a waypoint that no object puts before it: whose identity its ztunnel sees isn’t known.";
  const relays = relaysOf(own, fronts);
  const nameless = through.find((call) => identityOf(call, relays, fronts, sight.world) === undefined);
  const place = nameless === undefined ? null : placeOf(nameless, fronts);
  return place === null ? null : `The identity of waypoint ${inWords(place)}, which its ztunnel sees, isn’t known.`;
}

/** The Service that was called, where it is one of the namespace with a waypoint. */
function frontOf({ service }: ObservedCall, { services }: Fronts): Fronted | undefined {
  const front = service === null ? undefined : services.get(service.name);
  return front?.service.namespace === service?.namespace ? front : undefined;
}

const placeOf = (call: ObservedCall, fronts: Fronts): Place | null => frontOf(call, fronts)?.through.place ?? null;

/** Whom the ztunnel before a workload reported as waypoints, and through which ones calls to it came. */
interface Relays {
  readonly reported: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
}

const relaysOf = (own: readonly ObservedCall[], fronts: Fronts): Relays => ({
  reported: new Set(own.flatMap((each) => [...(each.atZtunnel?.relayed.keys() ?? [])].map(bare))),
  places: new Set(own.flatMap((each) => (each.viaWaypoint ? [JSON.stringify(placeOf(each, fronts))] : []))),
});

/** As whom a ztunnel before the workload sees what comes through the call's waypoint: by what it reported, else by the objects. */
function identityOf(
  call: ObservedCall,
  { reported, places }: Relays,
  fronts: Fronts,
  world: ImpactWorld,
): string | undefined {
  const place = placeOf(call, fronts);
  if (place === null) return undefined;
  const [only] = reported;
  return reported.size === 1 && places.size === 1 ? only : waypointIdentity(place, call, fronts.side, world);
}

/** Calls to an ambient workload as the ztunnel before it sees them. `own`: calls to it. */
export function beforePods(own: readonly ObservedCall[], fronts: Fronts, world: ImpactWorld): readonly Witnessed[] {
  const waypoints = new Set<string>();
  const relays = relaysOf(own, fronts);
  const through = own.flatMap((call): readonly Witnessed[] => {
    if (!call.viaWaypoint) return [];
    const [place, principal] = [placeOf(call, fronts), identityOf(call, relays, fronts, world)];
    if (principal !== undefined) waypoints.add(principal);
    const whole = { call, principal, rate: call.rate, connections: call.protocol === "tcp" };
    return [place === null ? whole : { ...whole, through: place }];
  });
  const others = own.flatMap((call): readonly Witnessed[] => {
    const { relayed = NOBODY, direct = NOBODY } = call.atZtunnel ?? {};
    const reported = [...direct, ...[...relayed].filter(([name]) => !waypoints.has(bare(name)))];
    return [
      ...(call.viaWaypoint ? [] : [...witnessed(call), ...pastOf(call, fronts, world)]),
      ...reported.map(([name, rate]) => ({ call, principal: bare(name), rate, connections: true })),
    ];
  });
  return [...through, ...others];
}

const NOBODY: ReadonlyMap<string, number> = new Map();
const bare = (name: string): string => name.replace(/^spiffe:\/\//, "");

/** It was seen as itself; through the waypoint that the objects ask for it comes as that. */
function pastOf(call: ObservedCall, fronts: Fronts, { cluster }: ImpactWorld): readonly Witnessed[] {
  const front = frontOf(call, fronts);
  const client = call.source.cluster === cluster ? clientOn(call, fronts.side) : undefined;
  if (front === undefined || client === undefined || !comesThrough(client, front.service, fronts.side)) return [];
  return [{ call, principal: undefined, rate: call.rate, connections: call.protocol === "tcp", past: true }];
}
