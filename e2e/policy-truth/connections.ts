/** Connections: where the console says that those of a client end, against where an Envoy with the pushed listeners makes them end. */
import { connectionListener } from "#lab/real/data-plane.ts";
import type { Pushed } from "#lab/real/pushed.ts";
import { byteTable } from "#lib/mesh/istio/policy/meaning/routing/bytes.ts";
import { clash, type Taken, takenBy, takesAll } from "#lib/mesh/istio/policy/meaning/routing/connection.ts";
import type { Caller } from "#lib/mesh/istio/policy/meaning/routing/match.ts";
import { chosenOf, lostAt } from "#lib/mesh/istio/policy/meaning/routing/target.ts";
import type { RoutingWorld } from "#lib/mesh/istio/policy/meaning/routing/world.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ByteScene, byteScene, NAMES, PORTS, type Spoken } from "./byte-scene.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { ask, helloFor, startBackends } from "./connect.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { ROOT } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";

interface Call {
  readonly one: ByteScene;
  readonly spoken: Spoken;
  /** null: no TLS. */
  readonly sni: string | null;
}

interface SetUp {
  readonly objects: readonly Manifest[];
  /** Addresses of the services. */
  readonly vips: Readonly<Record<Spoken, string>>;
}

/** `scenes` clients with `each` connections, from one seed: one cluster, one push, one Envoy. */
export async function compareConnections(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => byteScene(from, index));
  const calls = all.flatMap((one) => Array.from({ length: each }, () => call(from, one)));
  const cluster = await startCluster(env);
  try {
    const backends = await startBackends();
    cluster.closing(backends.close);
    const made = await parallel(all, (one) => setUp(cluster, one));
    const objects = made.flatMap((each_) => each_.objects);
    const clusters = new Set(["PassthroughCluster"]);
    const served = new Set<string>();
    const listeners = await parallel([...all.entries()], async ([index, one]) => {
      const { client: namespace, owner, ip, labels } = one;
      const pushed = await cluster.pushedTo({ pod: "web", namespace, ip, labels });
      for (const { name } of pushed.clusters) if (name.endsWith(`.${owner}.svc.cluster.local`)) clusters.add(name);
      return listenersOf(one, made[index], pushed, objects, served);
    });
    await cluster.run(listeners.flat(), clusters, backends.at);
    const hellos = new Map(
      await Promise.all(NAMES.map(async (name) => [name as string, await helloFor(name)] as const)),
    );
    const found = tally();
    await parallel(calls, async (sent) => {
      const ours = expected(objects, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const there = served.has(keyOf(sent.one, sent.spoken));
      const first = sent.sni === null ? Buffer.from("hello\n") : (hellos.get(sent.sni) ?? Buffer.from("hello\n"));
      const to = { ip: sent.one.ip, port: PORTS[sent.spoken] };
      const end = there ? await ask(to, first).catch(String) : "no listener";
      const { one, spoken, sni } = sent;
      const what = `${spoken} with ${sni} of ${JSON.stringify(one.labels)} in ${one.client} at ${one.ip}`;
      compareWays(found, ours, backends.name(end) ?? end, { seed, what, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

const keyOf = ({ client }: ByteScene, spoken: Spoken): string => `${client} ${spoken}`;

/** But those that Envoy refuses, of which nothing is asked. */
function listenersOf(
  one: ByteScene,
  made: SetUp | undefined,
  pushed: Pushed,
  objects: readonly Manifest[],
  served: Set<string>,
): readonly object[] {
  return (["tcp", "tls"] as const).flatMap((spoken) => {
    if (refused(tableOf(objects, one, spoken))) return [];
    const port = PORTS[spoken];
    const listener = connectionListener(pushed, `${made?.vips[spoken]}_${port}`, { ip: one.ip, port });
    if (listener !== null) served.add(keyOf(one, spoken));
    return listener ?? [];
  });
}

async function setUp(cluster: Cluster, one: ByteScene): Promise<SetUp> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "web" });
  const service = (namespace: string, name: string, ports: readonly object[]): object => ({
    ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace } },
    spec: { selector: { app: name }, ports },
  });
  // Something that has routes, which a push ends with.
  await cluster.create("services", service(one.client, "own", [{ name: "http", port: 19_080 }]));
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  const port = (spoken: Spoken) => ({ name: spoken, port: PORTS[spoken] });
  await cluster.create("services", service(one.owner, "other", [port("tcp"), port("tls")]));
  const vipOf = async (spoken: Spoken): Promise<string> => {
    const made = await cluster.create("services", service(one.owner, spoken, [port(spoken)]));
    return String((made.spec as { readonly clusterIP?: string }).clusterIP);
  };
  const vips = { tcp: await vipOf("tcp"), tls: await vipOf("tls") };
  const objects = [
    ...(await write(cluster, "networking.istio.io/v1", one.policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
  ];
  return { objects, vips };
}

const call = (from: Chance, one: ByteScene): Call => {
  const spoken = from.of(["tcp", "tls"] as const);
  return { one, spoken, sni: from.is(spoken === "tls" ? 0.85 : 0.2) ? from.of(NAMES) : null };
};

const worldOf = (objects: readonly Manifest[]) => ({
  ...{ rootNamespace: ROOT, objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind) },
});

const tableOf = (objects: readonly Manifest[], { owner, client, labels }: ByteScene, spoken: Spoken) =>
  byteTable(
    `${spoken}.${owner}.svc.cluster.local`,
    owner,
    { namespace: client, labels, port: PORTS[spoken] },
    spoken,
    worldOf(objects),
  );

const refused = ({ chains }: ReturnType<typeof tableOf>): boolean => clash(chains.filter((chain) => !takesAll(chain)));

/** Names of clusters. */
function expected(objects: readonly Manifest[], { one, spoken, sni }: Call): Expected {
  const table = tableOf(objects, one, spoken);
  if (table.outOfScope !== null) {
    return {
      kind: "out of scope",
      answers: new Set(["no listener"]),
      by: table.outOfScope.sidecar?.metadata.name ?? "",
    };
  }
  if (refused(table)) return { lacks: ["a listener that Envoy takes"] };
  const caller = { namespace: one.client, labels: one.labels, port: PORTS[spoken] };
  const taken = takenBy(table.chains, { sni, address: one.ip });
  return endOf(taken, caller, `${spoken}.${one.owner}.svc.cluster.local`, worldOf(objects), spoken);
}

/** Where a connection ends that a chain takes, or none. `called`: the host. */
export function endOf(taken: Taken, caller: Caller, called: string, world: RoutingWorld, spoken: Spoken): Expected {
  if (taken.kind === "unknown") return { lacks: taken.lacks };
  const { port } = caller;
  if (taken.chain === null) return { kind: "past the rules", answers: new Set(["PassthroughCluster"]), by: "none" };
  const { found } = taken.chain;
  if (found === null) {
    return { kind: "the service itself", answers: new Set([`outbound|${port}||${called}`]), by: "none" };
  }
  const ends = chosenOf(found, caller, world)
    .to.filter(({ share }) => share > 0)
    .map((target) => {
      const { host, subset, port: named } = target;
      return lostAt(target) === null ? `outbound|${named ?? port}|${subset ?? ""}|${host}` : "closed";
    });
  const by = `${found.owner.metadata.namespace}/${found.owner.metadata.name} ${found.path.join(".")}`;
  const kind = found.owner.kind === "VirtualService" ? `a rule for ${spoken}` : `a ${found.owner.kind}`;
  return { kind: ends.includes("closed") ? "closed" : kind, answers: new Set(ends), by };
}
