/**
 * A real kube-apiserver with its etcd, on loopback: what the contract tests hold the embedded server to, and what
 * `--real` runs the lab on. No controllers, no scheduler, no kubelet.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { consoleUser, createToken, createTokens, personOf, roles, type Tokens, type User } from "../apiserver/auth.ts";
import { createAuthority } from "../apiserver/certificate.ts";
import { writeAccess } from "../apiserver/kubeconfig.ts";
import { createHttp, type Http } from "../contract/http.ts";
import { freePorts } from "../process/ports.ts";
import { upstreamCrds } from "../schemas/module.ts";
import { gatewaySource, istioSource } from "../schemas/sources.ts";
import type { RealBinaries } from "./binaries.ts";
import { type Istiod, type MeshFields, startIstiod } from "./istiod.ts";
import { type Program, startProgram, tail, until } from "./program.ts";

export interface RealKube {
  readonly url: string;
  readonly caPem: string;
  /** Of the same users with the same groups as on the embedded server. */
  readonly tokens: Tokens;
  /** The console's own token, of this server alone. */
  readonly consoleToken: string;
  /** An istiod that reads this server, once its objects are there; it ends with the server. */
  controlPlane(cluster: string, mesh?: MeshFields, ambient?: boolean): Promise<Istiod>;
  /** Resolves with a reason when one of the programs ends by itself; never after close(). */
  readonly failed: Promise<string>;
  /** Compacts etcd, so that older versions answer 410 Gone. */
  compact(): Promise<void>;
  /** Ends both programs and removes keys and data; logs and kubeconfigs stay. */
  close(): Promise<void>;
}

export interface RealOptions {
  readonly dir: string;
  /** As ApiServerOptions has it; default new ones. */
  readonly tokens?: Tokens;
}

/**
 * Starts both, applies Istio's and Gateway API's CRDs and waits until all are established: about 15 s. Writes ca.crt and
 * kubeconfigs where the embedded server has them, and logs beside them.
 * @throws Error with the end of the log of the program that didn't start; then nothing is left running
 */
