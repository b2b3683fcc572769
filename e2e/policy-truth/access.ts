/** Authorization, JWTs and inbound mutual TLS: what the console says of seeded requests against what Envoy does with them. */
import { inboundListener } from "#lab/real/data-plane.ts";
import type { MeshFields } from "#lab/real/istiod.ts";
import { AUTHORIZER, AUTHORIZER_CLUSTER, AUTHORIZER_PORT, startAuthorizer } from "./authorizer.ts";
import { chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { expected } from "./expected.ts";
import { type Outcome, parallel, type Tally, tally } from "./outcome.ts";
import { type Request, request } from "./requests.ts";
import { customPolicies, rootPolicies, type Scene, scene, service } from "./scene.ts";
import { send } from "./send.ts";
import { namespaceObject, OTHER_ROOT, type Read, reading, revised } from "./settings.ts";
import { signer, withoutTokens } from "./tokens.ts";
import { PORTS } from "./vocabulary.ts";

const SECURITY = "security.istio.io/v1";

/**
 * `scenes` workloads with `each` requests, from one seed: one cluster, one push, one Envoy. With `meshes` as many of each, and some
 * policies ask external authorizers.
 */
export async function compareAccess(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
  meshes: readonly MeshFields[] = [],
): Promise<Outcome> {
  const keys = await signer(Math.floor(Date.now() / 1000));
  const from = chance(seed);
  const root = rootPolicies(from, keys);
  const drawn = Array.from({ length: scenes }, (_, index) => scene(from, index, keys));
  const pairs: { readonly in: Scene; readonly sent: Request }[] = [];
  for (const one of drawn) for (let n = 0; n < each; n++) pairs.push({ in: one, sent: await request(from, one, keys) });
  const governed = meshes.length > 0;
  const more = (one: Scene) =>
    governed ? revised(from, [...one.policies, ...customPolicies(from, one)]) : one.policies;
  const all = drawn.map((one) => ({ ...one, policies: more(one) }));
  const cluster = await startCluster(env);
  try {
    if (governed) await setUpMesh(cluster);
    const authorizer = governed ? await startAuthorizer(cluster) : undefined;
    const others = governed ? rootPolicies(from, keys).map((one) => ({ ...one, namespace: OTHER_ROOT })) : [];
    const objects = [...(await write(cluster, SECURITY, [...root, ...others]))];
    await parallel(all, async (one) => {
      await deploy(cluster, { ...one, pod: "w" });
      await cluster.create("services", service(one.namespace));
      objects.push(...(await write(cluster, SECURITY, one.policies)));
    });
    const found = tally();
    for (const mesh of governed ? meshes : [{}]) {
      await cluster.govern(mesh);
      const clusters = new Set<string>();
      const listeners = await parallel(all, async ({ namespace, ip, labels }) => {
        const pushed = await cluster.pushedTo({ pod: "w", namespace, ip, labels });
        for (const { name } of pushed.clusters) clusters.add(name);
        return inboundListener(pushed, ip, Object.values(PORTS));
      });
      await cluster.run(listeners, clusters, (name) => (name === AUTHORIZER_CLUSTER ? authorizer : undefined));
      await settle(cluster, reading(mesh, objects), pairs, { seed, mesh }, found);
    }
    return found;
  } finally {
    await cluster.close();
  }
}

/** Another namespace that may be the root, and the service that is asked about calls: a provider without one is none. */
async function setUpMesh(cluster: Cluster): Promise<void> {
  await cluster.create("namespaces", namespaceObject(OTHER_ROOT));
  await cluster.create("namespaces", namespaceObject(AUTHORIZER.namespace));
  await cluster.create("services", {
    ...{ apiVersion: "v1", kind: "Service", metadata: AUTHORIZER },
    spec: { ports: [{ name: "http", port: AUTHORIZER_PORT }] },
  });
}

interface Under {
  readonly seed: number;
  readonly mesh: MeshFields;
}

async function settle(
  cluster: Cluster,
  read: Read,
  pairs: readonly { readonly in: Scene; readonly sent: Request }[],
  under: Under,
  found: Tally,
): Promise<void> {
  await parallel(pairs, async ({ in: one, sent }) => {
    const ours = expected(read, one, sent);
    if ("lacks" in ours) return found.leaveOpen(ours.lacks);
    const real = await send(sent, cluster.identity).catch(String);
    found.decide(ours.answer);
    if (ours.answer.split(" or ").includes(real)) return;
    found.differ(report({ under, ours: `${ours.answer} (${ours.by})`, real, one, sent, read }));
  });
}

/** All that is needed to see who is right, without keys and tokens, which are new in every run. */
export function report(it: {
  readonly under: Under;
  readonly ours: string;
  readonly real: string;
  readonly one: Scene;
  readonly sent: Request;
  readonly read: Read;
}): readonly string[] {
  const near = ["AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication"]
    .flatMap(it.read.objects)
    .filter(({ metadata }) => [it.one.namespace, it.read.root].includes(metadata.namespace ?? ""));
  const short = (key: string, value: unknown) => (key === "jwks" ? undefined : value);
  return [
    `seed ${it.under.seed} under ${JSON.stringify(it.under.mesh)}: we say ${it.ours}, Envoy ${it.real}`,
    `${withoutTokens(it.sent)} to ${JSON.stringify(it.one.labels)}`,
    ...near.map(({ kind, metadata: { namespace, name, annotations = {} }, spec }) =>
      [kind, `${namespace}/${name}`, JSON.stringify(annotations), JSON.stringify(spec, short)].join(" "),
    ),
  ];
}
