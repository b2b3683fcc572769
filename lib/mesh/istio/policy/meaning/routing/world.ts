/** What routing is worked out from. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { Keeps } from "./unknown-host.ts";

export type RoutingWorld = Pick<PolicyWorld, "objects" | "rootNamespace"> & {
  /** Absent: all Services are exported to everybody. */
  readonly keeps?: Keeps;
};

/** A gateway's workload. */
export type GatewayProxy = Pick<Workload, "namespace" | "name" | "labels" | "services">;

/** With what tells its ports, and which namespaces a Gateway selects. */
export type GatewayWorld = RoutingWorld & { readonly inventory: ClusterInventory };
