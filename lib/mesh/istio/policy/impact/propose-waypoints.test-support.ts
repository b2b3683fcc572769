/** An ambient namespace whose Services stand behind a waypoint, for tests of what is proposed there. */
import type { ClusterInventory, Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Proposal } from "#lib/policy/proposal.ts";
import type { ObservedCall } from "./calls.ts";
import { byPlace, call, service, workload, worldOf } from "./impact.test-support.ts";
import { propose } from "./propose.ts";
import type { ImpactWorld } from "./sides.ts";
import { DOOR, free, here } from "./waypoints.test-support.ts";

export const at = (one: Service, name = "door", namespace: string | null = null): Service => ({
  ...one,
  waypoint: { name, namespace },
});
export const SERVICES = [
  at(service("vault/keys", ["keys"])),
  at(service("vault/locks", ["locks"])),
  at(service("vault/all", ["keys", "locks"])),
  service("vault/db", ["locks"], [5432], "tcp"),
];
export const inventory = (services = SERVICES): ClusterInventory => {
  const base = here([free(workload("vault/locks", "ambient"))]);
  const others = [...base.services.values()].filter(({ namespace }) => namespace !== "vault");
  return { ...base, services: byPlace([...others, ...services]) };
};
export const to = (
  from: string,
  name: string,
  target: string,
  rate = 10,
  more: Partial<ObservedCall> = {},
): ObservedCall => call(from, target, rate, { service: { namespace: "vault", name }, ...more });
export const via = (
  from: string,
  name: string,
  target: string,
  rate = 10,
  more: Partial<ObservedCall> = {},
): ObservedCall => to(from, name, target, rate, { viaWaypoint: true, ...more });

export const given = (
  calls: readonly ObservedCall[],
  objects: readonly Manifest[] = [DOOR],
  more: Partial<ImpactWorld> & { readonly visible?: (cluster: string, namespace: string) => boolean } = {},
): Proposal => {
  const { visible = () => true, ...world } = more;
  return propose({
    ...{ namespace: "vault", calls, visible },
    world: worldOf(objects, { inventory: inventory(), ...world }),
  });
};
