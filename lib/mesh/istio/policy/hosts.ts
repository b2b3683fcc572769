/**
 * Hosts in Istio's objects. A name without dots belongs to the object's own namespace; any other is taken as it is
 * written. https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination
 */
import type { ServiceRef } from "#lib/policy/intent.ts";
import { listAt } from "#lib/policy/json.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import { NETWORKING } from "./kinds.ts";

const DOMAIN = "svc.cluster.local";

export type Named = Pick<ServiceRef, "namespace" | "name">;

export const fullName = ({ name, namespace }: Named): string => `${name}.${namespace}.${DOMAIN}`;

/** A host as it counts, written in an object of `namespace`: short names made full, lower case. */
export function resolveHost(host: string, namespace: string): string {
  const plain = host.trim().toLowerCase();
  return plain === "" || plain.startsWith("*") || plain.includes(".") ? plain : `${plain}.${namespace}.${DOMAIN}`;
}

/** The service that a full name means; null: not one of the cluster's names. */
export function serviceOfHost(full: string): Named | null {
  if (!full.endsWith(`.${DOMAIN}`)) return null;
  const [name, namespace, ...more] = full.slice(0, -DOMAIN.length - 1).split(".");
  return name && namespace && name !== "*" && more.length === 0 ? { name, namespace } : null;
}

/** The namespace that a full name lies in, a service's or a pattern's (`*.shop.svc.cluster.local`); null: none of the cluster's. */
export function namespaceOfHost(full: string): string | null {
  if (!full.endsWith(`.${DOMAIN}`)) return null;
  const namespace = full
    .slice(0, -DOMAIN.length - 1)
    .split(".")
    .at(-1);
  return namespace === undefined || namespace === "" || namespace === "*" ? null : namespace;
}

/** How closely a resolved host (`*.shop.svc.cluster.local`, `*`) fits a full name: 0 not at all, exact the most. */
export function closeness(pattern: string, full: string): number {
  if (pattern === full) return Number.POSITIVE_INFINITY;
  if (!pattern.startsWith("*")) return 0;
  return full.endsWith(pattern.slice(1)) ? pattern.length : 0;
}

/** A Service as a place to go; core Services are no policy, so they have no key of their own here. */
export const serviceRef = (cluster: string, { namespace, name }: Named): ObjectRef => ({
  ...{ cluster, group: "", version: "v1", kind: "Service", namespace, name },
});

/** What Kubernetes' inventory doesn't tell: nothing of it is read, or not this resource (`services`). */
export function isUnread(resource: string, { inventory }: PolicyWorld): boolean {
  if (inventory === null) return true;
  return inventory.unread.some(({ kind }) => kind === resource || kind.startsWith(`${resource}.`));
}

/** The Service or ServiceEntry that a full name stands for. `found` null: what would tell isn't read. */
export function findHost(
  full: string,
  world: PolicyWorld,
): { readonly to: ObjectRef | null; readonly found: boolean | null } {
  const { cluster, inventory } = world;
  const service = serviceOfHost(full);
  const to = service && serviceRef(cluster, service);
  if (service !== null && inventory?.services.has(`${service.namespace}/${service.name}`)) return { to, found: true };
  const takes = (host: unknown) => typeof host === "string" && closeness(host.toLowerCase(), full) > 0;
  const entry = world
    .objects(kindKey({ group: NETWORKING, kind: "ServiceEntry" }))
    .find(({ spec }) => listAt(spec, "hosts").some(takes));
  if (entry !== undefined) return { to: refOf(cluster, entry), found: true };
  if (inventory?.externalHosts.some(({ hosts }) => hosts.some(takes))) return { to, found: true };
  const unknown = isUnread("serviceentries", world) || (service !== null && isUnread("services", world));
  return { to, found: unknown ? null : false };
}

/** Whether calls to a full name find something: a service, or a host of a ServiceEntry. Unknown counts as yes. */
export function hostExists(full: string, world: PolicyWorld): boolean {
  return findHost(full, world).found !== false;
}
