/**
 * Which hosts a client's proxy knows: by the Sidecar that selects it, else its namespace's, else the root namespace's; without
 * any, all that are exported to it. https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness } from "../../hosts.ts";
import { byAge, listAt, mapAt, namespaceOf, numberAt, objectAt, specOf, textsAt } from "../../routing/json.ts";
import type { Caller } from "./match.ts";
import type { OutOfScope } from "./unknown-host.ts";
import type { RoutingWorld } from "./world.ts";

/** Labels of the workloads that it is for; none: all of its namespace. */
export const selectedBy = (sidecar: Manifest): Readonly<Record<string, string>> =>
  mapAt(objectAt(specOf(sidecar), "workloadSelector"), "labels");

export function sidecarOf(
  caller: Pick<Caller, "namespace" | "labels">,
  world: Pick<PolicyWorld, "objects" | "rootNamespace">,
): Manifest | null {
  const all = byNamespace(world.objects("Sidecar"));
  const wanted = (each: Manifest) => Object.entries(selectedBy(each));
  const own = all.get(caller.namespace) ?? [];
  return (
    own.find((each) => wanted(each).length > 0 && wanted(each).every(([key, value]) => caller.labels[key] === value)) ??
    own.find((each) => wanted(each).length === 0) ??
    all.get(world.rootNamespace)?.find((each) => wanted(each).length === 0) ??
    null
  );
}

const sorted = new WeakMap<readonly Manifest[], ReadonlyMap<string, readonly Manifest[]>>();

/** Oldest first. Made once a list, for it is asked of every call. */
function byNamespace(sidecars: readonly Manifest[]): ReadonlyMap<string, readonly Manifest[]> {
  const known = sorted.get(sidecars) ?? Map.groupBy(sidecars.toSorted(byAge), namespaceOf);
  sorted.set(sidecars, known);
  return known;
}

/** What keeps a full host of a namespace from a client; `sidecar`: the one that selects it. */
export function scopeOut(
  host: string,
  namespace: string,
  caller: Pick<Caller, "namespace" | "port">,
  sidecar: Manifest | null,
  world: RoutingWorld,
): OutOfScope | null {
  if (sidecar !== null && !knows(sidecar, host, namespace, caller)) return { why: "sidecar", sidecar };
  const why = world.keeps?.(host, caller.namespace) ?? null;
  return why === null ? null : { why, sidecar: null };
}

interface Listener {
  /** null: for all ports that have none of their own. */
  readonly port: number | null;
  /** `place/host` as written, lower case. */
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly { readonly place: string; readonly name: string }[];
}

/** Read once an object, for thousands of hosts are asked of one. */
const read = new WeakMap<Manifest, readonly Listener[]>();

function listenersOf(sidecar: Manifest): readonly Listener[] {
  const known = read.get(sidecar);
  if (known !== undefined) return known;
  const made = listAt(specOf(sidecar), "egress").map((each): Listener => {
    const entries = textsAt(each, "hosts").flatMap((entry) => {
      const [place = "", name = "", ...more] = entry.split("/");
      return more.length === 0 ? [{ place, name: name.toLowerCase() }] : [];
    });
    return {
      port: numberAt(objectAt(each, "port"), "number"),
      exact: new Set(entries.map(({ place, name }) => `${place}/${name}`)),
      patterns: entries.filter(({ name }) => name.startsWith("*")),
    };
  });
  read.set(sidecar, made);
  return made;
}

/**
 * Whether it lets the proxy know a full host of a namespace. Names are taken as they are written, short ones never fit. Without
 * `egress` all are known. Of listeners for a port the one with this port counts, else the one without.
 */
export function knows(
  sidecar: Manifest | null,
  host: string,
  namespace: string,
  caller: Pick<Caller, "namespace" | "port">,
): boolean {
  const listeners = sidecar === null ? [] : listenersOf(sidecar);
  if (listeners.length === 0) return true;
  const listener = listeners.find(({ port }) => port === caller.port) ?? listeners.find(({ port }) => port === null);
  if (listener === undefined) return false;
  const places = namespace === caller.namespace ? ["*", ".", namespace] : ["*", namespace];
  return (
    places.some((place) => listener.exact.has(`${place}/${host}`)) ||
    listener.patterns.some(({ place, name }) => places.includes(place) && closeness(name, host) > 0)
  );
}
