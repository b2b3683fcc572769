/**
 * The mesh's own settings: the same objects under one mesh after another, each read by an istiod of its own. Which way seeded requests
 * go, and which TLS clients send, as the console says it from the settings' text, against an Envoy with what is pushed.
 */
import { outboundListener } from "#lab/real/data-plane.ts";
import type { MeshFields } from "#lab/real/istiod.ts";
import type { Pushed } from "#lab/real/pushed.ts";
import type { Service } from "#lib/inventory/model.ts";
import { peerPolicies } from "#lib/mesh/istio/policy/meaning/inbound-mtls.ts";
import { outboundMtls } from "#lib/mesh/istio/policy/meaning/outbound-mtls.ts";
import { sidecarOf } from "#lib/mesh/istio/policy/meaning/routing/scope.ts";
import { keepsServices, outboundMode } from "#lib/mesh/istio/policy/meaning/routing/unknown-host.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { sends } from "./outbound.ts";
import { type Outcome, parallel, type Tally, tally } from "./outcome.ts";
import type { Wanted } from "./policies.ts";
import { type Call, callOf, expected, send, service } from "./routing.ts";
import { DISCOVERED, namespaceObject, OTHER_ROOT, type Read, reading, revised } from "./settings.ts";
import { ROOT } from "./vocabulary.ts";
import { compareWays, type Expected } from "./way.ts";
import { PORT, type WayScene, wayScene } from "./way-scene.ts";

interface GovernedScene extends WayScene {
  /** Of its two namespaces. */
  readonly discovered: Readonly<Record<"owner" | "client", string | null>>;
  /** Of its two services; null: they say nothing. */
  readonly exportTo: Readonly<Record<"reviews" | "ratings", string | null>>;
}

function governedScene(from: Chance, index: number): GovernedScene {
  const scene = wayScene(from, index);
  const label = (): string | null => (from.is(0.8) ? "yes" : from.of(["no", null]));
  const exported = (): string | null =>
    from.is(0.5) ? null : from.of(["*", ".", scene.client, `${scene.client},elsewhere`, "elsewhere", "~", ".,~"]);
  return {
    ...scene,
    ...{ policies: revised(from, scene.policies), routes: revised(from, scene.routes) },
    discovered: { owner: label(), client: label() },
    exportTo: { reviews: exported(), ratings: exported() },
  };
}

/** In both namespaces that may be the root: rules that count for clients without nearer ones, and which TLS the mesh takes. */
function rootObjects(namespace: string, mode: string, version: string): readonly Wanted[] {
  const subsets = [{ name: version, labels: { version } }];
  return [
    { kind: "DestinationRule", namespace, name: "wide", spec: { host: "*.svc.cluster.local", subsets } },
    { kind: "PeerAuthentication", namespace, name: "default", spec: { mtls: { mode } } },
  ];
}

/** `scenes` clients with `each` requests under each of the meshes, from one seed: one cluster, a push and an Envoy a mesh. */
export async function compareGoverned(
  env: NodeJS.ProcessEnv,
  seed: number,
  size: { readonly scenes: number; readonly each: number },
  meshes: readonly MeshFields[],
): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: size.scenes }, (_, index) => governedScene(from, index));
  const pairs = all.flatMap((one) => Array.from({ length: size.each }, () => ({ one, call: callOf(from, one) })));
  const cluster = await startCluster(env);
  try {
    await cluster.create("namespaces", namespace(OTHER_ROOT, "yes"));
    const objects: Manifest[] = [
      ...(await writeRoot(cluster, rootObjects(ROOT, "STRICT", "v1"))),
      ...(await writeRoot(cluster, rootObjects(OTHER_ROOT, "DISABLE", "v3"))),
    ];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const found = tally();
    for (const mesh of meshes) {
      await cluster.govern(mesh);
      await underOne(cluster, { seed, mesh, all, pairs, objects }, found);
    }
    return found;
  } finally {
    await cluster.close();
  }
}

interface Batch {
  readonly seed: number;
  readonly mesh: MeshFields;
  readonly all: readonly GovernedScene[];
  readonly pairs: readonly { readonly one: GovernedScene; readonly call: Call }[];
  readonly objects: readonly Manifest[];
}

async function underOne(cluster: Cluster, batch: Batch, found: Tally): Promise<void> {
  const { all, pairs, objects, mesh, seed } = batch;
  const read = reading(mesh, objects, labelsOf(all));
  const clusters = new Set(["PassthroughCluster"]);
  const served = new Set<string>();
  const listeners = await parallel(all, async (one) => {
    const { client, owner, ip, labels } = one;
    const pushed = await cluster.pushedTo({ pod: "web", namespace: client, ip, labels });
    const own = [client, owner].map((each) => `.${each}.svc.cluster.local`);
    for (const { name } of pushed.clusters) if (own.some((end) => name.endsWith(end))) clusters.add(name);
    compareTls(pushed, one, batch, read, found);
    // A client may know no service on that port at all.
    if (pushed.listeners.every(({ name }) => name !== `0.0.0.0_${PORT}`)) return [];
    served.add(client);
    return [outboundListener(pushed, { ip, port: PORT })];
  });
  await cluster.run(listeners.flat(), clusters);
  await parallel(pairs, async ({ one, call }) => {
    const ours = governed(one, call, read, all);
    if ("lacks" in ours) return found.leaveOpen(ours.lacks);
    const real = served.has(one.client) ? await send(one, call).catch(String) : "no listener";
    const what = `${JSON.stringify(call)} of ${JSON.stringify(one.labels)} in ${one.client} under ${JSON.stringify(mesh)}; ${JSON.stringify([one.discovered, one.exportTo])}`;
    compareWays(found, ours, real, { seed, what, scene: one, objects });
  });
}

