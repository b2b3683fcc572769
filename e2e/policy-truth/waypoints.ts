/** Waypoints: whom they let in, as the console says it of seeded requests, against an Envoy with the filters pushed for each Service. */
import { waypointListener } from "#lab/real/data-plane.ts";
import { authorize } from "#lib/mesh/istio/policy/meaning/authorization/decide.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { report } from "./access.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { type Expected, inWords } from "./expected.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import type { Wanted } from "./policies.ts";
import { type Request, request } from "./requests.ts";
import { rootPolicies, type Scene, scene } from "./scene.ts";
import { send } from "./send.ts";
import { type Read, reading } from "./settings.ts";
import { signer } from "./tokens.ts";
import { PORTS } from "./vocabulary.ts";
import { createWaypointClass, deployWaypoint, pushedToWaypoint, WAYPOINT, WAYPOINT_CLASS } from "./waypoint.ts";

const SECURITY = "security.istio.io/v1";

/** Of the Service by its ports; each is a chain of its own. */
const CHAINS = [
  [PORTS.first, "http"],
  [PORTS.second, "http"],
  [PORTS.bytes, "tcp"],
] as const;

/** `scenes` waypoints with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareWaypoints(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const keys = await signer(Math.floor(Date.now() / 1000));
  const from = chance(seed);
  const root = rootPolicies(from, keys).map((policy) => ({ ...policy, spec: aimed(policy.spec, [OF_CLASS]) }));
  const all = Array.from({ length: scenes }, (_, index) => waypointScene(from, scene(from, index, keys)));
  const pairs: { readonly one: Scene; readonly sent: Request }[] = [];
  for (const one of all)
    for (let n = 0; n < each; n++) pairs.push({ one, sent: byHbone(await request(from, one, keys)) });
  const cluster = await startCluster(env, true);
  try {
    await createWaypointClass(cluster);
    const objects = [...(await write(cluster, SECURITY, root.filter(isAimable)))];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const clusters = new Set<string>();
    const listeners = await parallel(all, async ({ namespace, ip }) => {
      const pushed = await pushedToWaypoint(cluster, { namespace, ip: waypointAt(ip) });
      for (const { name } of pushed.clusters) clusters.add(name);
      return CHAINS.map(([port, carries]) =>
        waypointListener(pushed, `inbound-vip|${port}|${carries}|w.${namespace}.svc.cluster.local`, { ip, port }),
      );
    });
    await cluster.run(listeners.flat(), clusters);
    const found = tally();
    const read = reading({}, objects);
    await parallel(pairs, async ({ one, sent }) => {
      const ours = expected(read, one, sent);
      if ("lacks" in ours) return found.leaveOpen(ours.lacks);
      const real = await send(sent, cluster.identity).catch(String);
      found.decide(ours.answer);
      if (ours.answer.split(" or ").includes(real)) return;
      found.differ(report({ under: { seed, mesh: {} }, ours: `${ours.answer} (${ours.by})`, real, one, sent, read }));
    });
    return found;
  } finally {
    await cluster.close();
  }
}

/** Beside the address that its Service is asked at. */
const waypointAt = (ip: string): string => ip.replace("127.64.", "127.65.");

/** ztunnels send mutual TLS without a server name, to ports of the Service alone. */
function byHbone(sent: Request): Request {
  const { facts } = sent;
  const port = sent.to.port === PORTS.unnamed ? PORTS.first : sent.to.port;
  const identity = sent.identity ?? "cluster.local/ns/shop/sa/web";
  return {
    ...{ ...sent, connection: "mutual TLS", identity, sni: null, to: { ...sent.to, port } },
    facts: { ...facts, principal: identity, port, sni: null },
  };
}

type Target = Readonly<Record<"group" | "kind" | "name", string>>;
const OF_CLASS: Target = { group: "gateway.networking.k8s.io", kind: "GatewayClass", name: WAYPOINT_CLASS };
const TARGETS: readonly Target[] = [
  { group: "", kind: "Service", name: "w" },
  { group: "", kind: "Service", name: "w" },
  { group: "gateway.networking.k8s.io", kind: "Gateway", name: WAYPOINT },
  { group: "", kind: "Service", name: "other" },
  { group: "gateway.networking.k8s.io", kind: "Gateway", name: "other" },
];

function aimed(spec: Wanted["spec"], targetRefs: readonly Target[]): Wanted["spec"] {
  const { selector: _, ...rest } = spec;
  return { ...rest, targetRefs };
}

/** PeerAuthentications are for pods. */
const isAimable = ({ kind }: Wanted): boolean => kind !== "PeerAuthentication";

/** Most policies are for the Service or its waypoint, some for others, and some for pods. */
function waypointScene(from: Chance, one: Scene): Scene {
  const policies = one.policies
    .filter(isAimable)
    .map((policy) => (from.is(0.85) ? { ...policy, spec: aimed(policy.spec, from.some(TARGETS, 1, 2)) } : policy));
  return { ...one, policies };
}

/** The namespace, the Service with its pod, its waypoint, and the policies. */
async function setUp(cluster: Cluster, { namespace, ip, labels, policies }: Scene): Promise<readonly Manifest[]> {
  await deploy(cluster, { namespace, pod: "w", ip, labels });
  await deployWaypoint(cluster, { namespace, ip: waypointAt(ip) });
  await cluster.create("services", {
    ...{ apiVersion: "v1", kind: "Service" },
    metadata: { name: "w", namespace, labels: { "istio.io/use-waypoint": WAYPOINT } },
    spec: {
      selector: { app: "w" },
      ports: CHAINS.map(([port, carries]) => ({ name: `${carries}-${port}`, port })),
    },
  });
  return await write(cluster, SECURITY, policies);
}

function expected({ objects: of, root, mesh }: Read, { namespace }: Scene, sent: Request): Expected {
  const verdict = authorize(
    {
      ...{ authorization: of("AuthorizationPolicy"), authentication: of("RequestAuthentication") },
      ...{ rootNamespace: root, trustDomains: mesh.trustDomains, authorizers: mesh.authorizers },
    },
    { kind: "waypoint", namespace, gateway: WAYPOINT, services: [{ namespace, name: "w" }], entries: [] },
    sent.facts,
  );
  return inWords(verdict);
}
