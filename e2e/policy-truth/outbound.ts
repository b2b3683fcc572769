/**
 * What a client's sidecar sends: what the console says of seeded DestinationRules and PeerAuthentications against the clusters that
 * istiod pushes. Their TLS settings are read, not run.
 */
import type { Resource } from "#lab/real/pushed.ts";
import { peerPolicies } from "#lib/mesh/istio/policy/meaning/inbound-mtls.ts";
import { outboundMtls, type Sends } from "#lib/mesh/istio/policy/meaning/outbound-mtls.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { type Chance, chance } from "./chance.ts";
import { type Cluster, deploy, startCluster, write } from "./cluster.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import type { Wanted } from "./policies.ts";
import { ROOT } from "./vocabulary.ts";

const PORT = 19_080;
const SUBSETS = ["v1", "v2"] as const;

interface OutboundScene {
  readonly owner: string;
  readonly client: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The Service is headless: whether all of its pods take mutual TLS, or one doesn't. */
  readonly headless?: boolean;
  readonly rules: readonly Wanted[];
  readonly peers: readonly Wanted[];
}

const MODES = ["DISABLE", "SIMPLE", "ISTIO_MUTUAL"] as const;
const tls = (from: Chance, share: number): JsonObject => (from.is(share) ? { tls: { mode: from.of(MODES) } } : {});

/** A policy with TLS for all ports, for this one or another, or neither. */
function policy(from: Chance): JsonObject {
  const ports = from.is(0.4) ? [{ port: { number: from.is(0.7) ? PORT : 81 }, ...tls(from, 0.7) }] : [];
  const whole = { ...tls(from, 0.4), ...(ports.length > 0 && { portLevelSettings: ports }) };
  return Object.keys(whole).length === 0 ? {} : { trafficPolicy: whole };
}

function destinationRule(from: Chance, owner: string, namespace: string): Wanted {
  const subsets = SUBSETS.map((name) => ({ name, labels: { version: name }, ...policy(from) }));
  const host = from.is(0.8) ? `reviews.${owner}.svc.cluster.local` : `*.${owner}.svc.cluster.local`;
  return { kind: "DestinationRule", namespace, name: "one", spec: { host, ...policy(from), subsets } };
}

function outboundScene(from: Chance, index: number): OutboundScene {
  const [owner, client] = [`r${index}`, `c${index}`];
  const peer = (namespace: string): Wanted => ({
    ...{ kind: "PeerAuthentication", namespace, name: "default" },
    spec: { mtls: { mode: from.of(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]) } },
  });
  return {
    ...(index % 4 === 1 && { headless: true }),
    ...(index % 4 === 3 && { headless: false }),
    ...{ owner, client, ip: `127.32.${index >> 7}.${(index & 127) + 1}`, labels: { app: "web" } },
    rules: [
      ...(from.is(0.75) ? [destinationRule(from, owner, owner)] : []),
      ...(from.is(0.25) ? [destinationRule(from, owner, client)] : []),
    ],
    peers: from.is(0.6) ? [peer(owner)] : [],
  };
}

