/** Waypoints: where the console says that they send seeded requests, against an Envoy with the routes pushed for each Service. */
import { request as overTls } from "node:https";
import { waypointListener } from "#lab/real/data-plane.ts";
import { decide } from "#lib/mesh/istio/policy/meaning/routing/route.ts";
import { chosenOf, itself } from "#lib/mesh/istio/policy/meaning/routing/target.ts";
import { waypointRules } from "#lib/mesh/istio/policy/meaning/routing/waypoint.ts";
import type { RoutingWorld } from "#lib/mesh/istio/policy/meaning/routing/world.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { chance } from "./chance.ts";
import { type Cluster, startCluster, write } from "./cluster.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { answersOf, type Call, callOf, factsOf, routingWorld, service, wentTo } from "./routing.ts";
import { exchange } from "./send.ts";
import { IDENTITIES } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import { PORT, type WayScene, wayScene } from "./way-scene.ts";
import {
  createWaypointClass,
  deployWaypoint,
  ofWaypoint,
  plain,
  pushedToWaypoint,
  WAYPOINT_LABELS,
} from "./waypoint.ts";

interface WaypointScene extends WayScene {
  /** Where the waypoint is: beside the services, or elsewhere. */
  readonly home: string;
}

/** `scenes` services with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareWaypointRoutes(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index): WaypointScene => {
    const scene = wayScene(from, index);
    return { ...scene, home: from.is(0.6) ? scene.owner : scene.client };
  });
  const pairs = all.flatMap((one) => Array.from({ length: each }, () => ({ one, call: callOf(from, one) })));
  const cluster = await startCluster(env, true);
  try {
    await createWaypointClass(cluster);
    const objects: Manifest[] = [];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const clusters = new Set<string>();
    const listeners = await parallel(all, async ({ home, owner, ip }) => {
      const pushed = await pushedToWaypoint(cluster, { namespace: home, ip });
      for (const { name } of pushed.clusters) clusters.add(name);
      return waypointListener(pushed, `inbound-vip|${PORT}|http|${hostIn(owner)}`, { ip, port: PORT });
    });
    await cluster.run(listeners, clusters);
    const found = tally();
    const world = routingWorld(objects);
    await parallel(pairs, async ({ one, call: sent }) => {
      const ours = expected(world, one, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const real = await send(cluster, one, sent).catch(String);
      const what = `${JSON.stringify(sent)} at the waypoint in ${one.home}`;
      compareWays(found, ours, plain(real), { seed, what, scene: one, objects });
    });
    return found;
  } finally {
    await cluster.close();
  }
}

const hostIn = (owner: string): string => `reviews.${owner}.svc.cluster.local`;

async function setUp(cluster: Cluster, { owner, client, home, ip, policies, routes }: WaypointScene) {
  for (const name of [owner, client])
    await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await deployWaypoint(cluster, { namespace: home, ip });
  await cluster.create("services", service(owner, "reviews", { labels: ofWaypoint(home) }));
  await cluster.create("services", service(owner, "ratings"));
  return [
    ...(await write(cluster, "networking.istio.io/v1", policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", routes)),
  ];
}

function expected(world: RoutingWorld, { owner, home }: WaypointScene, sent: Call): Expected {
  const caller = { namespace: home, labels: WAYPOINT_LABELS, port: PORT };
  // The tunnel's bytes are plaintext; here they come by TLS, which is what Envoy tells the scheme by.
  const facts = { ...factsOf(sent), scheme: "https" };
  const { rules } = waypointRules(hostIn(owner), owner, caller, world);
  const [first] = rules;
  const outcome =
    first === undefined
      ? { kind: "routed" as const, chosen: itself(hostIn(owner), PORT) }
      : decide(first.found.owner, rules, facts, ({ found }) => chosenOf(found, caller, world));
  return answersOf(outcome, ({ port, subset, host }) => `${port ?? PORT}|${subset ?? ""}|${host}`);
}

async function send({ identity }: Cluster, { ip }: WayScene, { method, path, host, user }: Call): Promise<string> {
  const headers = { host, ...(user !== null && { "x-user": user }) };
  const to = { host: ip, port: PORT, method, path, headers, agent: false, ...identity(IDENTITIES[0]) };
  return wentTo(await exchange((take) => overTls({ ...to, rejectUnauthorized: false }, take)));
}
