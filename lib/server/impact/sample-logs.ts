/** Requests into one workload by the newest lines of its sidecars' access logs, by who made them. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import { type AccessFormat, readAccessLine } from "#lib/mesh/impact.ts";
import { type LoggedRequest, type LoggedRequests, type Logs, readLines, unread } from "./sample-lines.ts";
import { workloadAt } from "./sample-servers.ts";

type Logged = Extract<ReturnType<typeof readAccessLine>, { readonly kind: "inbound" }>;

export async function loggedRequests(
  logs: Logs,
  workload: Workload,
  inventory: ClusterInventory,
  formats: readonly AccessFormat[],
): Promise<LoggedRequests> {
  const why = untold(workload);
  if (why !== null) return unread(why);
  const { namespace, name, pods } = workload;
  const target = nodeId({ kind: "workload", cluster: inventory.cluster, namespace, name });
  return readLines(logs, {
    ...{ name, pods: pods.filter(({ reports }) => reports).map((pod) => ({ namespace, pod })) },
    read: (text) => {
      const line = readAccessLine(text, formats);
      if (line?.kind === "unreadable") return "unreadable";
      return line?.kind === "inbound" ? { ...sampledOf(line, inventory), target } : null;
    },
  });
}

/** Whose log tells no request; null: a sidecar's, which may. */
function untold({ dataplane, name, pods }: Workload): string | null {
  if (dataplane !== "sidecar") return `${name} has no sidecar whose log would tell what comes in.`;
  return pods.length === 0 ? `${name} has no pod now, and a log goes with its pod.` : null;
}

function sampledOf(
  { facts: { request, port, bytes, extras }, call }: Logged,
  inventory: ClusterInventory,
): Omit<LoggedRequest, "target"> {
  const { method = null, path = null, authority: host = null } = request ?? {};
  const found = workloadAt(call.claimed ? null : call.address, inventory);
  // Its calls look the same by mutual TLS and without.
  const tunnel = found?.dataplane === "ambient" || found?.dataplane === "waypoint";
  return {
    ...{ source: found?.id ?? null, request: { method, path, host, port }, address: call.address },
    sends: tunnel ? null : call.sends === "mutual TLS" ? "mutual TLS" : "plaintext",
    ...{ bytes, headers: extras.headers },
    ...(extras.rewritten ? { rewritten: true } : {}),
    ...(extras.identity === null ? {} : { identity: extras.identity }),
  };
}
