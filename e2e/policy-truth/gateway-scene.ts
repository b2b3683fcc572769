/** One gateway with what is bound to it, by chance: by Istio's Gateways, or by one of the Gateway API. Each in namespaces of its own. */
import type { JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import type { Wanted } from "./policies.ts";
import { apiMatch, destinationRule, exported, PORT, rules } from "./way-scene.ts";

/** The gateway's ports: for requests, TCP, and TLS that is passed on. */
export const GATE = { http: PORT, tcp: 19_081, tls: 19_082 } as const;
export const HOSTS = ["a.test", "b.test", "w.a.test", "c.example"] as const;
const PATTERNS = ["*.test", "*.a.test", "*"] as const;

export interface GatewayScene {
  /** Of the services, and of the gateway. */
  readonly owner: string;
  readonly client: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By the Gateway API. */
  readonly api: boolean;
  /** Istio's. */
  readonly policies: readonly Wanted[];
  /** The Gateway API's. */
  readonly routes: readonly Wanted[];
  /** RequestAuthentications. */
  readonly authentication: readonly Wanted[];
}

type Places = Pick<GatewayScene, "owner" | "client">;

const host = (from: Chance): string => from.of([...HOSTS, ...PATTERNS]);
const full = (owner: string): string => `reviews.${owner}.svc.cluster.local`;

/** Istio refuses a host twice in a server, and one beside a pattern that holds it. */
function server(from: Chance, { owner }: Places, spoken: keyof typeof GATE): JsonObject {
  const protocol = { http: "HTTP", tcp: "TCP", tls: "TLS" }[spoken];
  const scope = from.is(0.25) ? from.of([`${owner}/`, "./", "*/"]) : "";
  const own = from.is(0.5) ? from.of(["*", "*.test"]) : host(from);
  const redirect = spoken === "http" && from.is(0.08) ? { tls: { httpsRedirect: true } } : {};
  return {
    ...{ port: { number: GATE[spoken], name: spoken, protocol }, hosts: [`${scope}${own}`] },
    ...(spoken === "tls" ? { tls: { mode: "PASSTHROUGH" } } : redirect),
  };
}

function gateway(from: Chance, scene: Places, name: string, namespace: string): Wanted {
  const more = from.some(["tcp", "tls"] as const, 1, 2);
  const servers = [server(from, scene, "http"), ...more.map((spoken) => server(from, scene, spoken))];
  return { kind: "Gateway", namespace, name, spec: { selector: { gate: scene.client }, servers } };
}

const bytes = (from: Chance, { owner, client }: Places, spoken: "tcp" | "tls"): JsonObject[] =>
  Array.from({ length: from.number(1, 2) }, () => {
    const asks = {
      ...(spoken === "tls" && { sniHosts: from.some([...HOSTS, "*.test"], 1, 2) }),
      ...(from.is(0.3) && { port: from.is(0.7) ? GATE[spoken] : 81 }),
      ...(from.is(0.2) && { gateways: [from.is(0.7) ? `${client}/g` : "edge/public"] }),
      ...(from.is(0.15) && { sourceLabels: { version: "v9" } }),
    };
    const subset = from.is(0.5) ? { subset: from.of(["v1", "v2", "v3"]) } : {};
    const route = [{ destination: { host: full(owner), port: { number: PORT }, ...subset } }];
    return spoken === "tls" || from.is(0.5) ? { match: [asks], route } : { route };
  });

function virtualService(from: Chance, scene: Places, namespace: string, name: string): Wanted {
  const bound = from.is(0.6) ? [`${scene.client}/g`] : [`${scene.client}/h`, `${scene.client}/g`];
  const http = rules(from, scene, true);
  const wide = from.is(0.55);
  const own = wide ? "*" : host(from);
  const spec = {
    ...{ hosts: [own], gateways: bound, ...exported(from, scene.client), http },
    ...(from.is(0.5) && { tcp: bytes(from, scene, "tcp") }),
    // Istio refuses names that the hosts don't hold.
    ...(own === "*" && { tls: bytes(from, scene, "tls") }),
  };
  // Rules for one gateway are for this one.
  return { kind: "VirtualService", namespace, name, spec: renamed(spec, scene.client) };
}

const renamed = (spec: JsonObject, client: string): JsonObject =>
  JSON.parse(JSON.stringify(spec).replaceAll("edge/public", `${client}/g`)) as JsonObject;

function listener(from: Chance, name: string, port: number, protocol: string, more: JsonObject = {}): JsonObject {
  const hostname = protocol !== "TCP" && from.is(0.3) ? { hostname: from.of(["*.test", "a.test", "*.a.test"]) } : {};
  const allowed = from.is(0.7) ? { allowedRoutes: { namespaces: { from: from.of(["All", "Same"]) } } } : {};
  return { ...{ name, port, protocol }, ...hostname, ...allowed, ...more };
}

const passing = { tls: { mode: "Passthrough" } };

function apiGateway(from: Chance, namespace: string): Wanted {
  const first = listener(from, "one", GATE.http, "HTTP");
  const second = { ...listener(from, "two", GATE.http, "HTTP"), hostname: "w.a.test" };
  const listeners = [
    ...[first, ...(from.is(0.4) ? [second] : []), ...(from.is(0.8) ? [listener(from, "tcp", GATE.tcp, "TCP")] : [])],
    listener(from, "tls", GATE.tls, "TLS", passing),
  ];
  const sets = from.is(0.9) ? { allowedListeners: { namespaces: { from: from.of(["All", "All", "Same"]) } } } : {};
  return { kind: "Gateway", namespace, name: "in", spec: { gatewayClassName: "istio", ...sets, listeners } };
}

function listenerSet(from: Chance, { client }: Places, namespace: string): Wanted {
  const more = [
    listener(from, "tcp", GATE.tcp, "TCP"),
    listener(from, "tls", GATE.tls, "TLS", { hostname: from.of(["c.example", "b.test"]), ...passing }),
  ];
  const all = { allowedRoutes: { namespaces: { from: "All" } } };
  const own = (name: string, names: readonly string[]) =>
    listener(from, name, GATE.http, "HTTP", { hostname: from.of(names), ...(from.is(0.7) && all) });
  const listeners = [
    own("one", ["w.a.test", "*.a.test", "*.test", "b.test"]),
    ...(from.is(0.4) ? [own("two", ["a.test", "c.example"])] : []),
    ...from.some(more, 0, 2),
  ];
  return {
    kind: "ListenerSet",
    namespace,
    name: "set",
    spec: { parentRef: { name: "in", namespace: client }, listeners },
  };
}

interface Parents extends Places {
  /** Where a ListenerSet is; null: there is none. */
  readonly set: string | null;
}

function apiRoute(from: Chance, scene: Parents, namespace: string, name: string, kind: string): Wanted {
  const { owner, client, set } = scene;
  const section = kind === "HTTPRoute" ? from.of(["one", "two"]) : null;
  const parent =
    set !== null && from.is(0.6)
      ? { kind: "ListenerSet", name: "set", namespace: set }
      : { name: "in", namespace: client };
  const backend = (): JsonObject => ({
    ...{ name: from.of(["reviews", "ratings"]), namespace: owner, port: PORT },
    ...(from.is(0.4) && { weight: from.of([0, 1, 9]) }),
  });
  const backends = { backendRefs: Array.from({ length: from.number(1, 2) }, backend) };
  const grpc = (): JsonObject => ({
    method: from.of([{ service: "a" }, { service: "a", method: "b" }, { method: "b" }]),
  });
  const matches = (make: () => JsonObject) =>
    from.is(0.75) ? { matches: Array.from({ length: from.number(1, 2) }, make) } : {};
  const made: Readonly<Record<string, () => readonly JsonObject[]>> = {
    HTTPRoute: () =>
      Array.from({ length: from.number(1, 3) }, () => ({ ...matches(() => apiMatch(from)), ...backends })),
    GRPCRoute: () => Array.from({ length: from.number(1, 2) }, () => ({ ...matches(grpc), ...backends })),
  };
  const names = kind === "TCPRoute" || (kind !== "TLSRoute" && from.is(0.4)) ? {} : { hostnames: [hostname(from)] };
  return {
    ...{ kind, namespace, name },
    spec: {
      parentRefs: [{ ...parent, ...(section !== null && from.is(0.3) && { sectionName: section }) }],
      ...names,
      rules: made[kind]?.() ?? [backends],
    },
  };
}

/** Of a ListenerSet's listeners, so that it is met often enough. */
function everyHost(from: Chance, scene: Places, set: string): Wanted {
  const { hostnames: _, ...spec } = apiRoute(from, { ...scene, set }, set, "l", "HTTPRoute").spec;
  const parentRefs = [{ kind: "ListenerSet", name: "set", namespace: set }];
  return { kind: "HTTPRoute", namespace: set, name: "l", spec: { ...spec, parentRefs } };
}

const hostname = (from: Chance): string => from.of(["a.test", "w.a.test", "b.test", "*.test", "*.a.test"]);

export function gatewayScene(from: Chance, index: number): GatewayScene {
  const scene = { owner: `r${index}`, client: `e${index}` };
  const api = from.is(0.5);
  const some = <T>(share: number, make: () => T): readonly T[] => (from.is(share) ? [make()] : []);
  const rule = () => destinationRule(from, scene, scene.owner, "m");
  const both = { ...scene, api, authentication: [], ip: `127.33.${index >> 7}.${(index & 127) + 1}` };
  if (api) {
    const set = from.is(0.9) ? from.of([scene.owner, scene.client]) : null;
    const route = (share: number, namespace: string, name: string, kind: string) =>
      some(share, () => apiRoute(from, { ...scene, set }, namespace, name, kind));
    return {
      ...both,
      labels: { app: "gate", gate: scene.client, "gateway.networking.k8s.io/gateway-name": "in" },
      policies: some(0.5, rule),
      routes: [
        apiGateway(from, scene.client),
        ...(set === null ? [] : [listenerSet(from, scene, set), ...some(0.7, () => everyHost(from, scene, set))]),
        ...route(0.6, scene.client, "a", "HTTPRoute"),
        ...route(0.5, scene.owner, "b", "HTTPRoute"),
        ...route(0.3, scene.client, "c", "HTTPRoute"),
        ...route(0.85, scene.client, "g", "GRPCRoute"),
        ...route(0.85, scene.client, "t", "TCPRoute"),
        ...route(0.85, scene.client, "s", "TLSRoute"),
        ...some(0.8, () => grant(scene)),
      ],
    };
  }
  const services = ["m", "l", "n", "o"].flatMap((name, at) =>
    some(at === 0 ? 0.95 : 0.4, () => virtualService(from, scene, at === 3 ? scene.client : scene.owner, name)),
  );
  const delegates = ["d1", "d2"].flatMap((name) =>
    some(0.7, () => ({
      ...{ kind: "VirtualService", namespace: scene.owner, name },
      spec: renamed({ ...exported(from, scene.client), http: rules(from, scene, false) }, scene.client),
    })),
  );
  return {
    ...both,
    labels: { app: "gate", gate: scene.client, version: from.of(["v1", "v2"]) },
    policies: [
      gateway(from, scene, "g", scene.client),
      ...some(0.4, () => gateway(from, scene, "h", scene.client)),
      ...[...services, ...delegates],
      ...some(0.85, rule),
      ...some(0.2, () => destinationRule(from, scene, scene.client, "k")),
    ],
    routes: [],
  };
}

const grant = ({ owner, client }: Places): Wanted => ({
  ...{ kind: "ReferenceGrant", namespace: owner, name: "all" },
  spec: {
    from: ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"].map((kind) => ({
      group: "gateway.networking.k8s.io",
      kind,
      namespace: client,
    })),
    to: [{ group: "", kind: "Service" }],
  },
});
