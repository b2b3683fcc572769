/** A real cluster for one batch: kube-apiserver, istiod once the objects are there, and one Envoy that runs what it pushes. */

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority, type KeyPair } from "#lab/apiserver/certificate.ts";
import { createHttp } from "#lab/contract/http.ts";
import { realAds, realBinaries, realEnvoy } from "#lab/real/binaries.ts";
import { type Address, secrets, stubCluster } from "#lab/real/data-plane.ts";
import { startEnvoy } from "#lab/real/envoy.ts";
import type { Istiod, MeshFields } from "#lab/real/istiod.ts";
import { startRealKube } from "#lab/real/kube.ts";
import type { Program } from "#lab/real/program.ts";
import { type Proxy, type Pushed, pushedTo } from "#lab/real/pushed.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Wanted } from "./policies.ts";
import { BACKEND_HEADER } from "./send.ts";
import { DOMAINS, ROOT } from "./vocabulary.ts";

export interface Cluster {
  /** Creates an object; answers it as the API has it. */
  readonly create: (plural: string, object: object) => Promise<Manifest>;
  readonly setStatus: (plural: string, object: Manifest, status: object) => Promise<void>;
  /** Ends istiod and Envoys: what is pushed next is pushed with these settings of the mesh. */
  readonly govern: (mesh: MeshFields) => Promise<void>;
  /** Begins with the first call: all objects must be there. */
  readonly pushedTo: (proxy: Omit<Proxy, "cluster">) => Promise<Pushed>;
  /** Runs listeners beside clusters of these names, which end at one backend, or each at the one that is given for it. */
  readonly run: (
    listeners: readonly object[],
    clusters: ReadonlySet<string>,
    endsAt?: (cluster: string) => Address | undefined,
  ) => Promise<void>;
  /** Is ended with the cluster. */
  readonly closing: (end: () => Promise<unknown>) => void;
  /** A client's certificate, by identity without the scheme. */
  readonly identity: (spiffe: string) => KeyPair;
  readonly close: () => Promise<void>;
}

const MESH = "truth";
/** Name of the Secret that gateways' servers show; there is none, as its certificate is in Envoy already. */
export const CREDENTIAL = "shown";

/** `ambient`: of a mesh with waypoints. @throws Error that names the program that is missing or didn't start */
export async function startCluster(env: NodeJS.ProcessEnv, ambient = false): Promise<Cluster> {
  const binaries = realBinaries(env);
  const [ads, envoy] = [realAds(env), realEnvoy(env)];
  const dir = await mkdtemp(join(tmpdir(), "meshscope-truth-"));
  const closing: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const kube = await startRealKube(binaries, { dir });
    closing.push(() => kube.close());
    const http = createHttp({ url: kube.url, caPem: kube.caPem, token: kube.tokens.admin });
    closing.push(async () => http.close());
    const backend = await startBackend(closing);
    const authority = createAuthority("meshscope-truth-ca", new Date());
    const ask = async (method: string, path: string, body: object): Promise<Manifest> => {
      const answer = await http.request(method, path, { body });
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${answer.text}\n${JSON.stringify(body)}`);
      return answer.body as Manifest;
    };
    // istiod isn't ready without it.
    await ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: ROOT } });
    let settings: MeshFields = {};
    let control: Promise<Istiod> | null = null;
    const running: Program[] = [];
    return {
      create: (plural, object) => ask("POST", pathOf(plural, object as Manifest), object),
      async setStatus(plural, object, status) {
        const path = `${pathOf(plural, object)}/${object.metadata.name}/status`;
        await ask("PUT", path, { ...object, status });
      },
      async govern(mesh) {
        const istiod = await control;
        for (const { guarded } of [...running.splice(0), ...(istiod ? [istiod.program] : [])]) await guarded.stop();
        settings = mesh;
        control = null;
      },
      async pushedTo(proxy) {
        control ??= kube.controlPlane(MESH, { trustDomainAliases: DOMAINS.slice(1), ...settings }, ambient);
        const { grpc } = await control;
        return await pushedTo(ads, grpc, { ...proxy, cluster: MESH });
      },
      async run(listeners, clusters, endsAt = () => undefined) {
        const server = authority.identify(`spiffe://${DOMAINS[0]}/ns/server/sa/server`);
        const { program } = await startEnvoy(envoy, dir, {
          listeners,
          clusters: [...clusters].map((name) => stubCluster(name, endsAt(name) ?? backend)),
          secrets: secrets(server, authority.caPem, CREDENTIAL),
        });
        running.push(program);
        closing.push(() => program.guarded.stop());
      },
      identity: identities(authority),
      closing: (end) => closing.push(end),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A namespace with one pod, which runs. `namespaced`: the namespace is there. */
export async function deploy(
  cluster: Cluster,
  it: Readonly<Record<"namespace" | "pod" | "ip", string>> & {
    readonly labels: Readonly<Record<string, string>>;
    readonly namespaced?: boolean;
  },
): Promise<void> {
  const { namespace, pod: name, ip, labels, namespaced = false } = it;
  if (!namespaced)
    await cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const pod = await cluster.create("pods", {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels } },
    spec: { containers: [{ name: "app", image: "none" }] },
  });
  const conditions = [{ type: "Ready", status: "True" }];
  await cluster.setStatus("pods", pod, { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions });
}

const PLURALS: Readonly<Record<string, string>> = {
  HTTPRoute: "httproutes",
  GRPCRoute: "grpcroutes",
  ReferenceGrant: "referencegrants",
  ListenerSet: "listenersets",
  TCPRoute: "tcproutes",
  TLSRoute: "tlsroutes",
  AuthorizationPolicy: "authorizationpolicies",
  RequestAuthentication: "requestauthentications",
  PeerAuthentication: "peerauthentications",
  VirtualService: "virtualservices",
  DestinationRule: "destinationrules",
  Sidecar: "sidecars",
  ServiceEntry: "serviceentries",
  Gateway: "gateways",
};

/** One after another, so that the order is the seed's. Answers them as the API has them. */
export async function write(
  cluster: Cluster,
  apiVersion: string,
  wanted: readonly Wanted[],
): Promise<readonly Manifest[]> {
  const objects: Manifest[] = [];
  for (const { kind, namespace, name, annotations, labels, spec } of wanted) {
    const metadata = { name, namespace, ...(annotations && { annotations }), ...(labels && { labels }) };
    objects.push(await cluster.create(PLURALS[kind] ?? kind, { apiVersion, kind, metadata, spec }));
  }
  return objects;
}

function pathOf(plural: string, { apiVersion, metadata: { namespace } }: Manifest): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`;
}

function identities(authority: Authority): Cluster["identity"] {
  const made = new Map<string, KeyPair>();
  return (spiffe) => {
    const pair = made.get(spiffe) ?? authority.identify(`spiffe://${spiffe}`);
    made.set(spiffe, pair);
    return pair;
  };
}

/** What every workload answers. */
async function startBackend(closing: (() => Promise<unknown>)[]): Promise<Address> {
  const server = createServer((_, answer) => answer.setHeader(BACKEND_HEADER, "reached").end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  closing.push(() => {
    server.closeAllConnections();
    return once(server.close(), "close");
  });
  return { ip: "127.0.0.1", port: (server.address() as AddressInfo).port };
}
