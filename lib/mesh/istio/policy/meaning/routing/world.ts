/** What routing is worked out from. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";

/** By exportTo of the Service or of the mesh, or by the mesh's discoverySelectors: what istiod doesn't see nobody knows. */
export type Kept = "not exported" | "not discovered";

/** Why a client's namespace doesn't know a full host that is a Service; null: it does, or there is no such Service. */
export type Keeps = (host: string, client: string) => Kept | null;

export type RoutingWorld = Pick<PolicyWorld, "objects" | "rootNamespace"> & {
  /** Absent: all Services are exported to everybody. */
  readonly keeps?: Keeps;
};

/** A gateway's workload. */
export type GatewayProxy = Pick<Workload, "namespace" | "name" | "labels" | "services">;

/** With what tells its ports, and which namespaces a Gateway selects. */
export type GatewayWorld = RoutingWorld & { readonly inventory: ClusterInventory };
