/** Authorization, JWTs and inbound mutual TLS: what the console says of seeded requests against what Envoy does with them. */
import { inboundListener } from "#lab/real/data-plane.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { expected } from "./expected.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { type Request, request } from "./requests.ts";
import { rootPolicies, type Scene, scene, service } from "./scene.ts";
import { send } from "./send.ts";
import { signer } from "./tokens.ts";
import { PORTS, ROOT } from "./vocabulary.ts";

const SECURITY = "security.istio.io/v1";

/** `scenes` workloads with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareAccess(
  env: NodeJS.ProcessEnv,
  seed: number,
  scenes: number,
  each: number,
): Promise<Outcome> {
  const keys = await signer(Math.floor(Date.now() / 1000));
  const from = chance(seed);
  const root = rootPolicies(from, keys);
  const all = Array.from({ length: scenes }, (_, index) => scene(from, index, keys));
  const pairs: { readonly in: Scene; readonly sent: Request }[] = [];
  for (const one of all) for (let n = 0; n < each; n++) pairs.push({ in: one, sent: await request(from, one, keys) });
  const cluster = await startCluster(env);
  try {
    const objects = [...(await write(cluster, SECURITY, root))];
    await parallel(all, async (one) => {
      await deploy(cluster, { ...one, pod: "w" });
      await cluster.create("services", service(one.namespace));
      objects.push(...(await write(cluster, SECURITY, one.policies)));
    });
    const clusters = new Set<string>();
    const listeners = await parallel(all, async ({ namespace, ip, labels }) => {
      const pushed = await cluster.pushedTo({ pod: "w", namespace, ip, labels });
      for (const { name } of pushed.clusters) clusters.add(name);
      return inboundListener(pushed, ip, Object.values(PORTS));
    });
    await cluster.run(listeners, clusters);
    return await settle(cluster, objects, pairs, seed);
  } finally {
    await cluster.close();
  }
}

async function settle(
  cluster: Cluster,
  objects: readonly Manifest[],
  pairs: readonly { readonly in: Scene; readonly sent: Request }[],
  seed: number,
): Promise<Outcome> {
  const found = tally();
  await parallel(pairs, async ({ in: one, sent }) => {
    const ours = expected(objects, one, sent);
    if ("lacks" in ours) return found.leaveOpen(ours.lacks);
    const real = await send(sent, cluster.identity).catch(String);
    found.decide(ours.answer);
    if (real === ours.answer) return;
    found.differ(report({ seed, ours: `${ours.answer} (${ours.by})`, real, one, sent, objects }));
  });
  return found;
}

/** All that is needed to see who is right, without keys and tokens, which are new in every run. */
function report(it: {
  readonly seed: number;
  readonly ours: string;
  readonly real: string;
  readonly one: Scene;
  readonly sent: Request;
  readonly objects: readonly Manifest[];
}): readonly string[] {
  const { authorization: _, ...headers } = it.sent.headers;
  const near = it.objects.filter(({ metadata }) => [it.one.namespace, ROOT].includes(metadata.namespace ?? ""));
  const short = (key: string, value: unknown) => (key === "jwks" ? undefined : value);
  return [
    `seed ${it.seed}: we say ${it.ours}, Envoy ${it.real}`,
    `${JSON.stringify({ ...it.sent, headers })} to ${JSON.stringify(it.one.labels)}`,
    ...near.map(({ kind, metadata: { namespace, name, annotations = {} }, spec }) =>
      [kind, `${namespace}/${name}`, JSON.stringify(annotations), JSON.stringify(spec, short)].join(" "),
    ),
  ];
}
