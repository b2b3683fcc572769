/** Names of namespaces that there may be something to show of. */
import type { Inventory } from "#lib/inventory/model.ts";
import type { Feed } from "../telemetry/feed.ts";

const names = new WeakMap<object, ReadonlyMap<string, ReadonlySet<string>>>();

/** A cluster's namespaces by its objects, and those that telemetry alone names. */
export function namespacesOf(
  cluster: string,
  inventory: Inventory,
  feeds: readonly Pick<Feed, "publication">[],
): ReadonlySet<string> {
  const found = new Set(inventory.get(cluster)?.namespaces.keys() ?? []);
  for (const { publication } of feeds) {
    for (const graph of [publication?.graph, publication?.hour]) {
      if (graph) for (const name of namesIn(graph).get(cluster) ?? []) found.add(name);
    }
  }
  return found;
}

interface Named {
  readonly nodes: ReadonlyMap<
    string,
    { readonly key: { readonly kind: string; readonly cluster: string; readonly namespace: string } }
  >;
}

/** By cluster. Read once a graph: this is asked with every request. */
export function namesIn(graph: Named): ReadonlyMap<string, ReadonlySet<string>> {
  const known = names.get(graph);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  for (const { key } of graph.nodes.values()) {
    if (key.kind === "external" || key.kind === "unknown") continue;
    const set = found.get(key.cluster) ?? new Set();
    set.add(key.namespace);
    found.set(key.cluster, set);
  }
  names.set(graph, found);
  return found;
}
