/** A waypoint as what calls of ambient clients come to: whether it takes them, and what it passes on. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Called } from "./called.ts";
import { gatewayAt, proxiesOf, waypointFor } from "./pod-waypoint.ts";
import { waypointOf } from "./security.ts";
import type { SecurityWorld } from "./sight.ts";
import type { Destination } from "./way.ts";

/** What a waypoint sends to a Service with a waypoint of its own. */
export const OTHER_WAYPOINT = "whether it passes the waypoint of another Service that it is sent to";

type Place = Pick<Workload, "namespace" | "name">;

export function hasOtherWaypoint({ service }: Destination, place: Place, world: SecurityWorld): boolean {
  const next = waypointOf(service, world);
  return next !== null && (next.namespace !== place.namespace || next.name !== place.name);
}

export const toWaypoint = ({ entry }: Called): string =>
  `The client’s ztunnel sends calls to this ${entry === undefined ? "Service" : "ServiceEntry"} to its waypoint by HBONE, with the client’s identity.`;

/** The workload that runs a waypoint, and what isn't known of whether it takes calls to Services. */
export function meetingWaypoint(
  place: Place,
  world: SecurityWorld,
): { readonly waypoint: Workload | undefined; readonly lacks: readonly string[] } {
  const name = `${place.namespace}/${place.name}`;
  const [waypoint, second] = proxiesOf(place, world).filter(({ pods }) => pods.some(({ ready }) => ready));
  const lacks = [
    ...served(place, world),
    ...(waypoint === undefined ? [`whether waypoint ${name} runs`] : []),
    ...(second === undefined ? [] : [`which of the workloads that run waypoint ${name} it meets`]),
  ];
  return { waypoint, lacks };
}

/** A waypoint takes calls to Services unless its label says that it is for others alone. */
function served(place: Place, world: SecurityWorld): readonly string[] {
  const { gateway, lacks } = gatewayAt(place, world);
  const kind = waypointFor(gateway);
  return kind === "service" || kind === "all"
    ? lacks
    : [`what becomes of calls to a Service whose waypoint says istio.io/waypoint-for: ${kind}`];
}
