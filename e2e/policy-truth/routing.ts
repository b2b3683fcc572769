/** Routing: where the console says that seeded requests of a client go, against where an Envoy with the pushed routes sends them. */
import { type IncomingMessage, request as overHttp } from "node:http";
import { CLUSTER_HEADER, outboundListener } from "#lab/real/data-plane.ts";
import type { RequestFacts } from "#lib/mesh/istio/policy/meaning/routing/match.ts";
import { type Routed, route } from "#lib/mesh/istio/policy/meaning/routing/route.ts";
import { lostAt, type Target } from "#lib/mesh/istio/policy/meaning/routing/target.ts";
import type { RoutingWorld } from "#lib/mesh/istio/policy/meaning/routing/world.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { BACKEND_HEADER, exchange } from "./send.ts";
import { ROOT } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import { HEADERS, METHODS, PATHS, PORT, type WayScene, wayScene } from "./way-scene.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly user: string | null;
}

/** The objects by their kinds, as the console asks for them. */
export function routingWorld(objects: readonly Manifest[]): RoutingWorld {
  const byKind = Map.groupBy(objects, manifestKindKey);
  return { rootNamespace: ROOT, objects: (kind) => byKind.get(kind) ?? [] };
}

/** `scenes` clients with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareRouting(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => wayScene(from, index));
  const pairs = all.flatMap((one) => Array.from({ length: each }, () => ({ one, call: callOf(from, one) })));
  const cluster = await startCluster(env);
  try {
    const objects: Manifest[] = [];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const clusters = new Set(["PassthroughCluster"]);
    const listeners = await parallel(all, async ({ client, owner, ip, labels }) => {
      const pushed = await cluster.pushedTo({ pod: "web", namespace: client, ip, labels });
      // Other clients may be shown other subsets of what isn't theirs.
      const own = [client, owner].map((namespace) => `.${namespace}.svc.cluster.local`);
      for (const { name } of pushed.clusters) if (own.some((end) => name.endsWith(end))) clusters.add(name);
      return outboundListener(pushed, { ip, port: PORT });
    });
    await cluster.run(listeners, clusters);
    const found = tally();
    const world = routingWorld(objects);
    await parallel(pairs, async ({ one, call: sent }) => {
      const ours = expected(world, one, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const real = await send(one, sent).catch(String);
      const what = `${JSON.stringify(sent)} of ${JSON.stringify(one.labels)} in ${one.client}`;
      compareWays(found, ours, real, { seed, what, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

export const service = (namespace: string, name: string, more: object = {}, headless = false): object => ({
  ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace, ...more } },
  spec: { selector: { app: name }, ports: [{ name: "http", port: PORT }], ...(headless && { clusterIP: "None" }) },
});

async function setUp(cluster: Cluster, one: WayScene): Promise<readonly Manifest[]> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "web" });
  // The client knows a service of its own whatever its Sidecar says, so that there is a listener.
  await cluster.create("services", service(one.client, "own"));
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  // Every third is headless: its requests are routed alike.
  const headless = Number(one.owner.slice(1)) % 3 === 1;
  for (const name of ["reviews", "ratings"]) await cluster.create("services", service(one.owner, name, {}, headless));
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
  ];
}

export function callOf(from: Chance, { owner }: Pick<WayScene, "owner">): Call {
  const full = `reviews.${owner}.svc.cluster.local`;
  return {
    ...{ method: from.of(METHODS), path: from.of(PATHS), user: from.is(0.6) ? from.of(HEADERS) : null },
    host: from.is(0.6) ? full : from.of([`${full}:${PORT}`, `reviews.${owner}`]),
  };
}

/** Names of clusters, or statuses that the proxy itself answers. */
export function expected(
  world: RoutingWorld,
  { owner, client, labels }: WayScene,
  sent: Call,
  called = `reviews.${owner}.svc.cluster.local`,
): Expected {
  const { outcome } = route(called, owner, { namespace: client, labels, port: PORT }, factsOf(sent), world);
  return answersOf(outcome, ({ port, subset, host }) => `outbound|${port ?? PORT}|${subset ?? ""}|${host}`);
}

export const factsOf = ({ method, path, host, user }: Call): RequestFacts => ({
  ...{ method, path, normalization: "BASE", scheme: "http", authority: host },
  ...{ headers: { "x-user": user }, query: { user: new URLSearchParams(path.split("?")[1]).get("user") } },
});

/** `clusterOf`: what the proxy calls a target. */
export function answersOf(outcome: Routed["outcome"], clusterOf: (target: Target) => string): Expected {
  if (outcome.kind === "unknown") return { lacks: outcome.lacks };
  if (outcome.kind === "out of scope") {
    return {
      kind: "out of scope",
      answers: new Set(["PassthroughCluster"]),
      by: outcome.by.sidecar?.metadata.name ?? outcome.by.why,
    };
  }
  if (outcome.kind === "no route") return { kind: "404", answers: new Set(["404"]), by: outcome.by.metadata.name };
  const { object, path, rule, does, to } = outcome.chosen;
  const by = `${object?.metadata.namespace}/${object?.metadata.name} ${path.join(".")}`;
  if (does === "redirect") return { kind: "301", answers: new Set(["301"]), by };
  if (does === "answer") {
    const status = String((rule["directResponse"] as { readonly status?: number }).status);
    return { kind: status, answers: new Set([status]), by };
  }
  const clusters = to
    .filter(({ share }) => share > 0)
    .map((target) => {
      const lost = lostAt(target);
      if (lost !== null) return String(lost === "kept" ? target.missing : lost === "not granted" ? 500 : 503);
      return clusterOf(target);
    });
  const kind = object?.kind === "HTTPRoute" ? "by an HTTPRoute" : "a cluster";
  return { kind: clusters.includes("503") ? "503" : kind, answers: new Set(clusters), by };
}

export async function send({ ip }: WayScene, { method, path, host, user }: Call): Promise<string> {
  const headers = { host, ...(user !== null && { "x-user": user }) };
  const answer = await exchange((take) =>
    overHttp({ host: ip, port: PORT, method, path, headers, agent: false }, take),
  );
  return wentTo(answer);
}

/** The cluster, or the status that the proxy itself answered. */
export function wentTo(answer: IncomingMessage | null): string {
  if (answer === null) return "closed";
  return answer.headers[BACKEND_HEADER] === undefined
    ? String(answer.statusCode)
    : String(answer.headers[CLUSTER_HEADER]);
}
