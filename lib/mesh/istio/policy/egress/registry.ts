/** All hosts of the mesh with the namespaces that they belong to: Services, and hosts of ServiceEntries as they are written. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, fullName } from "../hosts.ts";
import { isExported } from "../meaning/routing/exported.ts";
import { byAge, listAt, namespaceOf, numberAt, specOf, textsAt, visibleTo } from "../routing/json.ts";
import type { MeshFacts } from "../settings/facts.ts";

export interface Registered {
  /** A full name, or a ServiceEntry's pattern. */
  readonly host: string;
  readonly namespace: string;
  readonly kind: "service" | "outside";
  readonly ports: readonly number[];
  /** Pods that are ready behind a Service, in all clusters. */
  readonly ready: number;
}

export interface Registry {
  readonly all: readonly Registered[];
  /** What a full host stands for: a Service before a ServiceEntry, one of the client's namespace before others, then the oldest. */
  readonly find: (host: string) => Registered | null;
}

/**
 * `entries`: the ServiceEntries in sight; `client`: the namespace to which they and Services must be exported, else they are to its
 * clients as if they weren't there.
 */
export function registryOf(
  inventories: readonly ClusterInventory[],
  entries: readonly Manifest[],
  client: string,
  mesh: MeshFacts | undefined,
): Registry {
  const services = new Map<string, Registered>();
  for (const { services: own, workloads } of inventories) {
    for (const service of own.values()) {
      const { namespace, name, ports, workloads: behind } = service;
      if (!isExported(service, client, mesh?.serviceExport ?? null)) continue;
      const host = fullName({ namespace, name });
      const ready = behind
        .flatMap((each) => workloads.get(`${namespace}/${each}`)?.pods ?? [])
        .filter((pod) => pod.ready).length;
      const known = services.get(host);
      const all = [...new Set([...(known?.ports ?? []), ...ports.map(({ port }) => port)])];
      services.set(host, { host, namespace, kind: "service", ports: all, ready: ready + (known?.ready ?? 0) });
    }
  }
  const declared = new Map<string, Registered>();
  for (const entry of entries.filter((each) => visibleTo(each, client)).toSorted(byAge)) {
    const namespace = namespaceOf(entry);
    const ports = listAt(specOf(entry), "ports").flatMap((port) => numberAt(port, "number") ?? []);
    for (const text of textsAt(specOf(entry), "hosts")) {
      const host = text.toLowerCase();
      const key = `${namespace}/${host}`;
      if (!services.has(host) && !declared.has(key))
        declared.set(key, { host, namespace, kind: "outside", ports, ready: 0 });
    }
  }
  const patterns = [...declared.values()].filter(({ host }) => host.startsWith("*"));
  const exact = Map.groupBy(declared.values(), ({ host }) => host);
  const best = (found: readonly Registered[]) => found.find((each) => each.namespace === client) ?? found[0] ?? null;
  return {
    all: [...services.values(), ...declared.values()],
    find: (host) => {
      const near = services.get(host) ?? best(exact.get(host) ?? []);
      if (near !== null) return near;
      const fits = patterns.filter((each) => closeness(each.host, host) > 0);
      const most = Math.max(0, ...fits.map((each) => each.host.length));
      return best(fits.filter((each) => each.host.length === most));
    },
  };
}
