/** What a real istiod pushes to one of the lab's sidecars, followed by ADS (lab/real/istiod/ads). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { DemoState } from "../../scripts/demo/state.ts";
import { kubectl } from "./kubectl.ts";

type Json = Readonly<Record<string, unknown>>;

interface RouteConfiguration {
  readonly virtualHosts?: readonly {
    readonly domains: readonly string[];
    readonly routes: readonly {
      readonly route?: {
        readonly cluster?: string;
        readonly weightedClusters?: {
          readonly clusters: readonly { readonly name: string; readonly weight?: number }[];
        };
      };
    }[];
  }[];
}

interface Listener {
  readonly name: string;
  readonly filterChains?: readonly {
    readonly filterChainMatch?: { readonly destinationPort?: number; readonly transportProtocol?: string };
  }[];
}

export interface Pushed {
  /** Weights by subset of the first route of a host; null while none was pushed. */
  readonly weights: (host: string) => Readonly<Record<string, number>> | null;
  /** Does its inbound listener take plaintext on a port? null while none was pushed. */
  readonly takesPlaintext: (port: number) => boolean | null;
  readonly close: () => Promise<void>;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Json };
  readonly status: { readonly podIP: string };
}

/** Connects as the sidecar of the first pod that a selector takes. Every answer is acknowledged and kept. */
export async function followProxy(demo: DemoState, namespace: string, selector: string): Promise<Pushed> {
  const binary = process.env.MESHSCOPE_ADS;
  if (demo.istiod === undefined || !binary) throw new Error("There is no istiod: run this by npm run test:real.");
  const list = JSON.parse(await kubectl(demo, "-n", namespace, "get", "pods", "-l", selector, "-o", "json")) as {
    items: readonly Pod[];
  };
  const pod = list.items[0];
  if (pod === undefined) throw new Error(`No pod in ${namespace} has ${selector}.`);
  const node = `sidecar~${pod.status.podIP}~${pod.metadata.name}.${namespace}~${namespace}.svc.cluster.local`;
  const options = { address: demo.istiod.grpc, node, namespace, cluster: "west-1" };
  const args = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
  const child = spawn(binary, [...args, "-labels", JSON.stringify(pod.metadata.labels)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const latest = new Map<string, readonly Json[]>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { type, resources } = JSON.parse(line) as { type: string; resources: readonly Json[] };
    latest.set(type, resources);
  });
  return {
    weights(host) {
      const routes = latest.get("routes") as readonly RouteConfiguration[] | undefined;
      const found = routes
        ?.flatMap(({ virtualHosts }) => virtualHosts ?? [])
        .find(({ domains }) => domains.includes(host));
      const action = found?.routes[0]?.route;
      const clusters =
        action?.weightedClusters?.clusters ?? (action?.cluster ? [{ name: action.cluster, weight: 100 }] : null);
      // outbound|PORT|SUBSET|HOST
      return (
        clusters && Object.fromEntries(clusters.map(({ name, weight }) => [name.split("|")[2] ?? "", weight ?? 0]))
      );
    },
    takesPlaintext(port) {
      const listeners = latest.get("listeners") as readonly Listener[] | undefined;
      const chains = listeners?.find(({ name }) => name === "virtualInbound")?.filterChains;
      if (chains === undefined) return null;
      const ofPort = chains.filter((chain) => chain.filterChainMatch?.destinationPort === port);
      return ofPort.some((chain) => chain.filterChainMatch?.transportProtocol !== "tls");
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
