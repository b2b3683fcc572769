/** One client with the routing that its calls to one service meet, by chance; a batch has many, each in namespaces of its own. */
import type { Json, JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import type { Wanted } from "./policies.ts";

/** Of services, and of the client's listener. */
export const PORT = 19_080;

export interface WayScene {
  /** Of the services, and of the client. */
  readonly owner: string;
  readonly client: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Istio's. */
  readonly policies: readonly Wanted[];
  /** The Gateway API's. */
  readonly routes: readonly Wanted[];
}

export const PATHS = [
  "/",
  "/a",
  "/a/b",
  "/A/b",
  "/api",
  "/api/v1?user=ann",
  "/a/../api",
  "/a?debug=&user=bob",
] as const;
export const METHODS = ["GET", "POST", "PUT"] as const;
export const HEADERS = ["ann", "bob", "annabel"] as const;

const text = (from: Chance, values: readonly string[]): JsonObject => {
  const value = from.of(values);
  // Whether an expression fits isn't worked out, but for one that takes all.
  if (from.is(0.06)) return { regex: from.is(0.5) ? ".*" : `${value}.*` };
  return from.is(0.5) ? { exact: value } : { prefix: value };
};

function match(from: Chance, { client }: Pick<WayScene, "client">): JsonObject {
  const conditions: readonly (() => JsonObject)[] = [
    () => ({ uri: text(from, ["/", "/a", "/a/b", "/api", "/API"]), ...(from.is(0.3) && { ignoreUriCase: true }) }),
    () => ({ uri: text(from, ["/a", "/ap"]) }),
    () => ({ method: text(from, METHODS) }),
    () => ({ headers: { "x-user": from.is(0.3) ? {} : text(from, HEADERS) } }),
    () => ({ withoutHeaders: { "x-user": from.is(0.5) ? {} : text(from, HEADERS) } }),
    () => ({ queryParams: { user: { exact: from.of(["ann", "bob"]) } } }),
    () => ({ sourceLabels: { version: from.of(["v1", "v2"]) } }),
    () => ({ sourceNamespace: from.is(0.7) ? client : "elsewhere" }),
    () => ({ port: from.is(0.7) ? PORT : 81 }),
    () => ({ authority: text(from, ["reviews", "reviews.", "other"]) }),
    () => ({ gateways: [from.is(0.6) ? "mesh" : "edge/public"] }),
    () => ({ scheme: { exact: from.is(0.7) ? "http" : "https" } }),
  ];
  return Object.assign({}, ...from.some(conditions, 1, 2).map((make) => make())) as JsonObject;
}

function action(from: Chance, owner: string): JsonObject {
  if (from.is(0.08)) return { redirect: { uri: "/elsewhere" } };
  if (from.is(0.08)) return { directResponse: { status: 418 } };
  const targets = from.is(0.3) ? 2 : 1;
  const route = Array.from({ length: targets }, (): JsonObject => {
    const host = from.is(0.2)
      ? `ratings.${owner}.svc.cluster.local`
      : from.of(["reviews", `reviews.${owner}.svc.cluster.local`]);
    // A short name is the object's namespace's; here both are named so that either resolves.
    const destination = {
      host: host === "reviews" ? `reviews.${owner}.svc.cluster.local` : host,
      ...(from.is(0.3) && { port: { number: PORT } }),
    };
    const subset =
      from.is(0.6) && host !== `ratings.${owner}.svc.cluster.local` ? { subset: from.of(["v1", "v2", "v3"]) } : {};
    return { destination: { ...destination, ...subset }, ...(targets > 1 && { weight: from.of([0, 10, 50, 90]) }) };
  });
  const weights = route.map((each) => each["weight"]);
  if (targets > 1 && weights.every((weight) => weight === 0))
    return { route: route.slice(0, 1).map(({ weight: _, ...rest }) => rest) };
  return { route, ...(from.is(0.15) && { rewrite: { uri: "/other" } }) };
}

export function rules(from: Chance, scene: Pick<WayScene, "client" | "owner">, delegates: boolean): readonly Json[] {
  return Array.from({ length: from.number(1, 4) }, (): JsonObject => {
    const matches = from.is(0.75) ? { match: Array.from({ length: from.number(1, 2) }, () => match(from, scene)) } : {};
    if (delegates && from.is(0.2))
      return { ...matches, delegate: { name: from.of(["d1", "d2", "d3"]), namespace: scene.owner } };
    return { ...matches, ...action(from, scene.owner) };
  });
}

export const exported = (from: Chance, client: string): JsonObject =>
  from.is(0.6) ? {} : { exportTo: [from.of(["*", ".", client, "elsewhere"])] };

function virtualService(
  from: Chance,
  scene: Pick<WayScene, "client" | "owner">,
  namespace: string,
  name: string,
): Wanted {
  const full = `reviews.${scene.owner}.svc.cluster.local`;
  const host =
    namespace === scene.owner && from.is(0.5) ? "reviews" : from.is(0.8) ? full : `*.${scene.owner}.svc.cluster.local`;
  const gateways = from.is(0.15) ? { gateways: from.of([["mesh"], ["edge/public"], ["mesh", "edge/public"]]) } : {};
  return {
    ...{ kind: "VirtualService", namespace, name },
    spec: { hosts: [host], ...gateways, ...exported(from, scene.client), http: rules(from, scene, true) },
  };
}

export function destinationRule(
  from: Chance,
  scene: Pick<WayScene, "client" | "owner">,
  namespace: string,
  name: string,
): Wanted {
  const subsets = from.some(["v1", "v2", "v3"], 0, 3).map((version) => ({ name: version, labels: { version } }));
  const host = from.is(0.85) ? `reviews.${scene.owner}.svc.cluster.local` : `*.${scene.owner}.svc.cluster.local`;
  const selects =
    namespace === scene.client && from.is(0.3)
      ? { workloadSelector: { matchLabels: { version: from.of(["v1", "v2"]) } } }
      : {};
  return {
    kind: "DestinationRule",
    namespace,
    name,
    spec: { host, ...selects, ...exported(from, scene.client), subsets },
  };
}

function sidecar(from: Chance, { client, owner }: Pick<WayScene, "client" | "owner">): Wanted {
  const hosts = from.of([
    ["./*", `${owner}/*`],
    ["./*"],
    ["./*", `*/reviews.${owner}.svc.cluster.local`],
    ["*/*"],
    ["./*", `${owner}/ratings.${owner}.svc.cluster.local`],
  ]);
  const selects = from.is(0.3) ? { workloadSelector: { labels: { version: from.of(["v1", "v2"]) } } } : {};
  return {
    kind: "Sidecar",
    namespace: client,
    name: from.of(["a", "default"]),
    spec: { ...selects, egress: [{ hosts }] },
  };
}

export function apiMatch(from: Chance): JsonObject {
  const conditions: readonly (() => JsonObject)[] = [
    () => ({
      path: {
        type: from.is(0.6) ? "PathPrefix" : "Exact",
        value: from.of(["/", "/a", "/a/b", "/api", "/api/", "/ap"]),
      },
    }),
    () => ({ method: from.of(METHODS) }),
    () => ({ headers: [{ name: "x-user", value: from.of(HEADERS) }] }),
    () => ({ queryParams: [{ name: "user", value: from.of(["ann", "bob"]) }] }),
  ];
  return Object.assign({}, ...from.some(conditions, 1, 2).map((make) => make())) as JsonObject;
}

function httpRoute(from: Chance, { owner }: Pick<WayScene, "owner">, namespace: string, name: string): Wanted {
  const backend = (): JsonObject => ({
    ...{ name: from.of(["reviews", "ratings"]), namespace: owner, port: PORT },
    ...(from.is(0.4) && { weight: from.of([0, 1, 9]) }),
  });
  const rule = (): JsonObject => ({
    ...(from.is(0.75) && { matches: Array.from({ length: from.number(1, 2) }, () => apiMatch(from)) }),
    backendRefs: Array.from({ length: from.number(1, 2) }, backend),
  });
  const parent = { group: "", kind: "Service", name: "reviews", namespace: owner };
  return {
    ...{ kind: "HTTPRoute", namespace, name },
    spec: {
      parentRefs: [{ ...parent, ...(from.is(0.25) && { port: from.is(0.7) ? PORT : 81 }) }],
      rules: Array.from({ length: from.number(1, 3) }, rule),
    },
  };
}

export function wayScene(from: Chance, index: number): WayScene {
  const scene = { owner: `r${index}`, client: `c${index}` };
  const some = (share: number, make: () => Wanted): readonly Wanted[] => (from.is(share) ? [make()] : []);
  return {
    ...scene,
    ip: `127.32.${index >> 7}.${(index & 127) + 1}`,
    labels: { app: "web", version: from.of(["v1", "v2"]) },
    policies: [
      ...some(0.85, () => virtualService(from, scene, scene.owner, "m")),
      ...some(0.25, () => virtualService(from, scene, scene.owner, from.of(["l", "n"]))),
      ...some(0.25, () => virtualService(from, scene, scene.client, from.of(["k", "o"]))),
      ...["d1", "d2"].flatMap((name) =>
        some(0.7, () => ({
          ...{ kind: "VirtualService", namespace: scene.owner, name },
          spec: { ...exported(from, scene.client), http: rules(from, scene, false) },
        })),
      ),
      ...some(0.85, () => destinationRule(from, scene, scene.owner, "m")),
      ...some(0.2, () => destinationRule(from, scene, scene.owner, from.of(["l", "n"]))),
      ...some(0.25, () => destinationRule(from, scene, scene.client, "k")),
      ...some(0.25, () => sidecar(from, scene)),
    ],
    routes: [
      ...some(0.3, () => httpRoute(from, scene, scene.owner, "s")),
      ...some(0.15, () => httpRoute(from, scene, scene.owner, from.of(["r", "t"]))),
      ...some(0.2, () => httpRoute(from, scene, scene.client, "q")),
    ],
  };
}
