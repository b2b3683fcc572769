/**
 * What a client's sidecar sends: what the console says of seeded DestinationRules and PeerAuthentications against the clusters and
 * endpoints that istiod pushes. Their TLS settings are read, not run.
 */
import type { Pushed, Resource } from "#lab/real/pushed.ts";
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
  /** Whether all of the Service's pods take mutual TLS, or the second one doesn't. */
  readonly all: boolean;
  readonly headless: boolean;
  readonly rules: readonly Wanted[];
  readonly peers: readonly Wanted[];
}

const MODES = ["DISABLE", "SIMPLE", "ISTIO_MUTUAL"] as const;
const tls = (from: Chance, share: number): JsonObject => (from.is(share) ? { tls: { mode: from.of(MODES) } } : {});

/** A policy with TLS for all ports, for this one or another, or neither. */
function policy(from: Chance): JsonObject {
  const ports = from.is(0.5) ? [{ port: { number: from.is(0.8) ? PORT : 81 }, ...tls(from, 0.5) }] : [];
  const whole = { ...tls(from, 0.5), ...(ports.length > 0 && { portLevelSettings: ports }) };
  return Object.keys(whole).length === 0 ? {} : { trafficPolicy: whole };
}

function destinationRule(from: Chance, owner: string, namespace: string): Wanted {
  const subsets = SUBSETS.map((name) => ({ name, labels: { version: name }, ...policy(from) }));
  const host = from.is(0.8) ? `reviews.${owner}.svc.cluster.local` : `*.${owner}.svc.cluster.local`;
  return { kind: "DestinationRule", namespace, name: "one", spec: { host, ...policy(from), subsets } };
}

/** Of one of the pods, or of both; of their port or another. */
function workloadPeer(from: Chance, namespace: string, name: string): Wanted {
  const mode = () => ({ mode: from.of(["STRICT", "PERMISSIVE", "DISABLE", "DISABLE", "UNSET"]) });
  const ports = from.some([String(PORT), "81"], 1, 2).map((port) => [port, mode()] as const);
  return {
    ...{ kind: "PeerAuthentication", namespace, name },
    spec: {
      selector: { matchLabels: from.of([{ app: "reviews" }, { version: "v1" }, { app: "other" }]) },
      ...(from.is(0.7) && { mtls: mode() }),
      ...(from.is(0.5) && { portLevelMtls: Object.fromEntries(ports) }),
    },
  };
}

function outboundScene(from: Chance, index: number): OutboundScene {
  const [owner, client] = [`r${index}`, `c${index}`];
  const peer = (namespace: string): Wanted => ({
    ...{ kind: "PeerAuthentication", namespace, name: "default" },
    spec: { mtls: { mode: from.of(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]) } },
  });
  return {
    ...{ headless: index % 2 === 1, all: index % 4 < 2 },
    ...{ owner, client, ip: `127.32.${index >> 7}.${(index & 127) + 1}`, labels: { app: "web" } },
    rules: [
      ...(from.is(0.75) ? [destinationRule(from, owner, owner)] : []),
      ...(from.is(0.25) ? [destinationRule(from, owner, client)] : []),
    ],
    peers: [
      ...(from.is(0.6) ? [peer(owner)] : []),
      ...["one", "two"].flatMap((name) => (from.is(0.45) ? [workloadPeer(from, owner, name)] : [])),
    ],
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
    await parallel(all, async (one) => {
      const { client: namespace, owner, ip, labels, headless } = one;
      const endpointsOf = `|reviews.${owner}.svc.cluster.local`;
      const own = headless ? {} : { endpointsOf };
      const pushed = await cluster.pushedTo({ pod: "web", namespace, ip, labels, ...own });
      for (const subset of ["", ...SUBSETS]) {
        const name = `outbound|${PORT}|${subset}${endpointsOf}`;
        const real = pushed.clusters.find((each) => each.name === name);
        if (real === undefined) continue;
        // To a headless Service's pods alike.
        for (const [at, marked] of headless ? [["any", true] as const] : marksOf(pushed, name)) {
          const ours = says(objects, one, subset || null, VERSIONS.find((_, pod) => at === ipOf(owner, pod)) ?? "v1");
          if (typeof ours !== "string") {
            found.leaveOpen(ours.lacks);
            continue;
          }
          const choice = real["transportSocketMatches"] !== undefined;
          const pushes = choice && !marked ? "plaintext" : sends(real);
          found.decide(headless ? `headless: ${ours}` : ours);
          if (ours === pushes) continue;
          const near = objects.filter(({ metadata }) => [owner, namespace].includes(metadata.namespace ?? ""));
          found.differ([
            `seed ${seed}: ${name} at ${at}: we say ${ours}, istiod pushes ${pushes}`,
            ...near.map((each) => `${each.kind} ${each.metadata.namespace} ${JSON.stringify(each.spec)}`),
          ]);
        }
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
      ...(one.headless && { clusterIP: "None" }),
    },
  });
  await standBehind(cluster, one);
  return [
    ...(await write(cluster, "networking.istio.io/v1", one.rules)),
    ...(await write(cluster, "security.istio.io/v1", one.peers)),
  ];
}

const VERSIONS = ["v1", "v2"] as const;
const ipOf = (namespace: string, pod: number): string => `10.9.${namespace.slice(1)}.${pod + 1}`;
const takes = ({ all }: OutboundScene, version: string): boolean => all || version === "v1";

/** Two pods, as endpoints; nobody runs that would make them of the Service. */
async function standBehind(cluster: Cluster, one: OutboundScene): Promise<void> {
  const { owner: namespace } = one;
  const pods = VERSIONS.map((version, at) => ({
    ...{ namespace, pod: `reviews-${at}`, ip: ipOf(namespace, at), namespaced: true },
    labels: { app: "reviews", version, ...(takes(one, version) && { "security.istio.io/tlsMode": "istio" }) },
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

/** Endpoints of a cluster by their addresses: whether they are marked for automatic mutual TLS. */
function marksOf({ endpoints }: Pushed, name: string): ReadonlyMap<string, boolean> {
  const found = endpoints.find(({ clusterName }) => clusterName === name) as {
    readonly endpoints?: readonly Locality[];
  };
  const all = found?.endpoints?.flatMap(({ lbEndpoints = [] }) => lbEndpoints) ?? [];
  return new Map(
    all.map(({ endpoint, metadata }) => [
      endpoint.address.socketAddress.address,
      metadata?.filterMetadata?.["envoy.transport_socket_match"]?.tlsMode === "istio",
    ]),
  );
}

interface Locality {
  readonly lbEndpoints?: readonly {
    readonly endpoint: { readonly address: { readonly socketAddress: { readonly address: string } } };
    readonly metadata?: { readonly filterMetadata?: Readonly<Record<string, { readonly tlsMode?: string }>> };
  }[];
}

/** To the pod of that version. */
function says(
  objects: readonly Manifest[],
  one: OutboundScene,
  subset: string | null,
  version: string,
): ReturnType<typeof outboundMtls>["sends"] {
  const of = (kind: string) => objects.filter((each) => each.kind === kind);
  const { client: namespace, owner, labels } = one;
  return outboundMtls(
    { namespace, labels },
    {
      ...{ host: `reviews.${owner}.svc.cluster.local`, namespace: owner, port: PORT, subset, external: false },
      ...(one.headless && { all: one.all }),
    },
    {
      ...{ namespace: owner, labels: { app: "reviews", version }, port: PORT },
      dataplane: takes(one, version) ? "sidecar" : "none",
    },
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