/** `scenes` clients, each with the clusters of one service: whole, and by subset. */
export async function compareOutbound(env: NodeJS.ProcessEnv, seed: number, scenes: number): Promise<Outcome> {
  const from = chance(seed);
  const all = Array.from({ length: scenes }, (_, index) => outboundScene(from, index));
  const cluster = await startCluster(env);
  try {
    const objects: Manifest[] = [];
    await parallel(all, async (one) => objects.push(...(await setUp(cluster, one))));
    const found = tally();
    await parallel(all, async ({ client, owner, ip, labels, headless }) => {
      const pushed = await cluster.pushedTo({ pod: "web", namespace: client, ip, labels });
      for (const subset of ["", ...SUBSETS]) {
        const name = `outbound|${PORT}|${subset}|reviews.${owner}.svc.cluster.local`;
        const real = pushed.clusters.find((each) => each.name === name);
        if (real === undefined) continue;
        const ours = says(objects, { owner, client, labels, headless, subset: subset || null });
        if (typeof ours !== "string") found.leaveOpen(ours.lacks);
        else found.decide(headless === undefined ? ours : `headless: ${ours}`);
        if (typeof ours !== "string" || ours === sends(real)) continue;
        const near = objects.filter(({ metadata }) => [owner, client].includes(metadata.namespace ?? ""));
        found.differ([
          `seed ${seed}: ${name}: we say ${ours}, istiod pushes ${sends(real)}`,
          ...near.map(({ kind, metadata, spec }) => `${kind} ${metadata.namespace} ${JSON.stringify(spec)}`),
        ]);
      }
    });
    return found;
  } finally {
    await cluster.close();
  }
}

async function setUp(cluster: Cluster, one: OutboundScene): Promise<readonly Manifest[]> {
  await deploy(cluster, { ...one, namespace: one.client, pod: "web" });
  await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: one.owner } });
  await cluster.create("services", {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "reviews", namespace: one.owner } },
    spec: {
      ...{ selector: { app: "reviews" }, ports: [{ name: "http", port: PORT }] },
      ...(one.headless !== undefined && { clusterIP: "None" }),
    },
  });
  if (one.headless !== undefined) await standBehind(cluster, one.owner, one.headless);
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.rules)),
    ...(await write(cluster, "security.istio.io/v1", one.peers)),
  ];
}

/** Two pods, as endpoints; nobody runs that would make them of the Service. */
async function standBehind(cluster: Cluster, namespace: string, all: boolean): Promise<void> {
  const marked = { app: "reviews", "security.istio.io/tlsMode": "istio" };
  const pods = [marked, all ? marked : { app: "reviews" }].map((labels, at) => ({
    ...{ namespace, pod: `reviews-${at}`, labels, ip: `10.9.${namespace.slice(1)}.${at + 1}`, namespaced: true },
  }));
  for (const each of pods) await deploy(cluster, each);
  await cluster.create("endpointslices", {
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
    metadata: { name: "reviews", namespace, labels: { "kubernetes.io/service-name": "reviews" } },
    ports: [{ name: "http", port: PORT, protocol: "TCP" }],
    endpoints: pods.map(({ ip, pod }) => ({
      ...{ addresses: [ip], conditions: { ready: true } },
      targetRef: { kind: "Pod", namespace, name: pod },
    })),
  });
}

/** To an endpoint with a sidecar, and without a policy of its own. */
function says(
  objects: readonly Manifest[],
  it: Pick<OutboundScene, "owner" | "client" | "labels"> & {
    readonly headless: boolean | undefined;
    readonly subset: string | null;
  },
): ReturnType<typeof outboundMtls>["sends"] {
  const of = (kind: string) => objects.filter((each) => each.kind === kind);
  const host = `reviews.${it.owner}.svc.cluster.local`;
  return outboundMtls(
    { namespace: it.client, labels: it.labels },
    {
      ...{ host, namespace: it.owner, port: PORT, subset: it.subset, external: false },
      ...(it.headless !== undefined && { all: it.headless }),
    },
    { namespace: it.owner, labels: {}, dataplane: "sidecar", port: PORT },
    { objects: of, rootNamespace: ROOT, peers: peerPolicies(of("PeerAuthentication"), ROOT), autoMtls: true },
  ).sends;
}

/** Automatic mutual TLS is a choice by endpoint, which those with a sidecar get; the mesh's own names its protocol. */
export function sends(cluster: Resource): Sends {
  if (cluster["transportSocketMatches"] !== undefined) return "mutual TLS";
  const socket = cluster["transportSocket"];
  if (socket === undefined) return "plaintext";
  return JSON.stringify(socket).includes('"istio"') ? "mutual TLS" : "own TLS";
}
