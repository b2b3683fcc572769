/** Connections into an ambient workload by the newest lines of its nodes' ztunnels: who, from where, to which port. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import { readZtunnelLine } from "#lib/mesh/impact.ts";
import { MOST, ztunnelsInSight } from "../logs/ztunnels.ts";
import type { Visibility } from "../rights/model.ts";
import { type LoggedRequest, type LoggedRequests, type Logs, readLines, unread } from "./sample-lines.ts";
import { workloadAt } from "./sample-servers.ts";

type Line = Extract<ReturnType<typeof readZtunnelLine>, { readonly kind: "inbound" }>;

export async function connectionsInto(
  workload: Workload,
  logs: Logs,
  inventory: ClusterInventory,
  visible: Visibility["namespace"],
): Promise<LoggedRequests> {
  const found = ztunnelsInSight(workload, inventory, visible);
  if (typeof found === "string") return unread(found);
  const { namespace, name, pods } = workload;
  const names = new Set(pods.map((pod) => pod.name));
  const target = nodeId({ kind: "workload", cluster: inventory.cluster, namespace, name });
  return readLines(logs, {
    ...{ pods: found.seen, all: found.all, name: `${name}’s nodes’ ztunnels`, most: MOST },
    silent: `The ztunnels of ${name}’s nodes wrote no connection to it down: their log level may leave them out.`,
    read: (text) => {
      const line = readZtunnelLine(text);
      if (line?.kind === "unreadable") return "unreadable";
      if (line?.kind !== "inbound" || line.to.namespace !== namespace || !names.has(line.to.name)) return null;
      return { ...sampledOf(line), source: callerOf(line, inventory), target };
    },
  });
}

function sampledOf({ call: { address, sends }, identity, port }: Line): Omit<LoggedRequest, "source" | "target"> {
  return {
    request: { method: null, path: null, host: null, port },
    ...{ sends: sends === "mutual TLS" ? "mutual TLS" : "plaintext", address, bytes: null },
    ...(identity === null ? {} : { identity }),
  };
}

/** The workload whose pod has the address now, where that is the pod that the ztunnel knew then. */
function callerOf({ call: { address, pod } }: Line, inventory: ClusterInventory): string | null {
  const found = workloadAt(address, inventory);
  if (found === null || pod === undefined) return found?.id ?? null;
  const now = inventory.workloads.get(found.key);
  const same = now?.namespace === pod.namespace && now.pods.some(({ name }) => name === pod.name);
  return same ? found.id : null;
}
