/**
 * Which rules follow others for one client's calls to one host, at each proxy that has a say: the client's own, the gateway that it is,
 * the waypoint that they come through, or would, or would no more.
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../kinds.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { carriesHttp, isTcp } from "../meaning/port-protocol.ts";
import type { Caller, RequestFacts } from "../meaning/routing/match.ts";
import type { ObservedCall } from "./calls.ts";
import type { Alternative } from "./ends.ts";
import { turnsAt } from "./gateway-way.ts";
import { newRules } from "./new-rules.ts";
import { ALL, type Origin, originOf } from "./origin.ts";
import { causeOf } from "./passage.ts";
import { proxied } from "./past.ts";
import { requestAtClient } from "./request.ts";
import { alike, type Group, portsSeen } from "./routing.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { unveiled, type Veiled, veiledAs } from "./veiled.ts";
import { PORT, pairsOf } from "./way.ts";
import { type Crossing, clientOn, crossingOf, type Place } from "./waypoints.ts";
import { type Router, waysOf } from "./ways.ts";

/** A rule, and what takes its calls then. */
export interface RuleTurn {
  readonly before: Alternative;
  readonly after: Alternative;
  /** What may become of its calls by an object out of sight, which isn't the same on both sides; null: nothing by such a one. */
  readonly veiled: Veiled | null;
}

/** At one proxy. */
export interface Turned {
  readonly who: string;
  readonly turns: readonly RuleTurn[];
  /** What decides which of them it is. */
  readonly open: readonly string[];
  /** What it takes to know the rules themselves. */
  readonly lacks: readonly string[];
  readonly hidden: boolean;
  /** Whose DestinationRules count then. */
  readonly follows: Omit<Caller, "port">;
  /** Who sends calls on then. */
  readonly router: Router;
  /** The changed object that puts the proxy on the way, or takes it from there. */
  readonly cause: Manifest | null;
  /** The calls were counted as connections, and have requests in them. */
  readonly connections: boolean;
  /** Which of the calls the proxy has. */
  readonly origin: Origin;
}

type Found = Omit<Turned, "turns"> & { readonly turns: readonly Omit<RuleTurn, "veiled">[] };

interface Asking {
  readonly group: Group;
  readonly call: ObservedCall;
  readonly client: Workload | undefined;
  /** Of several sorts of requests any rule may take each. */
  readonly request: RequestFacts;
  readonly sides: Sides;
  readonly touched: Touched;
  readonly world: ImpactWorld;
}

/** In the order in which calls come to them. */
export function turnedFor(group: Group, sides: Sides, touched: Touched, world: ImpactWorld): readonly Turned[] {
  const { source, host, calls } = group;
  const [call] = calls;
  if (call === undefined) return [];
  const client = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
  const request = call.protocol !== "tcp" && alike(calls).length === 1 ? requestAtClient(call, host, sides, world) : {};
  const asking = { group, call, client, request, sides, touched, world };
  return [atGateway(asking), inMesh(asking)].flatMap((each) => (each === null ? [] : [readable(each, world)]));
}

/** What an object out of sight says isn't told, not even by what follows from it. */
function readable(found: Found, { sees }: ImpactWorld): Turned {
  const turns = found.turns.map(({ before, after }) => ({
    ...{ before: unveiled(before, sees), after: unveiled(after, sees) },
    veiled: veiledAs(before, after, sees),
  }));
  return { ...found, turns, hidden: found.hidden || turns.some(({ veiled }) => veiled !== null) };
}

function atGateway({ group, call, client, request, sides, touched, world }: Asking): Found | null {
  const { host, source } = group;
  if (client?.dataplane !== "gateway" || call.protocol === "tcp") return null;
  if (!touched.gates && !touched.way(host, source.namespace)) return null;
  const { turns, open, lacks } = turnsAt(client, { host, http: true, request }, sides, world);
  return {
    ...{ who: "The gateway", open, lacks, hidden: lacks.includes(HIDDEN), cause: null, connections: false },
    turns: lacks.length > 0 && turns.length === 0 ? newRules(client, sides, world) : turns,
    ...{ follows: client, router: "itself" as const, origin: ALL },
  };
}

