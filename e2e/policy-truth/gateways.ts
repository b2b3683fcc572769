/** Gateways: where the console says that seeded requests and connections from outside go, against an Envoy with the pushed listeners. */
import { request as overHttp } from "node:http";
import { CLUSTER_HEADER, connectionListener, outboundListener } from "#lab/real/data-plane.ts";
import type { Pushed } from "#lab/real/pushed.ts";
import type { ClusterInventory, Service } from "#lib/inventory/model.ts";
import { takenBy } from "#lib/mesh/istio/policy/meaning/routing/connection.ts";
import { gatewayTable, hostFor, refused, routeAt } from "#lib/mesh/istio/policy/meaning/routing/gateway.ts";
import type { RequestFacts } from "#lib/mesh/istio/policy/meaning/routing/match.ts";
import { type Chosen, chosenOf } from "#lib/mesh/istio/policy/meaning/routing/target.ts";
import type { GatewayWorld } from "#lib/mesh/istio/policy/meaning/routing/world.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { type Chance, chance } from "./chance.ts";
import { claimsScene, verified } from "./claims-scene.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { ask, type Backends, helloFor, startBackends } from "./connect.ts";
import { GATE, type GatewayScene, gatewayScene, HOSTS } from "./gateway-scene.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { BACKEND_HEADER, exchange } from "./send.ts";
import { type Sent, signer, withoutTokens, withQuery } from "./tokens.ts";
import { ROOT } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import { HEADERS, METHODS, PATHS, PORT } from "./way-scene.ts";

