/**
 * Gateways where TLS ends: which server a client's SNI comes to, and which of its virtual hosts and rules then takes the request, as the
 * console says it, against an Envoy with the pushed listeners. Each rule answers by itself.
 */
import { request as overTls } from "node:https";
import { outboundListener } from "#lab/real/data-plane.ts";
import { gatewayTable, hostFor, refused, routeAt } from "#lib/mesh/istio/policy/meaning/routing/gateway.ts";
import { closest } from "#lib/mesh/istio/policy/meaning/routing/host-pattern.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, CREDENTIAL, deploy, startCluster, write } from "./cluster.ts";
import { HOSTS } from "./gateway-scene.ts";
import { gatewayWorld } from "./gateways.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import type { Wanted } from "./policies.ts";
import { exchange } from "./send.ts";
import { compareWays, type Expected } from "./way.ts";

const PORT = 19_083;
const PATTERNS = ["*.test", "*.a.test", "*"] as const;

interface EndScene {
  readonly owner: string;
  readonly client: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly policies: readonly Wanted[];
}

interface Call {
  /** null: the client asks for no name. */
  readonly sni: string | null;
  readonly host: string;
  readonly path: string;
}

const hosts = (from: Chance, most: number): readonly string[] => from.some([...HOSTS, ...PATTERNS], 1, most);

/** Istio refuses a host twice in a server, and one beside a pattern that holds it. */
function server(from: Chance, owner: string, index: number): JsonObject {
  const scope = from.is(0.2) ? from.of([`${owner}/`, "./", "*/"]) : "";
  const tls = { mode: "SIMPLE", credentialName: CREDENTIAL };
  const [host = "*"] = hosts(from, 1);
  return { port: { number: PORT, name: `https-${index}`, protocol: "HTTPS" }, hosts: [`${scope}${host}`], tls };
}

function endScene(from: Chance, index: number): EndScene {
  const [owner, client] = [`t${index}`, `u${index}`];
  const gateway = (name: string): Wanted => ({
    ...{ kind: "Gateway", namespace: client, name },
    spec: {
      selector: { gate: client },
      servers: Array.from({ length: from.number(1, 3) }, (_, at) => server(from, owner, at)),
    },
  });
  const rule = (base: number, at: number): JsonObject => ({
    ...(from.is(0.6) && { match: [{ uri: { prefix: from.of(["/a", "/b"]) } }] }),
    directResponse: { status: base + at },
  });
  const virtualService = (name: string, at: number): Wanted => ({
    ...{ kind: "VirtualService", namespace: from.of([owner, client]), name },
    spec: {
      ...{ hosts: hosts(from, 1), gateways: [`${client}/g`, ...(from.is(0.4) ? [`${client}/h`] : [])] },
      http: Array.from({ length: from.number(1, 2) }, (_, n) => rule(220 + at * 10, n)),
    },
  });
  return {
    ...{ owner, client, ip: `127.35.${index >> 7}.${(index & 127) + 1}`, labels: { app: "gate", gate: client } },
    policies: [
      gateway("g"),
      ...(from.is(0.4) ? [gateway("h")] : []),
      ...["m", "n", "o", "p"].slice(0, from.number(1, 4)).map(virtualService),
    ],
  };
}

/** `scenes` gateways with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareTlsEnds(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => endScene(from, index));
  const pairs = all.flatMap((one) => Array.from({ length: each }, () => ({ one, sent: callOf(from) })));
  const cluster = await startCluster(env);
  try {
    const objects = (await parallel(all, (one) => setUp(cluster, one))).flat();
    const served = new Set<string>();
    const listeners = await parallel(all, async (one) => {
      const { client: namespace, ip, labels } = one;
      const pushed = await cluster.pushedTo({ pod: "gate", namespace, ip, labels, type: "router" });
      const there = pushed.listeners.some(({ name }) => name === `0.0.0.0_${PORT}`);
      if (!there || refused(tableOf(objects, one).table, PORT)) return [];
      served.add(namespace);
      return [outboundListener(pushed, { ip, port: PORT })];
    });
    await cluster.run(listeners.flat(), new Set());
    const found = tally();
    await parallel(pairs, async ({ one, sent }) => {
      const ours = expected(objects, one, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const real = served.has(one.client) ? await send(one, sent).catch(String) : "no listener";
      compareWays(found, ours, real, { seed, what: `${JSON.stringify(sent)} to ${one.client}`, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

function callOf(from: Chance): Call {
  const host = from.of(HOSTS);
  const sni = from.is(0.7) ? host : from.is(0.2) ? null : from.of(HOSTS);
  return { sni, host: from.is(0.2) ? `${host}:${PORT}` : host, path: from.of(["/", "/a/b", "/b"]) };
}

async function setUp(cluster: Cluster, one: EndScene): Promise<readonly Manifest[]> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "gate" });
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  return await write(cluster, "networking.istio.io/v1", one.policies);
}

function tableOf(objects: readonly Manifest[], { client: namespace, labels }: EndScene) {
  const world = gatewayWorld(objects, []);
  return { table: gatewayTable({ namespace, name: "gate", labels, services: [] }, world), world };
}

function expected(objects: readonly Manifest[], one: EndScene, { sni, host, path }: Call): Expected {
  const { table, world } = tableOf(objects, one);
  if (table.lacks.length > 0) return { lacks: table.lacks };
  if (refused(table, PORT)) return { lacks: ["a listener that Envoy takes"] };
  if (table.hosts.length === 0)
    return { kind: "no host", answers: new Set(["no listener", "404", "closed"]), by: "none" };
  const domains = table.servers.flatMap((server_) => server_.hosts.map((each) => ({ domain: each.host })));
  if (closest(domains, sni ?? "") === null) return { kind: "closed", answers: new Set(["closed"]), by: "no server" };
  const found = hostFor(table, PORT, host, sni ?? "");
  if (found === null) return { kind: "404", answers: new Set(["404"]), by: "no host" };
  const outcome = routeAt(
    found,
    { method: "GET", path, scheme: "https", authority: host, normalization: "BASE" },
    world,
  );
  if (outcome.kind === "unknown") return { lacks: outcome.lacks };
  if (outcome.kind !== "routed") return { kind: "404", answers: new Set(["404"]), by: found.domain };
  const { object, path: at, rule } = outcome.chosen;
  const { status } = rule["directResponse"] as { readonly status?: number };
  return { kind: "an answer", answers: new Set([String(status)]), by: `${object?.metadata.name} ${at.join(".")}` };
}

async function send({ ip }: EndScene, { sni, host, path }: Call): Promise<string> {
  const to = { host: ip, port: PORT, path, headers: { host }, servername: sni ?? "", agent: false };
  const answer = await exchange((take) => overTls({ ...to, rejectUnauthorized: false }, take));
  return answer === null ? "closed" : String(answer.statusCode);
}
