/** Names of namespaces that there may be something to show of. */
import type { Inventory } from "#lib/inventory/model.ts";
import type { Feed } from "../telemetry/feed.ts";
import { namesIn } from "./names.ts";

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