interface Call {
  readonly spoken: keyof typeof GATE;
  /** Of the request, or the server name. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly user: string | null;
  readonly sent: Sent;
}

/** `scenes` gateways with `each` calls, from one seed: one cluster, one push, one Envoy. A third as many beside them route by claims. */
export async function compareGateways(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const keys = await signer(Math.floor(Date.now() / 1000));
  const plain = Array.from({ length: scenes }, (_, index) => gatewayScene(from, index));
  const pairs = plain.flatMap((one) => Array.from({ length: each }, () => ({ one, sent: callOf(from) })));
  const claiming = Array.from({ length: scenes / 3 }, (_, index) => claimsScene(from, index, keys));
  for (const one of claiming)
    for (let n = 0; n < each; n++)
      pairs.push({ one, sent: { ...callOf(from), spoken: "http", sent: await keys.token(from) } });
  const all = [...plain, ...claiming];
  const cluster = await startCluster(env);
  try {
    const backends = await startBackends();
    cluster.closing(backends.close);
    const objects = (await parallel(all, (one) => setUp(cluster, one))).flat();
    const clusters = new Set<string>();
    const served = new Set<string>();
    const listeners = await parallel(all, async (one) => {
      const { client: namespace, owner, ip, labels } = one;
      const pushed = await cluster.pushedTo({ pod: "gate", namespace, ip, labels, type: "router" });
      for (const { name } of pushed.clusters) if (name.endsWith(`.${owner}.svc.cluster.local`)) clusters.add(name);
      return listenersOf(one, objects, pushed, served);
    });
    await cluster.run(listeners.flat(), clusters, backends.at);
    const found = tally();
    await parallel(pairs, async ({ one, sent }) => {
      const ours = expected(objects, one, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const there = served.has(`${one.client} ${sent.spoken}`);
      const real = there ? await send(one, sent, backends).catch(String) : "no listener";
      const family = one.api ? "API " : one.client.startsWith("k") ? "by claims: " : "";
      const told = { ...ours, kind: `${family}${ours.kind}` };
      const what = `${withoutTokens(sent)} to ${one.client} at ${one.ip}`;
      compareWays(found, told, real, { seed, what, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

const callOf = (from: Chance): Call => ({
  spoken: from.of(["http", "http", "http", "tcp", "tls"] as const),
  host: from.is(0.6) ? from.of(["a.test", "w.a.test"]) : from.of(HOSTS),
  method: from.of(METHODS),
  path: from.of([...PATHS, "/a/b", "/a/c"]),
  user: from.is(0.5) ? from.of(HEADERS) : null,
  sent: { headers: {}, query: null, token: null },
});

async function setUp(cluster: Cluster, one: GatewayScene): Promise<readonly Manifest[]> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "gate" });
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  const service = (namespace: string, name: string, app: string, ports: Readonly<Record<string, number>>): object => ({
    ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace } },
    spec: { selector: { app }, ports: Object.entries(ports).map(([spoken, port]) => ({ name: spoken, port })) },
  });
  // By its name istiod finds the proxy of a Gateway.
  await cluster.create("services", service(one.client, "in-istio", "gate", GATE));
  for (const name of ["reviews", "ratings"])
    await cluster.create("services", service(one.owner, name, name, { http: PORT }));
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
    ...(await write(cluster, "security.istio.io/v1", one.authentication)),
  ];
}

/** But those that Envoy refuses, of which nothing is asked. */
function listenersOf(
  one: GatewayScene,
  objects: readonly Manifest[],
  pushed: Pushed,
  served: Set<string>,
): readonly object[] {
  const { table } = at(objects, one);
  return (["http", "tcp", "tls"] as const).flatMap((spoken) => {
    const port = GATE[spoken];
    const name = `0.0.0.0_${port}`;
    if (refused(table, port) || pushed.listeners.every((each) => each.name !== name)) return [];
    served.add(`${one.client} ${spoken}`);
    const where = { ip: one.ip, port };
    return (spoken === "http" ? outboundListener(pushed, where) : connectionListener(pushed, name, where)) ?? [];
  });
}

function at(objects: readonly Manifest[], { client: namespace, labels }: GatewayScene) {
  const own: Service = {
    ...{ cluster: "truth", namespace, name: "in-istio", selector: { app: "gate" }, headless: false },
    ...{ workloads: ["gate"], ports: Object.values(GATE).map((port) => ({ ...UNNAMED, port, targetPort: port })) },
  };
  const world = gatewayWorld(objects, [own]);
  const proxy = { namespace, name: "gate", labels, services: ["in-istio"] };
  return { table: gatewayTable(proxy, world), world };
}

/** With these Services. */
export function gatewayWorld(objects: readonly Manifest[], services: readonly Service[]): GatewayWorld {
  const byName = new Map(services.map((each) => [`${each.namespace}/${each.name}`, each]));
  const inventory: ClusterInventory = {
    ...{ cluster: "truth", asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), externalHosts: [] },
    ...{ workloadByIp: new Map(), unread: [], services: byName },
  };
  const byKind = Map.groupBy(objects, manifestKindKey);
  return { ...{ rootNamespace: ROOT, inventory }, objects: (kind) => byKind.get(kind) ?? [] };
}

const UNNAMED = { name: null, protocol: "TCP", appProtocol: null };

function expected(objects: readonly Manifest[], one: GatewayScene, sent: Call): Expected {
  const { table, world } = at(objects, one);
  if (table.lacks.length > 0) return { lacks: table.lacks };
  const listens = GATE[sent.spoken];
  const there = table.servers.filter((server) => server.listens === listens);
  if (sent.spoken !== "http") return connected(one, sent, listens, table, world);
  if (there.length === 0) return { kind: "no listener", answers: new Set(["no listener"]), by: "none" };
  const { refused: bad, answer, token } = verified(one, sent.sent, objects);
  if (typeof bad !== "boolean") return { lacks: bad.lacks };
  if (bad) return { kind: answer ?? "401", answers: new Set([answer ?? "401", answer ?? "403"]), by: "the JWT" };
  const found = hostFor(table, listens, sent.host);
  if (found === null) return { kind: "404", answers: new Set(["404"]), by: "no host" };
  if (found.redirects) return { kind: "301", answers: new Set(["301"]), by: found.domain };
  const query = new URLSearchParams(sent.path.split("?")[1]);
  const facts: RequestFacts = {
    ...{ method: sent.method, path: pathOf(sent), normalization: "BASE", scheme: "http", authority: sent.host },
    ...(token !== undefined && { token }),
    ...{ headers: { "x-user": sent.user }, query: { user: query.get("user"), debug: query.get("debug") } },
  };
  const outcome = routeAt(found, facts, world);
  if (outcome.kind === "unknown") return { lacks: outcome.lacks };
  if (outcome.kind !== "routed") return { kind: "404", answers: new Set(["404"]), by: found.domain };
  const { chosen } = outcome;
  if (chosen.does === "redirect") return { kind: "301", answers: new Set(["301"]), by: byOf(chosen) };
  if (chosen.does === "answer") {
    const { status } = chosen.rule["directResponse"] as { readonly status?: number };
    return { kind: "an answer", answers: new Set([String(status)]), by: byOf(chosen) };
  }
  const ends = endsOf(chosen, one, ["500", "503"]);
  const { kind } = found.server.gateway;
  return kind === "ListenerSet" && !("lacks" in ends) && ends.kind.startsWith("by")
    ? { ...ends, kind: `by a ${kind}` }
    : ends;
}

function connected(
  { client: namespace, labels }: GatewayScene,
  { spoken, host }: Call,
  listens: number,
  table: ReturnType<typeof gatewayTable>,
  world: GatewayWorld,
): Expected {
  const chains = table.chains.filter(({ server }) => server.listens === listens);
  if (refused(table, listens)) return { lacks: ["a listener that Envoy takes"] };
  if (chains.length === 0) return { kind: "no listener", answers: new Set(["no listener"]), by: "no chain" };
  const taken = takenBy(chains, { sni: spoken === "tls" ? host : null });
  if (taken.kind === "unknown") return { lacks: taken.lacks };
  if (!taken.chain?.found) return { kind: "closed", answers: new Set(["closed"]), by: "no chain" };
  return endsOf(chosenOf(taken.chain.found, { namespace, labels, port: listens }, world), null, ["closed", "closed"]);
}

const pathOf = ({ path, sent }: Call): string => withQuery(path, sent.query);

const byOf = ({ object, path }: Chosen): string =>
  `${object?.metadata.namespace}/${object?.metadata.name} ${path.join(".")}`;

/** Names of clusters; `lost`: what a backend that may not be named and a subset that isn't there answer. */
function endsOf(chosen: Chosen, one: GatewayScene | null, lost: readonly [string, string]): Expected {
  const ends = chosen.to
    .filter(({ share }) => share > 0)
    .map(({ host, port, subset, declaredBy }) => {
      if (host === "") return lost[0];
      return subset !== null && declaredBy === null ? lost[1] : `outbound|${port ?? PORT}|${subset ?? ""}|${host}`;
    });
  const failing = ends.find((end) => lost.includes(end));
  const kind = one === null ? "a connection" : `by a ${chosen.object?.kind}`;
  return { kind: failing ?? kind, answers: new Set(ends), by: byOf(chosen) };
}

async function send({ ip }: GatewayScene, call: Call, backends: Backends): Promise<string> {
  const to = { ip, port: GATE[call.spoken] };
  if (call.spoken !== "http") {
    const end = await ask(to, call.spoken === "tls" ? await helloFor(call.host) : Buffer.from("hello\n"));
    return backends.name(end) ?? end;
  }
  const headers = { host: call.host, ...(call.user !== null && { "x-user": call.user }), ...call.sent.headers };
  const [method, path] = [call.method, pathOf(call)];
  const answer = await exchange((take) =>
    overHttp({ host: to.ip, port: to.port, method, path, headers, agent: false }, take),
  );
  if (answer === null) return "closed";
  return answer.headers[BACKEND_HEADER] === undefined
    ? String(answer.statusCode)
    : String(answer.headers[CLUSTER_HEADER]);
}
