/**
 * ServiceEntries: which way the console says that seeded requests and connections to their hosts go, and which TLS the client's sidecar
 * begins, against an Envoy with what istiod pushes.
 */
import { connectionListener, outboundListener } from "#lab/real/data-plane.ts";
import type { Pushed } from "#lab/real/pushed.ts";
import { calledAt, calledEntry } from "#lib/mesh/istio/policy/meaning/effective/called.ts";
import { entryEnds } from "#lib/mesh/istio/policy/meaning/effective/entry-ends.ts";
import { endpointOf, sentTo } from "#lib/mesh/istio/policy/meaning/effective/entry-tls.ts";
import type { SecurityWorld } from "#lib/mesh/istio/policy/meaning/effective/sight.ts";
import { byteTable } from "#lib/mesh/istio/policy/meaning/routing/bytes.ts";
import { clash, takenBy } from "#lib/mesh/istio/policy/meaning/routing/connection.ts";
import { keepsServices } from "#lib/mesh/istio/policy/meaning/routing/unknown-host.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { ask, helloFor, startBackends } from "./connect.ts";
import { endOf } from "./connections.ts";
import { apiOf, cipherOf, type EntryScene, entryScene, otherOf, TLS_PORT } from "./entry-scene.ts";
import { sends } from "./outbound.ts";
import { type Outcome, parallel, type Tally, tally } from "./outcome.ts";
import { type Call, callOf, expected, send, service } from "./routing.ts";
import { ROOT } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import { PORT } from "./way-scene.ts";

/** `scenes` clients with `each` requests and a few connections, from one seed: one cluster, one push, one Envoy. */
export async function compareEntries(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => entryScene(from, index));
  const pairs = all.flatMap((one) => Array.from({ length: each }, () => ({ one, call: entryCall(from, one) })));
  const cluster = await startCluster(env);
  try {
    const backends = await startBackends();
    cluster.closing(backends.close);
    const objects: Manifest[] = [];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const world = worldOf(objects);
    const found = tally();
    const clusters = new Set(["PassthroughCluster"]);
    const served = new Set<string>();
    const listeners = await parallel(all, async (one) => {
      const { client, owner, ip, labels } = one;
      const pushed = await cluster.pushedTo({ pod: "web", namespace: client, ip, labels });
      const own = [`.${client}.svc.cluster.local`, `.${owner}.example.com`];
      for (const { name } of pushed.clusters) if (own.some((end) => name.endsWith(end))) clusters.add(name);
      compareTls(pushed, one, { seed, world, objects }, found);
      const clashes = clash(tableFor(world, one).chains);
      const cipher = clashes ? null : connectionListener(pushed, `0.0.0.0_${TLS_PORT}`, { ip, port: TLS_PORT });
      if (cipher !== null) served.add(client);
      return [outboundListener(pushed, { ip, port: PORT }), ...(cipher === null ? [] : [cipher])];
    });
    await cluster.run(listeners.flat(), clusters, backends.at);
    await parallel(pairs, async ({ one, call }) => {
      const ours = reached(expected(world, one, call, apiOf(one.owner)), world, one, "503");
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const real = await send(one, call).catch(String);
      const what = `${JSON.stringify(call)} of ${JSON.stringify(one.labels)} in ${one.client}`;
      compareWays(found, ours, real, { seed, what, scene: one, objects });
    });
    await parallel(all, async (one) => {
      for (const sni of [cipherOf(one.owner), otherOf(one.owner), "nobody.test"]) {
        const ours = reached(byName(world, one, sni), world, one, "closed");
        if ("lacks" in ours) return found.leaveOpen(ours.lacks);
        const at = { ip: one.ip, port: TLS_PORT };
        const end = served.has(one.client) ? await ask(at, await helloFor(sni)).catch(String) : "PassthroughCluster";
        const what = `TLS for ${sni} of ${JSON.stringify(one.labels)} in ${one.client}`;
        compareWays(found, ours, backends.name(end) ?? end, { seed, what, scene: one, objects });
      }
    });
    return found;
  } finally {
    await cluster.close();
  }
}

const entryCall = (from: Chance, one: EntryScene): Call => {
  const call = callOf(from, one);
  const host = apiOf(one.owner);
  return { ...call, host: call.host.endsWith(`:${PORT}`) ? `${host}:${PORT}` : host };
};

