/**
 * Which mutual TLS a workload accepts, and which objects say so: mesh (root namespace, no selector), then namespace, then
 * the workload's own policy, then its port; each overrides the one before unless it is unset; of several the oldest counts.
 * https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { labelsAt } from "../lookup.ts";
import { byAge, namespaceOf, objectAt, textAt } from "../routing/json.ts";

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";
type Level = "mesh" | "namespace" | "workload" | "port";

/** An object that has a say, and what it says. */
export interface Say {
  readonly level: Level;
  readonly object: Manifest;
  readonly path: Segments;
  readonly mode: MtlsMode;
}

export interface InboundMtls {
  readonly mode: MtlsMode;
  /** From the mesh inwards: the last one decides. None: Istio's default, PERMISSIVE, holds. */
  readonly chain: readonly Say[];
}

export interface PeerPolicies {
  readonly mesh: Manifest | null;
  readonly namespaces: ReadonlyMap<string, Manifest>;
  /** With a selector, oldest first, by namespace; none of the root namespace, where selectors don't count. */
  readonly workloads: ReadonlyMap<
    string,
    readonly { readonly object: Manifest; readonly labels: Readonly<Record<string, string>> }[]
  >;
}

/** All PeerAuthentications by where they count. */
export function peerPolicies(objects: readonly Manifest[], rootNamespace: string): PeerPolicies {
  let mesh: Manifest | null = null;
  const namespaces = new Map<string, Manifest>();
  const workloads = new Map<string, { object: Manifest; labels: Readonly<Record<string, string>> }[]>();
  for (const object of objects.toSorted(byAge)) {
    const namespace = namespaceOf(object);
    const labels = labelsAt(object.spec, "selector", "matchLabels") ?? {};
    if (Object.keys(labels).length > 0) {
      const there = workloads.get(namespace);
      if (there !== undefined) there.push({ object, labels });
      else if (namespace !== rootNamespace) workloads.set(namespace, [{ object, labels }]);
    } else if (namespace === rootNamespace) mesh ??= object;
    else if (!namespaces.has(namespace)) namespaces.set(namespace, object);
  }
  return { mesh, namespaces, workloads };
}

const places = new WeakMap<readonly Manifest[], ReadonlyMap<string, readonly Manifest[]>>();

/** All that may have a say about workloads of a namespace, or would if others weren't read: the mesh's first. Sorted out once of a list. */
export function peersAround(
  namespace: string,
  { objects, rootNamespace }: Pick<PolicyWorld, "objects" | "rootNamespace">,
): readonly Manifest[] {
  const list = objects("PeerAuthentication");
  const found = places.get(list) ?? Map.groupBy(list, namespaceOf);
  places.set(list, found);
  return [...new Set([rootNamespace, namespace])].flatMap((each) => found.get(each) ?? []);
}

/** What a workload (null: any without a policy of its own) accepts on one of its own ports (null: on the others). */
export function inboundMtls(
  policies: PeerPolicies,
  namespace: string,
  labels: Readonly<Record<string, string>> | null,
  port: number | null,
): InboundMtls {
  const chain: Say[] = [];
  const say = (level: Level, object: Manifest | null | undefined, path: Segments, mode: MtlsMode | null): void => {
    if (object && mode !== null) chain.push({ level, object, path, mode });
  };
  const mode = ["spec", "mtls", "mode"];
  say("mesh", policies.mesh, mode, modeOf(policies.mesh?.spec, "mtls"));
  const own = policies.namespaces.get(namespace);
  say("namespace", own, mode, modeOf(own?.spec, "mtls"));
  if (labels !== null) {
    const fits = (wanted: Readonly<Record<string, string>>) =>
      Object.entries(wanted).every(([key, value]) => labels[key] === value);
    const found = policies.workloads.get(namespace)?.find((each) => fits(each.labels))?.object;
    say("workload", found, mode, modeOf(found?.spec, "mtls"));
    if (port !== null) {
      const key = String(port);
      say("port", found, ["spec", "portLevelMtls", key, "mode"], modeOf(objectAt(found?.spec, "portLevelMtls"), key));
    }
  }
  return { mode: chain.at(-1)?.mode ?? "PERMISSIVE", chain };
}

/** null: unset, which is to inherit. */
function modeOf(value: unknown, key: string): MtlsMode | null {
  const text = textAt(objectAt(value, key), "mode");
  return text === "STRICT" || text === "PERMISSIVE" || text === "DISABLE" ? text : null;
}