/** Who has the rules on each side, and what isn't known of that. */
interface Routers {
  readonly who: "The client’s proxy" | "The waypoint";
  readonly before: Router;
  readonly after: Router;
  readonly lacks: readonly string[];
  readonly crossing: Crossing | null;
  readonly origin: Origin;
}

function inMesh(asking: Asking): Found | null {
  const { group, call, client, request, sides, touched, world } = asking;
  const { source, host, owner } = group;
  const routers = routersOf(asking);
  if (routers === null) return null;
  const connections = call.protocol === "tcp";
  const ports = connections
    ? mayCarryRequests(call, sides, world)
    : portsSeen(group, call, sides, world).map(({ port }) => port);
  const caller = { namespace: source.namespace, labels: client?.labels ?? {} };
  const ways = ports.map((port) => {
    const asked = { host, owner, caller: { ...caller, port }, carries: "http", request } as const;
    return [
      waysOf({ ...asked, router: routers.before }, sides.before, world),
      waysOf({ ...asked, router: routers.after }, sides.after, world),
    ] as const;
  });
  const { who, after, lacks, crossing, origin } = routers;
  return {
    ...{ who, lacks, connections, origin },
    turns: ways.flatMap(([old, now]) => pairsOf(old, now)),
    open: [...ways.flat().flatMap((each) => each.lacks), ...(ways.length > 1 ? [PORT] : [])],
    hidden: !ways.flat().every(({ objects }) => objects.every(sides.before.sees)),
    follows: typeof after === "string" ? caller : proxyOf(after),
    router: after,
    cause: crossing === null ? null : causeOf(call, crossing, touched.enrolling),
  };
}

const proxyOf = ({ namespace, name }: Place): Omit<Caller, "port"> => ({
  namespace,
  labels: { [`${GATEWAY_API}/gateway-name`]: name },
});

const SOME = "which of the calls come through the waypoint";

/** null: nobody on the way has rules for requests that the change concerns. */
function routersOf({ group, call, client, sides, touched, world }: Asking): Routers | null {
  const { source, host, calls } = group;
  const crossing = touched.enrolling.length === 0 ? null : crossingOf(call, sides, world);
  if (crossing !== null) {
    if (call.protocol === "tcp" && (call.viaWaypoint || !isCountedByZtunnel(call, sides))) return null;
    const mixed = calls.every(({ viaWaypoint }) => viaWaypoint === call.viaWaypoint) ? [] : [SOME];
    const [before, after] = [crossing.before ?? "nobody", crossing.after ?? "nobody"] as const;
    return { who: "The waypoint", before, after, lacks: [...crossing.lacks, ...mixed], crossing, origin: ALL };
  }
  if (call.protocol === "tcp" || !touched.way(host, source.namespace)) return null;
  const through = calls.filter(({ viaWaypoint }) => viaWaypoint);
  const own = client && proxied(client);
  if (own === undefined || own.dataplane === "sidecar" || (own.dataplane === "none" && through.length === 0)) {
    const origin = originOf(calls, client, sides, world);
    if (origin.max === 0) return null;
    return { who: "The client’s proxy", before: "itself", after: "itself", lacks: [], crossing, origin };
  }
  const place = call.service === null || through.length === 0 ? null : waypointOf(call.service, world);
  if (place === null) return null;
  const lacks = through.length < calls.length ? [SOME] : [];
  return { who: "The waypoint", before: place, after: place, lacks, crossing, origin: ALL };
}

/** Connections, whatever they carry; of a client that is gone it isn't known. */
function isCountedByZtunnel(call: ObservedCall, { before, after }: Sides): boolean {
  const clients = [clientOn(call, before), clientOn(call, after)];
  return clients.some((each) => each === undefined || each.dataplane === "ambient");
}

/** Ports of the Service that don't say that they carry bytes; a waypoint finds out by itself where nothing is said. */
function mayCarryRequests({ service }: ObservedCall, { after }: Sides, { inventory }: ImpactWorld): readonly number[] {
  const key = service === null ? "" : `${service.namespace}/${service.name}`;
  const found = after.inventory.services.get(key) ?? inventory.services.get(key);
  return found === undefined
    ? [0]
    : found.ports.filter((each) => isTcp(each) && carriesHttp(each) !== false).map(({ port }) => port);
}
