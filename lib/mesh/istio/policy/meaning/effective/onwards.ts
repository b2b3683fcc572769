/**
 * From a gateway to what it sends a request to: the pods themselves, or the Service's waypoint where the label
 * istio.io/ingress-use-waypoint says so. The gateway has routed by then: the waypoint is asked for the Service, whatever subset the
 * gateway's rule names. (findServiceWaypoint in istiod's pilot/pkg/xds/endpoints/endpoint_builder.go)
 * https://istio.io/latest/docs/reference/config/labels/#IoIstioIngressUseWaypoint
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationStep } from "#lib/policy/simulation.ts";
import { tcpPort } from "../port-protocol.ts";
import { asRead } from "../revisions.ts";
import { throughWaypoint } from "./ambient-call.ts";
import type { Arriving } from "./arrival.ts";
import { delivered } from "./delivery.ts";
import { joined, stopped } from "./joined.ts";
import { comesThrough, waypointOf } from "./security.ts";
import type { SecurityWorld } from "./sight.ts";
import { tlsOf } from "./tunnel.ts";
import type { Destination } from "./way.ts";

/** `before`: the steps that lead here. */
export function onwards(
  before: readonly SimulationStep[],
  to: readonly Destination[],
  arriving: Arriving & { readonly client: Workload },
  world: SecurityWorld,
): Simulation {
  const ways = Map.groupBy(to, ({ service }) =>
    comesThrough(arriving.client, service, world) && waypointOf(service, world) !== null ? "waypoint" : "pods",
  );
  const through = ways.get("waypoint") ?? [];
  const straight = ways.get("pods") ?? [];
  if (through.length === 0) return delivered(before, to, arriving, world);
  const ends = through.map((each) => byWaypoint(each, arriving, world));
  return joined(before, straight.length === 0 ? ends : [...ends, delivered([], straight, arriving, world)]);
}

function byWaypoint(
  { service, port }: Destination,
  { client, account, question, rewrites }: Arriving & { readonly client: Workload },
  world: SecurityWorld,
): Simulation {
  const place = waypointOf(service, world);
  const called = tcpPort(service.ports, port);
  const lacks = tlsOf(service, asRead(world, [client]), "gateway");
  if (lacks.length > 0) return stopped(lacks);
  if (place === null || called === undefined) return stopped([`what listens on port ${port} of the Service`]);
  return throughWaypoint({ client, account, question: { ...question, port }, rewrites }, service, called, place, world);
}
