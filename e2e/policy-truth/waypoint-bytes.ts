/** Waypoints: where the console says that they send connections, against an Envoy with the chains pushed for Services' ports of bytes. */
import { waypointListener } from "#lab/real/data-plane.ts";
import { waypointRule } from "#lib/mesh/istio/policy/meaning/routing/bytes.ts";
import { takenBy } from "#lib/mesh/istio/policy/meaning/routing/connection.ts";
import type { RoutingWorld } from "#lib/mesh/istio/policy/meaning/routing/world.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ByteScene, byteScene, PORTS, type Spoken } from "./byte-scene.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, startCluster, write } from "./cluster.ts";
import { ask, startBackends } from "./connect.ts";
import { endOf } from "./connections.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { routingWorld } from "./routing.ts";
import { IDENTITIES } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import {
  createWaypointClass,
  deployWaypoint,
  ofWaypoint,
  plain,
  pushedToWaypoint,
  WAYPOINT_LABELS,
} from "./waypoint.ts";

interface WaypointScene extends ByteScene {
  /** Where the waypoint is: beside the services, or elsewhere. */
  readonly home: string;
}

const SPOKEN = ["tcp", "tls"] as const;
const hostOf = (owner: string, spoken: Spoken): string => `${spoken}.${owner}.svc.cluster.local`;

/**
 * Rules for TLS count where they name the Service itself. Patterns of hosts are named in full: of what they lead to, a waypoint has
 * clusters of its own Services alone.
 */
function waypointScene(from: Chance, index: number): WaypointScene {
  const scene = byteScene(from, index);
  const { owner } = scene;
  const own = JSON.stringify({ sniHosts: [hostOf(owner, "tls")] }).slice(1, -1);
  const policies = scene.policies.map(({ name, spec, ...rest }) => {
    const full = hostOf(owner, name.endsWith("tls") ? "tls" : "tcp");
    const text = JSON.stringify(spec)
      .replaceAll(`"*.${owner}.svc.cluster.local"`, `"${full}"`)
      .replaceAll(/"sniHosts":\[[^\]]*\]/g, (names) => (from.is(0.5) ? own : names));
    return { ...rest, name, spec: JSON.parse(text) as typeof spec };
  });
  return { ...scene, policies, home: from.is(0.6) ? owner : scene.client };
}

/** `scenes` waypoints with a connection or more to each of two services, from one seed: one cluster, one push, one Envoy. */
export async function compareWaypointBytes(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => waypointScene(from, index));
  const cluster = await startCluster(env, true);
  try {
    const backends = await startBackends();
    cluster.closing(backends.close);
    await createWaypointClass(cluster);
    const objects = (await parallel(all, (one) => setUp(cluster, one))).flat();
    const clusters = new Set<string>();
    const listeners = await parallel(all, async ({ home, owner, ip }) => {
      const pushed = await pushedToWaypoint(cluster, { namespace: home, ip });
      for (const { name } of pushed.clusters) clusters.add(name);
      return SPOKEN.map((spoken) => {
        const port = PORTS[spoken];
        return waypointListener(pushed, `inbound-vip|${port}|tcp|${hostOf(owner, spoken)}`, { ip, port });
      });
    });
    await cluster.run(listeners.flat(), clusters, backends.at);
    const found = tally();
    const world = routingWorld(objects);
    const asked = all.flatMap((one) =>
      SPOKEN.flatMap((spoken) => Array.from({ length: each }, () => ({ one, spoken }))),
    );
    await parallel(asked, async ({ one, spoken }) => {
      const ours = expected(world, one, spoken);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const to = { ip: one.ip, port: PORTS[spoken] };
      const end = await ask(to, Buffer.from("hello\n"), cluster.identity(IDENTITIES[0])).catch(String);
      const what = `${spoken} at the waypoint in ${one.home}`;
      compareWays(found, ours, plain(backends.name(end) ?? end), { seed, what, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

async function setUp(cluster: Cluster, one: WaypointScene): Promise<readonly Manifest[]> {
  const { owner, client, home, ip } = one;
  for (const name of [owner, client])
    await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await deployWaypoint(cluster, { namespace: home, ip });
  const service = (name: string, spoken: readonly Spoken[], labels: object): object => ({
    ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace: owner, labels } },
    spec: { selector: { app: name }, ports: spoken.map((each) => ({ name: each, port: PORTS[each] })) },
  });
  for (const spoken of SPOKEN) await cluster.create("services", service(spoken, [spoken], ofWaypoint(home)));
  await cluster.create("services", service("other", SPOKEN, {}));
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
  ];
}

/** One rule takes all connections, or none does. */
function expected(world: RoutingWorld, { owner, home }: WaypointScene, spoken: Spoken): Expected {
  const caller = { namespace: home, labels: WAYPOINT_LABELS, port: PORTS[spoken] };
  const host = hostOf(owner, spoken);
  const chain = { found: waypointRule(host, owner, caller, world), sni: [], subnets: [] };
  const ours = endOf(takenBy([chain], { sni: null }), caller, host, world, spoken);
  return "lacks" in ours ? ours : { ...ours, answers: new Set([...ours.answers].map(plain)) };
}
