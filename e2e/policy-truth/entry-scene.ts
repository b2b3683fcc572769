/** One client with the routing that its calls to hosts of ServiceEntries meet, by chance: a scene of Services with other hosts. */
import type { JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import type { Wanted } from "./policies.ts";
import { exported, PORT, type WayScene, wayScene } from "./way-scene.ts";

/** Of the host with TLS, and of the client's listener for it. */
export const TLS_PORT = 19_082;

export interface EntryScene extends WayScene {
  readonly entries: readonly Wanted[];
}

/** The host in the place of Service `reviews`, of `ratings`, and one that speaks TLS. */
export const apiOf = (owner: string): string => `reviews.${owner}.example.com`;
export const cipherOf = (owner: string): string => `cipher.${owner}.example.com`;
/** A name that rules for TLS have beside it. */
export const otherOf = (owner: string): string => `other.${owner}.test`;

/** Namespaces' names are in all hosts, so that a text's change changes them all. */
function renamed<T>({ owner }: Pick<WayScene, "owner">, value: T): T {
  const text = JSON.stringify(value)
    .replaceAll(`.${owner}.svc.cluster.local`, `.${owner}.example.com`)
    .replaceAll('"hosts":["reviews"]', `"hosts":["${apiOf(owner)}"]`);
  return JSON.parse(text) as T;
}

function ofEntry({ owner }: Pick<WayScene, "owner">, route: Wanted): Wanted {
  const rules = route.spec["rules"] as readonly { readonly backendRefs: readonly JsonObject[] }[];
  const parents = route.spec["parentRefs"] as readonly JsonObject[];
  const backend = ({ namespace: _, name, ...rest }: JsonObject): JsonObject => ({
    ...rest,
    ...{ group: "networking.istio.io", kind: "Hostname", name: `${String(name)}.${owner}.example.com` },
  });
  return {
    ...route,
    spec: {
      ...route.spec,
      parentRefs: parents.map((each) => ({ ...each, group: "networking.istio.io", kind: "ServiceEntry" })),
      rules: rules.map((rule) => ({ ...rule, backendRefs: rule.backendRefs.map(backend) })),
    },
  };
}

/** A rule's TLS, which the client's sidecar begins. */
function withTls(from: Chance, rule: Wanted): Wanted {
  if (rule.kind !== "DestinationRule" || from.is(0.4)) return rule;
  const tls = { mode: from.of(["SIMPLE", "ISTIO_MUTUAL", "DISABLE"]) };
  return { ...rule, spec: { ...rule.spec, trafficPolicy: { tls } } };
}

function entry(from: Chance, scene: Pick<WayScene, "client" | "owner">, name: string, tls: boolean): Wanted {
  const resolution = from.of(["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN"]);
  const account = from.is(0.5) ? { serviceAccount: "far" } : {};
  const static_ = { endpoints: [{ address: "192.0.2.7", ...account }] };
  const port = tls
    ? { number: TLS_PORT, name: "cipher", protocol: "TLS" }
    : { number: PORT, name: "web", protocol: "HTTP" };
  return {
    ...{ kind: "ServiceEntry", namespace: scene.owner, name },
    spec: {
      ...{ hosts: [`${name}.${scene.owner}.example.com`], resolution, ...exported(from, scene.client) },
      ...{ ports: [port], location: from.of(["MESH_EXTERNAL", "MESH_INTERNAL"]) },
      ...(resolution === "STATIC" && static_),
    },
  };
}

/**
 * Each name is asked for once: the port is open for all addresses, so that all hosts' rules share a listener, which Envoy would refuse
 * for one that asks twice.
 */
function rulesForTls(from: Chance, scene: Pick<WayScene, "client" | "owner">): Wanted {
  const host = cipherOf(scene.owner);
  const names = [host, otherOf(scene.owner)];
  const rule = (sniHosts: readonly string[]): JsonObject => {
    const match = {
      sniHosts,
      ...(from.is(0.3) && { port: from.is(0.7) ? TLS_PORT : 81 }),
      ...(from.is(0.3) && { sourceLabels: { version: from.of(["v1", "v2"]) } }),
    };
    return { match: [match], route: [{ destination: { host, ...(from.is(0.4) && { subset: "v1" }) } }] };
  };
  const apart = names.map((name) => [name]).slice(0, from.number(1, 2));
  return {
    ...{ kind: "VirtualService", namespace: from.of([scene.owner, scene.client]), name: "tls" },
    spec: {
      ...{ hosts: names, ...exported(from, scene.client) },
      tls: (from.is(0.5) ? [names] : apart).map(rule),
    },
  };
}

export function entryScene(from: Chance, index: number): EntryScene {
  const scene = wayScene(from, index);
  const { policies, routes } = renamed(scene, { policies: scene.policies, routes: scene.routes });
  return {
    ...scene,
    policies: [...policies.map((each) => withTls(from, each)), ...(from.is(0.6) ? [rulesForTls(from, scene)] : [])],
    routes: routes.map((each) => ofEntry(scene, each)),
    entries: [
      entry(from, scene, "reviews", false),
      entry(from, scene, "ratings", false),
      entry(from, scene, "cipher", true),
    ],
  };
}
