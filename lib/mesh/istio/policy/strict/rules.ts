/** DestinationRules that tell clients not to use mutual TLS of the mesh, by the places that say so. */
import type { Service } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import type { StrictRule } from "#lib/policy/strict.ts";
import { closeness, fullName } from "../hosts.ts";
import { type SecurityWorld, sourceOf } from "../meaning/effective/sight.ts";
import { hostsOfRule } from "../meaning/routing/host-index.ts";
import { isPrivate } from "../routing/destination-rules.ts";
import { isObject, listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";

const TEXT =
  "Leave TLS to Istio, which uses mutual TLS where the server has it; where the mesh’s enableAutoMtls is off, ISTIO_MUTUAL says so.";

/**
 * Of those for hosts of the scope, of its Services and of ServiceEntries (`entries`) that stand for workloads of the mesh, as far
 * as the reader may see them.
 */
export function rulesAgainst(
  services: readonly Service[],
  entries: readonly Manifest[],
  world: SecurityWorld,
): readonly StrictRule[] {
  const names = [
    ...services.map((each) => ({ full: fullName(each), namespace: each.namespace })),
    ...entries.flatMap((entry) =>
      textsAt(specOf(entry), "hosts").map((host) => ({ full: host.toLowerCase(), namespace: namespaceOf(entry) })),
    ),
  ];
  const exact = new Map(names.map(({ full, namespace }) => [full, namespace]));
  return world.objects("DestinationRule").flatMap((rule): StrictRule[] => {
    if (!world.sees(rule)) return [];
    const places = placesOf(specOf(rule));
    const [host = ""] = hostsOfRule(rule);
    if (places.length === 0 || host === "") return [];
    const one = exact.get(host);
    const taken = host.startsWith("*")
      ? names.filter(({ full }) => closeness(host, full) > 0).map(({ namespace }) => namespace)
      : one === undefined
        ? []
        : [one];
    if (taken.length === 0) return [];
    return places.map(({ path, says }) => ({
      ...{ source: sourceOf(world, rule, [...path, ...(says.written ? ["mode"] : [])]), says: says.mode, host },
      ...{ clients: clientsOf(rule, taken, world.rootNamespace), services: taken.length },
      fix: { text: TEXT, edits: [{ path: printPath(path) }], manifests: [], deletions: [] },
    }));
  });
}

/** A rule is followed from its own namespace, from the service's and from the root: there by everyone's clients, unless it is kept to its own. */
function clientsOf(rule: Manifest, taken: readonly string[], rootNamespace: string): string | null {
  const own = namespaceOf(rule);
  return (own === rootNamespace || taken.includes(own)) && !isPrivate(rule) ? null : own;
}

interface Place {
  /** Of the whole block. */
  readonly path: Segments;
  readonly says: { readonly mode: string; readonly written: boolean };
}

function placesOf(spec: JsonObject): readonly Place[] {
  const policies: readonly (readonly [Segments, JsonObject])[] = [
    [["spec", "trafficPolicy"], objectAt(spec, "trafficPolicy")],
    ...listAt(spec, "subsets").map(
      (subset, index) => [["spec", "subsets", index, "trafficPolicy"], objectAt(subset, "trafficPolicy")] as const,
    ),
  ];
  return policies.flatMap(([path, policy]) => [
    ...blockAt(path, policy),
    ...listAt(policy, "portLevelSettings").flatMap((each, index) =>
      blockAt([...path, "portLevelSettings", index], each),
    ),
  ]);
}

/** A block without a mode is DISABLE, the first of the enumeration. */
function blockAt(path: Segments, holder: JsonObject): readonly Place[] {
  const tls = holder["tls"];
  if (!isObject(tls)) return [];
  const mode = textAt(tls, "mode");
  if (mode === "ISTIO_MUTUAL") return [];
  return [{ path: [...path, "tls"], says: { mode: mode ?? "DISABLE", written: mode !== null } }];
}
