/** Whose log tells of a pair's calls: of the proxy that has the caller's own words, else of the one that lets it in. */
import type { Workload } from "#lib/inventory/model.ts";
import { gatewayOf, type ObservedCall, proxiesOf, waypointOf } from "#lib/mesh/impact.ts";
import type { LogKeeper } from "#lib/policy/impact-samples.ts";
import type { Worked } from "./impact.ts";

export interface Keeper {
  /** Equal where it is the same. */
  readonly key: string;
  readonly by: LogKeeper;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Whose pods write it; of the server's sidecars and ztunnels, the server's. */
  readonly workloads: readonly Workload[];
}

/**
 * Behind a gateway all calls bear X-Forwarded-For, so that the server's log names nobody, and the gateway's is of its own calls alone.
 * Behind a waypoint the server's proxy sees the waypoint.
 */
export function keeperOf(call: ObservedCall, { world }: Pick<Worked, "world">): Keeper {
  const { target, service } = call;
  const gateway = gatewayOf(call, world);
  if (gateway !== null) return keeper("gateway", world.cluster, gateway, [gateway]);
  const waypoint = call.viaWaypoint && service !== null ? waypointOf(service, world) : null;
  if (waypoint !== null) return keeper("waypoint", world.cluster, waypoint, proxiesOf(waypoint, world));
  const here = target.cluster === world.cluster;
  const server = here ? world.inventory.workloads.get(`${target.namespace}/${target.name}`) : undefined;
  const by = server?.dataplane === "ambient" ? "ztunnel" : "sidecar";
  return keeper(by, target.cluster, target, server === undefined ? [] : [server]);
}

const keeper = (
  by: LogKeeper,
  cluster: string,
  { namespace, name }: Pick<Keeper, "namespace" | "name">,
  workloads: readonly Workload[],
): Keeper => ({ key: `${by} ${cluster}/${namespace}/${name}`, by, cluster, namespace, name, workloads });
