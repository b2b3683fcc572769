/**
 * The waypoint of a pod's own address: by its label, else by its namespace's, where the waypoint is for workloads.
 * (fetchWaypointForWorkload in istiod's pilot/pkg/serviceregistry/ambient/waypoints.go)
 * https://istio.io/latest/docs/ambient/usage/waypoint/#waypoint-traffic-types
 */
import type { Workload } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { namespaceOf } from "../../routing/json.ts";
import { blind, type SecurityWorld } from "./sight.ts";

const GATEWAY = kindKey({ group: GATEWAY_API, kind: "Gateway" });

/** What isn't known of a ztunnel's calls to a pod's address. */
export function beforePod({ namespace, labels }: Workload, world: SecurityWorld): readonly string[] {
  const around = world.inventory.namespaces.get(namespace)?.labels ?? {};
  const own = labels["istio.io/use-waypoint"];
  const use = own || around["istio.io/use-waypoint"] || "none";
  if (use === "none") return [];
  const there = (own ? labels : around)["istio.io/use-waypoint-namespace"] ?? namespace;
  const unread = blind(world, GATEWAY);
  if (unread.length > 0) return unread;
  const found = world.objects(GATEWAY).find((each) => namespaceOf(each) === there && each.metadata.name === use);
  const kind = found?.metadata.labels?.["istio.io/waypoint-for"] ?? "service";
  return kind === "workload" || kind === "all"
    ? [`what waypoint ${there}/${use} does with calls to pods’ own addresses: that isn’t worked out yet`]
    : [];
}

/** The workloads that run a waypoint. */
export const proxiesOf = (
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { inventory }: Pick<SecurityWorld, "inventory">,
): readonly Workload[] =>
  [...inventory.workloads.values()].filter(
    (each) =>
      each.namespace === namespace &&
      each.dataplane === "waypoint" &&
      each.labels[`${GATEWAY_API}/gateway-name`] === name,
  );
