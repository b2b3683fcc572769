/** Authorization, JWTs and inbound mutual TLS: what the console says of seeded requests against what Envoy does with them. */
import { inboundListener } from "#lab/real/data-plane.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { chance } from "./chance.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { expected } from "./expected.ts";
import type { Wanted } from "./policies.ts";
import { type Request, request } from "./requests.ts";
import { pod, rootPolicies, running, type Scene, scene, service } from "./scene.ts";
import { send } from "./send.ts";
import { signer } from "./tokens.ts";
import { PORTS, ROOT } from "./vocabulary.ts";

export interface Outcome {
  /** Pairs that were compared, by the answer. */
  readonly decided: Readonly<Record<string, number>>;
  /** Pairs that the console can't decide, by what it lacks. */
  readonly open: Readonly<Record<string, number>>;
  /** Each in full, ready to be printed. */
  readonly differences: readonly string[];
}

const PLURALS: Readonly<Record<string, string>> = {
  AuthorizationPolicy: "authorizationpolicies",
  RequestAuthentication: "requestauthentications",
  PeerAuthentication: "peerauthentications",
};

/** Objects that are written, proxies that are asked for, and requests that are sent at a time. */
const AT_ONCE = 4;

/** `scenes` workloads with `each` requests, from one seed: one cluster, one push, one Envoy. */
export async function compareAccess(env: NodeJS.ProcessEnv, seed: number, scenes: number, each: number): Promise<Outcome> {
  const keys = await signer(Math.floor(Date.now() / 1000));
  const from = chance(seed);
  const root = rootPolicies(from, keys);
  const all = Array.from({ length: scenes }, (_, index) => scene(from, index, keys));
  const pairs: { readonly in: Scene; readonly sent: Request }[] = [];
  for (const one of all) for (let n = 0; n < each; n++) pairs.push({ in: one, sent: await request(from, one, keys) });
  const cluster = await startCluster(env);
  try {
    const objects: Manifest[] = [];
    const write = async (wanted: readonly Wanted[]): Promise<void> => {
      for (const { kind, namespace, name, annotations, spec } of wanted) {
        const metadata = { name, namespace, ...(annotations && { annotations }) };
        objects.push(await cluster.create(PLURALS[kind] ?? kind, { apiVersion: "security.istio.io/v1", kind, metadata, spec }));
      }
    };
    await namespace(cluster, ROOT);
    await write(root);
    await parallel(all, async (one) => {
      await deploy(cluster, one);
      await write(one.policies);
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
  const decided: Record<string, number> = {};
  const open: Record<string, number> = {};
  const differences: string[] = [];
  const count = (where: Record<string, number>, what: string) => {
    where[what] = (where[what] ?? 0) + 1;
  };
  await parallel(pairs, async ({ in: one, sent }) => {
    const ours = expected(objects, one, sent);
    if ("lacks" in ours) return count(open, ours.lacks.join(", "));
    const real = await send(sent, cluster.identity).catch(String);
    count(decided, ours.answer);
    if (real === ours.answer) return;
    differences.push(report({ seed, ours: `${ours.answer} (${ours.by})`, real, one, sent, objects }));
  });
  return { decided, open, differences };
}

/** All that is needed to see who is right, without keys and tokens, which are new in every run. */
function report(it: {
  readonly seed: number;
  readonly ours: string;
  readonly real: string;
  readonly one: Scene;
  readonly sent: Request;
  readonly objects: readonly Manifest[];
}): string {
  const { authorization: _, ...headers } = it.sent.headers;
  const near = it.objects.filter(({ metadata }) => [it.one.namespace, ROOT].includes(metadata.namespace ?? ""));
  const short = (key: string, value: unknown) => (key === "jwks" ? undefined : value);
  return [
    `seed ${it.seed}: we say ${it.ours}, Envoy ${it.real}`,
    `${JSON.stringify({ ...it.sent, headers })} to ${JSON.stringify(it.one.labels)}`,
    ...near.map(({ kind, metadata: { namespace, name, annotations = {} }, spec }) =>
      [kind, `${namespace}/${name}`, JSON.stringify(annotations), JSON.stringify(spec, short)].join(" "),
    ),
  ].join("\n  ");
}

async function namespace(cluster: Cluster, name: string): Promise<void> {
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

async function deploy(cluster: Cluster, one: Scene): Promise<void> {
  await namespace(cluster, one.namespace);
  await cluster.create("services", service(one.namespace));
  const made = await cluster.create("pods", pod(one.namespace, "w", one.labels));
  await cluster.setStatus("pods", made, running(one.ip));
}

/** In any order, answers in the order of the items. */
async function parallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) answers[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}
