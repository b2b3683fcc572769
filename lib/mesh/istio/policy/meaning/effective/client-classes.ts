/**
 * Clients that can't have different answers, by what of them can matter: namespace, data plane, control plane, what leaves past their
 * sidecar, and the labels that any object asks for.
 */
import type { Workload } from "#lib/inventory/model.ts";
import { labelsAt } from "../../lookup.ts";
import { listAt, mapAt, namespaceOf, specOf } from "../../routing/json.ts";
import type { Past } from "../capture.ts";
import { readerOf } from "../revisions.ts";
import type { SecurityWorld } from "./sight.ts";

/** Pairs `key=value` that are asked for: of other values of a label it doesn't matter which. */
type Asked = Set<string>;

const addAll = (asked: Asked, labels: Readonly<Record<string, string>>): void => {
  for (const [key, value] of Object.entries(labels)) asked.add(JSON.stringify([key, value]));
};

/**
 * A key for each client; of those with one key, one is asked for all. `world`: what may count for the service; `past`: whether what a
 * client sends there leaves past its sidecar.
 */
export function classifier(
  world: Pick<SecurityWorld, "objects" | "mesh">,
  past: (client: Workload) => Past,
): (client: Workload) => string {
  const everywhere: Asked = new Set();
  for (const vs of world.objects("VirtualService")) {
    for (const rule of ["http", "tls", "tcp"].flatMap((key) => listAt(specOf(vs), key))) {
      for (const match of listAt(rule, "match")) addAll(everywhere, mapAt(match, "sourceLabels"));
    }
  }
  const own = new Map<string, Asked>();
  for (const [kind, field] of [
    ["Sidecar", "labels"],
    ["DestinationRule", "matchLabels"],
  ] as const) {
    for (const object of world.objects(kind)) {
      const asked = own.get(namespaceOf(object)) ?? new Set();
      addAll(asked, labelsAt(object.spec, "workloadSelector", field) ?? {});
      own.set(namespaceOf(object), asked);
    }
  }
  return (client) => {
    const { namespace, name, dataplane, labels } = client;
    if (dataplane === "gateway") return JSON.stringify([dataplane, namespace, name]);
    if (dataplane === "none") return JSON.stringify([dataplane]);
    // Whose control planes may read other objects.
    const { key } = readerOf([client], world.mesh);
    if (dataplane !== "sidecar") return JSON.stringify([dataplane, key]);
    const left = past(client);
    // What leaves, or may leave, meets no rule.
    if (left.past !== false) return JSON.stringify([dataplane, left, key]);
    const near = own.get(namespace);
    const met = Object.entries(labels)
      .map((pair) => JSON.stringify(pair))
      .filter((pair) => everywhere.has(pair) || near?.has(pair) === true)
      .toSorted();
    return JSON.stringify([dataplane, namespace, key, ...met]);
  };
}
