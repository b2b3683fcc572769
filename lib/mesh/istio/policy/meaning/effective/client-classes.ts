/** Clients that can't have different answers, by what of them can matter: namespace, data plane, and the labels that any object asks for. */
import type { Workload } from "#lib/inventory/model.ts";
import { labelsAt } from "../../lookup.ts";
import { listAt, mapAt, namespaceOf, specOf } from "../../routing/json.ts";
import type { SecurityWorld } from "./sight.ts";

/** A key for each client; of those with one key, one is asked for all. `world`: what may count for the service. */
export function classifier(world: Pick<SecurityWorld, "objects">): (client: Workload) => string {
  const everywhere = new Set(
    world
      .objects("VirtualService")
      .flatMap((vs) =>
        listAt(specOf(vs), "http").flatMap((rule) =>
          listAt(rule, "match").flatMap((match) => Object.keys(mapAt(match, "sourceLabels"))),
        ),
      ),
  );
  const own = new Map<string, Set<string>>();
  for (const [kind, field] of [
    ["Sidecar", "labels"],
    ["DestinationRule", "matchLabels"],
  ] as const) {
    for (const object of world.objects(kind)) {
      const keys = own.get(namespaceOf(object)) ?? new Set();
      for (const key of Object.keys(labelsAt(object.spec, "workloadSelector", field) ?? {})) keys.add(key);
      own.set(namespaceOf(object), keys);
    }
  }
  return ({ namespace, name, dataplane, labels }) => {
    if (dataplane === "gateway") return JSON.stringify([dataplane, namespace, name]);
    if (dataplane !== "sidecar") return JSON.stringify([dataplane]);
    const keys = [...new Set([...everywhere, ...(own.get(namespace) ?? []), "istio.io/rev"])].toSorted();
    return JSON.stringify([dataplane, namespace, ...keys.map((key) => labels[key] ?? null)]);
  };
}
