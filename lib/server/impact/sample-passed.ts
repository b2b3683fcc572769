/** Requests that a gateway or a waypoint sent on, by the newest lines of its access logs. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { type AccessFormat, localService, type PassedCall, readPassedLine } from "#lib/mesh/impact.ts";
import { type LoggedRequest, type LoggedRequests, type Logs, readLines, unread } from "./sample-lines.ts";
import { isServers, serverOf, workloadAt } from "./sample-servers.ts";

/** Those who write it, and as what they decide. */
interface Passing {
  readonly at: "gateway" | "waypoint";
  /** As sentences have it. */
  readonly name: string;
  readonly proxies: readonly Workload[];
}

export async function passedRequests(
  logs: Logs,
  { at, name, proxies }: Passing,
  inventory: ClusterInventory,
  formats: readonly AccessFormat[],
): Promise<LoggedRequests> {
  const pods = proxies.flatMap(({ namespace, pods: own }) => own.map((pod) => ({ namespace, pod })));
  if (pods.length === 0) return unread(`${name} has no pod now, and a log goes with its pod.`);
  const [proxy] = proxies;
  const own = proxy === undefined ? null : nodeId({ kind: "workload", ...keyOf(proxy, inventory) });
  return readLines(logs, {
    ...{ name, pods: pods.filter(({ pod }) => pod.reports) },
    read: (text) => {
      const line = readPassedLine(text, formats);
      if (line?.kind === "unreadable") return "unreadable";
      if (line?.kind !== "passed") return null;
      const { call } = line;
      const source = at === "gateway" ? own : callerOf(call, inventory);
      return { ...sampledOf(call, at, inventory), source, target: targetOf(call, at, inventory) };
    },
  });
}

const keyOf = ({ namespace, name }: Workload, { cluster }: ClusterInventory) => ({ cluster, namespace, name });

function sampledOf(
  call: PassedCall,
  at: Passing["at"],
  inventory: ClusterInventory,
): Omit<LoggedRequest, "source" | "target"> {
  const { method = null, path = null, authority: host = null } = call.request ?? {};
  return {
    request: {
      method,
      path,
      host,
      port: call.to !== null && isServers(call.to.address, inventory) ? call.to.port : null,
    },
    ...(call.rewritten ? { rewritten: true } : {}),
    // To the server it is the proxy that calls.
    ...{ sends: null, address: null, to: call.host, headers: call.headers, bytes: call.bytes },
    front: {
      at,
      ...(call.port === null ? {} : { port: call.port }),
      ...(call.direct === null ? {} : { sourceIp: call.direct }),
      ...(call.remote === null ? {} : { remoteIp: call.remote }),
    },
  };
}

/** Who calls a waypoint: its ztunnel keeps the address of the pod. A header (X-Forwarded-For) names nobody. */
const callerOf = ({ direct, remote, claimed }: PassedCall, inventory: ClusterInventory): string | null =>
  workloadAt(direct ?? (claimed ? null : remote), inventory)?.id ?? null;

/**
 * The workload that it went to, or would have: the Service's only one. null: not told. A waypoint's policies are those of the Service
 * that was asked for, so where a rule sent the call to another one, it is of neither.
 */
function targetOf(call: PassedCall, at: Passing["at"], inventory: ClusterInventory): string | null {
  const named = localService(call.host);
  const service = named === null ? undefined : inventory.services.get(`${named.namespace}/${named.name}`);
  if (at === "waypoint" && (service === undefined || !isAsked(service, call.asked))) return null;
  return serverOf(service, call.to?.address ?? null, inventory);
}

/** Of a Service without an address of its own the cluster alone tells; what was asked for has to be told all the same. */
const isAsked = ({ addresses = [] }: Service, asked: PassedCall["asked"]): boolean =>
  asked !== null && (addresses.length === 0 || addresses.includes(asked.address));
