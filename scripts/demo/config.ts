import { stringify } from "yaml";
import type { LabState } from "./state.ts";

interface ConsoleSettings {
  readonly port: number;
  /** Seconds between two readings. */
  readonly poll: number;
  /** Of the keys that seal sessions. */
  readonly sessionKeyFile: string;
  /** How many workloads the lab has, where it was asked for so many. */
  readonly workloads?: number | undefined;
}

/** From here on a Prometheus that shares two cores with the lab it scrapes needs longer than is usual for an answer. */
const LARGE = 2_000;

/** The console's configuration for a lab: what a user would write for a cluster of their own, with the lab's addresses. */
export function consoleConfig(lab: LabState, { port, poll, sessionKeyFile, workloads = 0 }: ConsoleSettings): string {
  return stringify({
    server: { host: "127.0.0.1", port, publicUrl: `http://127.0.0.1:${port}` },
    auth: { strategy: "token", guest: "view", sessionKeyFile },
    poll: `${poll}s`,
    ...(workloads < LARGE ? {} : { limits: { upstreamTimeout: "60s" } }),
    clusters: lab.clusters.map(({ name, metricsName, consoleKubeconfig, istiod }) => ({
      name,
      ...(metricsName === undefined ? {} : { metricsName }),
      ...(consoleKubeconfig === undefined ? {} : { kubernetes: { kubeconfig: consoleKubeconfig } }),
      ...(istiod === undefined ? {} : { mesh: { istiod: { url: istiod.http } } }),
    })),
    prometheus: [{ name: "lab", url: lab.prometheus }],
    ...(lab.tracing === null ? {} : { tracing: [{ name: "jaeger", kind: "jaeger", url: lab.tracing }] }),
  });
}