export async function startRealKube(
  binaries: RealBinaries,
  { dir, tokens = createTokens() }: RealOptions,
): Promise<RealKube> {
  // Data and keys of one run. Those of a run that was killed are of no use to this one.
  const own = join(dir, "server");
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true, mode: 0o700 });
  const running: Program[] = [];
  const closing = new AbortController();
  const close = async (): Promise<void> => {
    closing.abort(new Error("closed before it was ready"));
    for (const { guarded } of running.toReversed()) await guarded.stop();
    await rm(own, { recursive: true, force: true });
  };
  const run = (name: string, binary: string, flags: readonly string[]): void => {
    running.push(startProgram(name, binary, flags, dir));
  };
  try {
    const { client, peer, secure } = await freePorts(["client", "peer", "secure"]);
    const etcdUrl = `http://127.0.0.1:${client}`;
    run("etcd", binaries.etcd, etcdFlags(own, etcdUrl, `http://127.0.0.1:${peer}`));
    const authority = createAuthority("meshscope-real-ca", new Date());
    const { caPem } = authority;
    const consoleToken = createToken();
    const users = [
      ...roles.map((role) => [tokens[role], personOf(role)] as const),
      [consoleToken, consoleUser] as const,
    ];
    run("kube-apiserver", binaries.apiserver, await apiserverFlags(own, { etcdUrl, secure, users, authority }));
    const url = `https://127.0.0.1:${secure}`;
    const http = createHttp({ url, caPem, token: tokens.admin });
    const died = Promise.race(running.map((program) => program.died));
    const up = async (): Promise<void> => {
      const ready = async () => (await http.request("GET", "/readyz").catch(() => null))?.status === 200;
      await until(ready, closing.signal, () =>
        tail(join(dir, "kube-apiserver.log")).then((log) => `kube-apiserver isn't ready; ${log}`),
      );
      await establish(http, closing.signal);
    };
    try {
      const reason = await Promise.race([died, up()]);
      if (reason !== undefined) throw new Error(reason);
    } finally {
      http.close();
    }
    writeAccess(dir, { url, caPem, tokens, consoleToken });
    const failed = new Promise<string>((resolve) => {
      void died.then((reason) => {
        if (!closing.signal.aborted) resolve(reason);
      });
    });
    const controlPlane: RealKube["controlPlane"] = async (cluster, mesh = {}, ambient = false) => {
      const kubeconfig = join(dir, "admin.kubeconfig");
      const istiod = await startIstiod(binaries.istiod, { dir, cluster, kubeconfig, mesh, ambient });
      running.push(istiod.program);
      return istiod;
    };
    return { url, caPem, tokens, consoleToken, failed, controlPlane, compact: () => compact(etcdUrl), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function etcdFlags(dir: string, client: string, peer: string): string[] {
  return [
    `--data-dir=${join(dir, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing here has to survive a power cut.
    "--unsafe-no-fsync=true",
  ];
}

interface Identity {
  readonly etcdUrl: string;
  readonly secure: number;
  /** Tokens with their users. */
  readonly users: readonly (readonly [string, User])[];
  readonly authority: ReturnType<typeof createAuthority>;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
function tokenFile(users: Identity["users"]): string {
  const row = ([token, { username, uid, groups }]: Identity["users"][number]): string => {
    // The server itself adds that somebody is authenticated.
    const own = groups.filter((group) => group !== "system:authenticated");
    return [token, username, uid, ...(own.length === 0 ? [] : [`"${own.join(",")}"`])].join(",");
  };
  return `${users.map(row).join("\n")}\n`;
}

async function apiserverFlags(dir: string, identity: Identity): Promise<string[]> {
  const accounts = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const serving = identity.authority.issue(["127.0.0.1", "localhost"]);
  const files = {
    "tokens.csv": tokenFile(identity.users),
    "sa.key": accounts.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    "sa.pub": accounts.publicKey.export({ type: "spki", format: "pem" }).toString(),
    "serving.crt": serving.cert,
    "serving.key": serving.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text, { mode: 0o600 });
  return [
    `--etcd-servers=${identity.etcdUrl}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${identity.secure}`,
    `--cert-dir=${join(dir, "certs")}`,
    `--tls-cert-file=${join(dir, "serving.crt")}`,
    `--tls-private-key-file=${join(dir, "serving.key")}`,
    `--token-auth-file=${join(dir, "tokens.csv")}`,
    `--service-account-key-file=${join(dir, "sa.pub")}`,
    `--service-account-signing-key-file=${join(dir, "sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-cluster-ip-range=10.96.0.0/12",
    "--authorization-mode=RBAC",
    "--anonymous-auth=false",
    // Secrets are answered from etcd itself, so that a compaction shows at once.
    "--watch-cache-sizes=secrets#0",
    "--endpoint-reconciler-type=none",
    "--disable-admission-plugins=ServiceAccount",
  ];
}

/** Creates the CRDs as upstream publishes them, CEL rules included, and waits until the server serves them. */
async function establish(http: Http, signal: AbortSignal): Promise<void> {
  const crds = (await Promise.all([istioSource, gatewaySource].map(upstreamCrds))).flat();
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const crd of crds) {
    const answer = await http.request("POST", path, { body: crd });
    if (answer.status !== 201) throw new Error(`${crd.metadata.name}: ${JSON.stringify(answer.body)}`);
  }
  const established = async (): Promise<boolean> => {
    const list = (await http.request("GET", path)).body as {
      items: { spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] } }[];
    };
    const served = list.items.map(async ({ spec }) => {
      const version = spec.versions.find((candidate) => candidate.served)?.name ?? "";
      const found = await http.request("GET", `/apis/${spec.group}/${version}/${spec.names.plural}?limit=1`);
      return found.status === 200;
    });
    return list.items.length === crds.length && (await Promise.all(served)).every(Boolean);
  };
  await until(established, signal, () => "the CRDs weren't established in time");
}

/** Through etcd's JSON gateway: compacts up to the present revision. */
async function compact(etcdUrl: string): Promise<void> {
  const call = async (path: string, body: object): Promise<{ header?: { revision?: string } }> => {
    const response = await fetch(`${etcdUrl}${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as { header?: { revision?: string } };
  };
  const { header } = await call("/v3/kv/range", { key: "AA==", limit: "1" });
  await call("/v3/kv/compaction", { revision: header?.revision ?? "0", physical: true });
}
