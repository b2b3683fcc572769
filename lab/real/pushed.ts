/** What a real istiod pushes to one sidecar, gateway or waypoint, asked once by ADS (istiod/ads). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** One of Envoy's resources as JSON. */
export type Resource = { readonly name: string } & Readonly<Record<string, unknown>>;

export interface Pushed {
  readonly clusters: readonly Resource[];
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
  /** Of the clusters that were asked for; their names are in `clusterName`. */
  readonly endpoints: readonly Omit<Resource, "name">[];
}

export interface Proxy {
  readonly pod: string;
  readonly namespace: string;
  readonly cluster: string;
  /** The pod's. */
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Default a workload's sidecar; `router`: a gateway. */
  readonly type?: "sidecar" | "router" | "waypoint";
  /** The end of the names of clusters whose endpoints are asked for, of which there is one at least; absent: none. */
  readonly endpointsOf?: string;
}

/** Milliseconds for one proxy's first push, on a machine that has other things to do. */
const DEADLINE = 60_000;

/** @throws Error when istiod doesn't send all in time */
export async function pushedTo(binary: string, grpc: string, proxy: Proxy): Promise<Pushed> {
  const { pod, namespace, cluster, ip, labels, type = "sidecar", endpointsOf = "" } = proxy;
  const node = `${type}~${ip}~${pod}.${namespace}~${namespace}.svc.cluster.local`;
  const flags = { address: grpc, node, namespace, cluster, labels: JSON.stringify(labels), endpoints: endpointsOf };
  const args = Object.entries(flags).flatMap(([name, value]) => [`-${name}`, value]);
  const child = spawn(binary, args, { stdio: "pipe", timeout: DEADLINE });
  const ended = once(child, "close");
  const complaint = text(child.stderr);
  const got: Partial<Record<string, readonly Resource[]>> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const { type, resources } = JSON.parse(line) as { readonly type: string; readonly resources: readonly Resource[] };
    got[type] = resources;
    // Routes are asked for, and come, last; of listeners that name none, none do.
    if (type === "listeners" && !/"route_?config_?name"/i.test(JSON.stringify(resources))) got["routes"] = [];
    if (got["routes"] !== undefined && (endpointsOf === "" || got["endpoints"] !== undefined)) break;
  }
  child.stdin.end();
  await ended;
  const { clusters, listeners, routes, endpoints = [] } = got;
  if (clusters === undefined || listeners === undefined || routes === undefined) {
    const all = Object.keys(got).join(", ") || "an end";
    throw new Error(`istiod sent ${pod}.${namespace} nothing but ${all}; ${await complaint}`);
  }
  return { clusters, listeners, routes, endpoints };
}
