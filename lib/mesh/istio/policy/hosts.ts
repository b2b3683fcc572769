/**
 * Hosts in Istio's objects. A name without dots belongs to the object's own namespace; any other is taken as it is
 * written. https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination
 */
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";

const DOMAIN = "svc.cluster.local";

export type Named = Pick<ServiceRef, "namespace" | "name">;

export const fullName = ({ name, namespace }: Named): string => `${name}.${namespace}.${DOMAIN}`;

/** A host as it counts, written in an object of `namespace`: short names made full, lower case. */
export function resolveHost(host: string, namespace: string): string {
  const plain = host.trim().toLowerCase();
  return plain === "" || plain === "*" || plain.includes(".") ? plain : `${plain}.${namespace}.${DOMAIN}`;
}

/** The service that a full name means; null: not one of the cluster's names. */
export function serviceOfHost(full: string): Named | null {
  if (!full.endsWith(`.${DOMAIN}`)) return null;
  const [name, namespace, ...more] = full.slice(0, -DOMAIN.length - 1).split(".");
  return name && namespace && name !== "*" && more.length === 0 ? { name, namespace } : null;
}

/** How closely a resolved host (`*.shop.svc.cluster.local`, `*`) fits a full name: 0 not at all, exact the most. */
export function closeness(pattern: string, full: string): number {
  if (pattern === full) return Number.POSITIVE_INFINITY;
  if (!pattern.startsWith("*")) return 0;
  return full.endsWith(pattern.slice(1)) ? pattern.length : 0;
}

/** Whether calls to a full name find something: a service, or a host of a ServiceEntry. Unknown counts as yes. */
export function hostExists(full: string, { inventory }: PolicyWorld): boolean {
  if (inventory === null) return true;
  const service = serviceOfHost(full);
  const unread = (kind: string) => inventory.unread.some((u) => u.kind === kind || u.kind.startsWith(`${kind}.`));
  if (service !== null && (unread("services") || inventory.services.has(`${service.namespace}/${service.name}`))) {
    return true;
  }
  if (unread("serviceentries")) return true;
  return inventory.externalHosts.some(({ hosts }) => hosts.some((host) => closeness(host.toLowerCase(), full) > 0));
}
