/** Which Services and ServiceEntries proxies of a namespace know. */
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { namespaceOfHost } from "../../hosts.ts";
import { byAge, namespaceOf, specOf, textsAt } from "../../routing/json.ts";
import type { MeshFacts } from "../../settings/facts.ts";

/**
 * Whether proxies of a namespace know a Service, by its annotation, else by the mesh's default; where that isn't known they do.
 * `*` goes before `~`, which goes before all others. (initServiceRegistry in pilot/pkg/model/push_context.go)
 * https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
 */
export function isExported(
  { namespace, exportTo }: Pick<Service, "namespace" | "exportTo">,
  client: string,
  byDefault: MeshFacts["serviceExport"],
): boolean {
  if (exportTo === undefined) {
    return byDefault === "nobody" ? false : byDefault !== "own" || namespace === client;
  }
  if (exportTo.includes("*")) return true;
  if (exportTo.includes("~")) return false;
  return exportTo.some((to) => to === client || (to === "." && namespace === client));
}

/** Hosts as they count: a pattern stands for itself, so that a rule which leads to one of its names leads nowhere. */
export const entryHosts = (entry: Manifest): readonly string[] =>
  textsAt(specOf(entry), "hosts").map((host) => host.toLowerCase());

/** The same of a ServiceEntry, as istiod reads it: the mesh's default stands in it. */
export function knowsEntry(entry: Manifest, client: string): boolean {
  const exportTo = textsAt(specOf(entry), "exportTo");
  return isExported({ namespace: namespaceOf(entry), ...(exportTo.length > 0 && { exportTo }) }, client, null);
}

const read = new WeakMap<readonly Manifest[], ReadonlyMap<string, readonly Manifest[]>>();

/** ServiceEntries that name a host, oldest first. Made once a list, for it is asked of every rule's destination. */
export function entriesNaming(host: string, { objects }: Pick<PolicyWorld, "objects">): readonly Manifest[] {
  const all = objects("ServiceEntry");
  const known = read.get(all) ?? byHost(all);
  read.set(all, known);
  return known.get(host) ?? [];
}

export function byHost(entries: readonly Manifest[]): ReadonlyMap<string, readonly Manifest[]> {
  const found = new Map<string, Manifest[]>();
  for (const entry of entries.toSorted(byAge)) {
    for (const host of new Set(entryHosts(entry))) {
      const list = found.get(host);
      if (list === undefined) found.set(host, [entry]);
      else list.push(entry);
    }
  }
  return found;
}

/** Whose DestinationRules count beside the client's: the namespace of a full host's Service or ServiceEntry; null: not known. */
export function ownerOf(host: string, client: string, world: Pick<PolicyWorld, "objects">): string | null {
  const service = namespaceOfHost(host);
  if (service !== null) return service;
  const known = entriesNaming(host, world).flatMap((each) => (knowsEntry(each, client) ? [namespaceOf(each)] : []));
  return known.includes(client) ? client : (known[0] ?? null);
}