async function setUp(cluster: Cluster, one: EntryScene): Promise<readonly Manifest[]> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "web" });
  await cluster.create("services", service(one.client, "own"));
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  return [
    ...(await write(cluster, "networking.istio.io/v1", [...one.entries, ...one.policies])),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
  ];
}

function worldOf(objects: readonly Manifest[]): SecurityWorld {
  const byKind = Map.groupBy(objects, manifestKindKey);
  const of = (kind: string) => byKind.get(kind) ?? [];
  return {
    ...{ cluster: "truth", rootNamespace: ROOT, objects: of, sees: () => true, unread: () => null },
    keeps: keepsServices({ services: new Map() }, { entries: () => of("ServiceEntry") }),
    inventory: {
      ...{ cluster: "truth", asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), services: new Map() },
      ...{ externalHosts: [], workloadByIp: new Map(), unread: [] },
    },
  };
}

/** Where TLS for a server name ends at the port of the host with TLS, which is open for all addresses. */
function byName(world: SecurityWorld, one: EntryScene, sni: string): Expected {
  const { owner, client, labels } = one;
  const caller = { namespace: client, labels, port: TLS_PORT };
  const host = cipherOf(owner);
  const { chains, outOfScope } = tableFor(world, one);
  const past = { kind: "out of scope", answers: new Set(["PassthroughCluster"]), by: outOfScope?.why ?? "" };
  if (outOfScope !== null) return past;
  if (clash(chains)) return { lacks: ["a listener that Envoy takes"] };
  const ours = endOf(takenBy(chains, { sni }), caller, host, world, "tls");
  return "kind" in ours ? { ...ours, kind: `TLS: ${ours.kind}` } : ours;
}

const tableFor = (world: SecurityWorld, { owner, client, labels }: EntryScene) =>
  byteTable(cipherOf(owner), owner, { namespace: client, labels, port: TLS_PORT }, "tls", world, true);

/** Clusters of subsets without an endpoint aren't pushed where DNS alone says them. */
function reached(ours: Expected, world: SecurityWorld, { client }: EntryScene, lost: string): Expected {
  if ("lacks" in ours) return ours;
  const answers = [...ours.answers].map((answer) => {
    const [, port, subset, host = ""] = answer.split("|");
    const called = calledAt(host, client, world);
    if (!subset || typeof called === "string" || called?.entry === undefined) return answer;
    if (!called.entry.resolution.startsWith("DNS")) return answer;
    const asked = { port: Number(port), labels: { version: subset }, gateway: false };
    const { ends } = entryEnds({ ...called, entry: called.entry }, asked, world);
    return ends.length === 0 ? lost : answer;
  });
  return { ...ours, answers: new Set(answers) };
}

interface Known {
  readonly seed: number;
  readonly world: SecurityWorld;
  readonly objects: readonly Manifest[];
}

/** Of the hosts' clusters, where the client has them. */
function compareTls(pushed: Pushed, one: EntryScene, { seed, world, objects }: Known, found: Tally): void {
  const { client: namespace, owner, labels } = one;
  const client = { namespace, labels, dataplane: "sidecar" as const };
  for (const { name } of one.entries) {
    const entry = objects.find(
      (each) => each.kind === "ServiceEntry" && each.metadata.name === name && each.metadata.namespace === owner,
    );
    if (entry === undefined) continue;
    const called = calledEntry(entry, `${name}.${owner}.example.com`, world.inventory);
    const [port] = called.ports;
    const real = pushed.clusters.find((each) => each.name === `outbound|${port?.port}||${called.entry?.host}`);
    if (port === undefined || called.entry === undefined || real === undefined) continue;
    const to = { service: { ...called, entry: called.entry }, port: port.port, subset: null };
    const { ends } = entryEnds(to.service, { port: port.port, labels: {}, gateway: false }, world);
    for (const end of ends) {
      if (end.kind === "pods") continue;
      const ours = sentTo(client, true, to, endpointOf(called, end.kind === "called" ? null : end), world);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      found.decide(`sends ${ours.sends}`);
      // Automatic mutual TLS is a choice by endpoint.
      const choice = real["transportSocketMatches"] !== undefined;
      const marked = end.kind === "address" && end.mutual;
      const says = choice && !marked ? "plaintext" : sends(real);
      if (ours.sends === says) continue;
      found.differ([
        `seed ${seed}: ${called.entry.host} for ${namespace}: we say ${ours.sends}, istiod pushes ${says}`,
        JSON.stringify(entry.spec),
      ]);
    }
  }
}
