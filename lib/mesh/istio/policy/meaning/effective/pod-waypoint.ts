/**
 * The waypoint of a pod's own address: by its label, else by its namespace's, where the waypoint is for workloads.
 * (fetchWaypointForWorkload in istiod's pilot/pkg/serviceregistry/ambient/waypoints.go)
 * https://istio.io/latest/docs/ambient/usage/waypoint/#waypoint-traffic-types
 */
import type { Workload } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { namespaceOf } from "../../routing/json.ts";
import { unreadIn } from "../revisions.ts";
import { blind, HIDDEN, type SecurityWorld } from "./sight.ts";

const GATEWAY = kindKey({ group: GATEWAY_API, kind: "Gateway" });

/** What isn't known of a ztunnel's calls to a pod's address. */
export function beforePod({ namespace, labels }: Workload, world: SecurityWorld): readonly string[] {
  const around = world.inventory.namespaces.get(namespace)?.labels ?? {};
  const own = labels["istio.io/use-waypoint"];
  const use = own || around["istio.io/use-waypoint"] || "none";
  if (use === "none") return [];
  const there = (own ? labels : around)["istio.io/use-waypoint-namespace"] ?? namespace;
  const { gateway, lacks } = gatewayAt({ namespace: there, name: use }, world);
  if (lacks.length > 0) return lacks;
  const kind = waypointFor(gateway);
  return kind === "workload" || kind === "all"
    ? [`what waypoint ${there}/${use} does with calls to pods’ own addresses: that isn’t worked out yet`]
    : unreadIn(world, gateway === undefined ? [] : [gateway]);
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** The Gateway of a waypoint; where it would be out of sight `lacks` says the same whether it is there or not. */
export function gatewayAt(
  { namespace, name }: Place,
  world: SecurityWorld,
): { readonly gateway?: Manifest; readonly lacks: readonly string[] } {
  const lacks = blind(world, GATEWAY);
  if (lacks.length > 0) return { lacks };
  const gateway = world.objects(GATEWAY).find((each) => namespaceOf(each) === namespace && each.metadata.name === name);
  const asked = gateway ?? { apiVersion: `${GATEWAY_API}/v1`, kind: "Gateway", metadata: { namespace, name } };
  if (!world.sees(asked)) return { lacks: [HIDDEN] };
  return { lacks, ...(gateway && { gateway }) };
}

/** Which calls it takes. */
export const waypointFor = (gateway: Manifest | undefined): string =>
  gateway?.metadata.labels?.["istio.io/waypoint-for"] ?? "service";

/** The workloads that run a waypoint. */
export const proxiesOf = (
  { namespace, name }: Place,
  { inventory }: Pick<SecurityWorld, "inventory">,
): readonly Workload[] =>
  [...inventory.workloads.values()].filter(
    (each) =>
      each.namespace === namespace &&
      each.dataplane === "waypoint" &&
      each.labels[`${GATEWAY_API}/gateway-name`] === name,
  );
