/**
 * A real istiod on a cluster's API server: it reads the objects that are there and pushes to whoever asks by ADS, so that
 * tests can see what a policy means to Envoy. No sidecars, no webhooks, no certificates of its own.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../process/ports.ts";
import { type Program, startProgram, tail, until } from "./program.ts";

export interface Istiod {
  /** Base of its readiness and debug pages. */
  readonly http: string;
  /** Plaintext ADS, `host:port`. */
  readonly grpc: string;
  readonly program: Program;
}

export interface IstiodOptions {
  /** Where its log and mesh configuration go. */
  readonly dir: string;
  readonly cluster: string;
  readonly kubeconfig: string;
  /** Whether it knows ambient mode and its waypoints; what it pushes to sidecars then has tunnels beside. */
  readonly ambient?: boolean;
  /** Fields of MeshConfig beside, or instead of, those below; none by default. */
  readonly mesh?: MeshFields;
}

/** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
export type MeshFields = Readonly<Record<string, unknown>>;

const MESH: MeshFields = { rootNamespace: "istio-system", trustDomain: "cluster.local", enableAutoMtls: true };

/**
 * No deployments for Gateways (the lab has its own), no leader that a second lab could hold, and no filters that are compiled into
 * Istio's own Envoy alone: any Envoy takes what is pushed.
 * https://istio.io/latest/docs/reference/commands/pilot-discovery/
 */
const environment = (cluster: string): Readonly<Record<string, string>> => ({
  POD_NAMESPACE: "istio-system",
  POD_NAME: "istiod-0",
  CLUSTER_ID: cluster,
  REVISION: "default",
  PILOT_CERT_PROVIDER: "istiod",
  PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: "false",
  PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER: "false",
  PILOT_ENABLE_ALPN_FILTER: "false",
  PILOT_ENABLE_METADATA_EXCHANGE: "false",
});

/** Ready in about 10 s. @throws Error with the end of its log */
export async function startIstiod(
  binary: string,
  { dir, cluster, kubeconfig, ambient = false, mesh = {} }: IstiodOptions,
): Promise<Istiod> {
  const own = join(dir, "istiod");
  await mkdir(own, { recursive: true, mode: 0o700 });
  // JSON is YAML.
  await writeFile(join(own, "mesh.yaml"), JSON.stringify({ ...MESH, ...mesh }));
  await writeFile(join(own, "networks.yaml"), "networks: {}\n");
  const ports = await freePorts(["http", "grpc", "secure", "webhook", "monitoring"]);
  const at = (port: number): string => `127.0.0.1:${port}`;
  const flags = [
    "discovery",
    `--kubeconfig=${kubeconfig}`,
    `--meshConfig=${join(own, "mesh.yaml")}`,
    `--networksConfig=${join(own, "networks.yaml")}`,
    `--httpAddr=${at(ports.http)}`,
    `--grpcAddr=${at(ports.grpc)}`,
    `--secureGRPCAddr=${at(ports.secure)}`,
    `--httpsAddr=${at(ports.webhook)}`,
    `--monitoringAddr=${at(ports.monitoring)}`,
    "--ctrlz_port=0",
  ];
  const variables = Object.entries({ ...environment(cluster), PILOT_ENABLE_AMBIENT: String(ambient) }).map(
    ([name, value]) => `${name}=${value}`,
  );
  // It writes its root certificate beside itself unless it is somewhere else.
  const program = startProgram("istiod", "/usr/bin/env", ["-C", own, ...variables, binary, ...flags], dir);
  const http = `http://${at(ports.http)}`;
  const gone = new AbortController();
  void program.died.then((reason) => gone.abort(new Error(reason)));
  const ready = async (): Promise<boolean> => (await fetch(`${http}/ready`).catch(() => null))?.status === 200;
  try {
    await until(ready, gone.signal, async () => `istiod isn't ready; ${await tail(join(dir, "istiod.log"))}`);
  } catch (error) {
    await program.guarded.stop();
    throw error;
  }
  return { http, grpc: at(ports.grpc), program };
}