const namespace = (name: string, discovered: string | null): object =>
  namespaceObject(name, discovered === null ? {} : { discovered });

const writeRoot = async (cluster: Cluster, wanted: readonly Wanted[]): Promise<readonly Manifest[]> => [
  ...(await write(
    cluster,
    "networking.istio.io/v1",
    wanted.filter(({ kind }) => kind === "DestinationRule"),
  )),
  ...(await write(
    cluster,
    "security.istio.io/v1",
    wanted.filter(({ kind }) => kind !== "DestinationRule"),
  )),
];

const labelsOf = (all: readonly GovernedScene[]) =>
  new Map<string, Readonly<Record<string, string>>>([
    [ROOT, {}],
    [OTHER_ROOT, DISCOVERED],
    ...all.flatMap(({ owner, client, discovered }) =>
      (
        [
          [owner, discovered.owner],
          [client, discovered.client],
        ] as const
      ).map(([name, label]) => [name, label === null ? {} : { discovered: label }] as const),
    ),
  ]);

async function setUp(cluster: Cluster, one: GovernedScene): Promise<readonly Manifest[]> {
  const { client, owner, discovered, exportTo } = one;
  await cluster.create("namespaces", namespace(client, discovered.client));
  await cluster.create("namespaces", namespace(owner, discovered.owner));
  await deploy(cluster, { ...one, namespace: client, pod: "web", namespaced: true });
  await cluster.create("services", service(client, "own"));
  for (const name of ["reviews", "ratings"] as const) {
    const to = exportTo[name];
    await cluster.create(
      "services",
      service(owner, name, to === null ? {} : { annotations: { "networking.istio.io/exportTo": to } }),
    );
  }
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.policies)),
    ...(await write(cluster, "gateway.networking.k8s.io/v1", one.routes)),
  ];
}

/** What the console knows of the Services, as it decodes them. */
function servicesOf(all: readonly GovernedScene[]): ReadonlyMap<string, Service> {
  return new Map(
    all.flatMap(({ owner, exportTo }) =>
      (["reviews", "ratings"] as const).map((name): [string, Service] => [
        `${owner}/${name}`,
        {
          ...{ cluster: "truth", namespace: owner, name, selector: { app: name }, headless: false },
          ...{ workloads: [], ports: [] },
          ...(exportTo[name] === null ? {} : { exportTo: exportTo[name].split(",") }),
        },
      ]),
    ),
  );
}

function worldOf(read: Read, all: readonly GovernedScene[]) {
  const keeps = keepsServices({ services: servicesOf(all) }, read);
  return { objects: read.objects, rootNamespace: read.root, keeps };
}

/** Beside routes: what becomes of calls to hosts that the client doesn't know. */
function governed(one: GovernedScene, call: Call, read: Read, all: readonly GovernedScene[]): Expected {
  const world = worldOf(read, all);
  const ours = expected(world, one, call);
  if ("lacks" in ours || ours.kind !== "out of scope") return ours;
  const caller = { namespace: one.client, labels: one.labels };
  const mode = outboundMode(sidecarOf(caller, world), read.mesh.registryOnly);
  if (mode === null) return { lacks: ["outboundTrafficPolicy"] };
  const end = mode === "REGISTRY_ONLY" ? "502" : "PassthroughCluster";
  return { ...ours, kind: `out of scope, ${mode}`, answers: new Set([end, "no listener"]) };
}

/** Of the service's cluster, where the client has it: to an endpoint with a sidecar. */
function compareTls(pushed: Pushed, one: GovernedScene, batch: Batch, read: Read, found: Tally): void {
  const { owner, client, labels } = one;
  const host = `reviews.${owner}.svc.cluster.local`;
  const name = `outbound|${PORT}||${host}`;
  const world = worldOf(read, batch.all);
  const real = pushed.clusters.find((each) => each.name === name);
  if (real === undefined) return;
  const ours = outboundMtls(
    { namespace: client, labels },
    { host, namespace: owner, port: PORT, subset: null, external: false },
    { namespace: owner, labels: {}, dataplane: "sidecar", port: PORT },
    {
      ...world,
      ...{ peers: peerPolicies(read.objects("PeerAuthentication"), read.root), autoMtls: read.mesh.autoMtls },
    },
  ).sends;
  if (typeof ours !== "string") return found.leaveOpen(ours.lacks);
  found.decide(ours);
  if (ours === sends(real)) return;
  found.differ([
    `seed ${batch.seed}: ${name} for ${client}: we say ${ours}, istiod pushes ${sends(real)} under ${JSON.stringify(batch.mesh)}`,
    JSON.stringify([one.discovered, one.exportTo]),
  ]);
}
