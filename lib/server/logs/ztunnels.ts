/** The newest lines of the ztunnels of an ambient workload's nodes, as far as they are about it: read as the viewer and kept nowhere. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { type LoggedCall, type LoggedTrial, readZtunnelLine, ztunnelsOf } from "#lib/mesh/impact.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import type { ReadLog } from "#lib/policy/log-callers.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Visibility } from "../rights/model.ts";
import { type LogPlace, readProxyLog, someOf } from "./proxy-log.ts";

export interface LogsPlace {
  readonly client: KubeClient & KubeLogs;
  readonly calling: { readonly as?: As; readonly signal?: AbortSignal };
  readonly since: UnixSeconds;
}

export interface ReadLogs {
  readonly by: "sidecar" | "ztunnel";
  /** Whose logs there are, read or not. */
  readonly pods: number;
  readonly logs: readonly ReadLog[];
  readonly calls: readonly LoggedCall[];
  readonly trials: readonly LoggedTrial[];
  readonly notes: readonly string[];
  /** Why no log can tell; null: they can. */
  readonly why: string | null;
}

export const NO_POD = "It has no pod now, and a log goes with its pod.";
export const NOTHING_READ: Omit<ReadLogs, "by"> = { pods: 0, logs: [], calls: [], trials: [], notes: [], why: null };

/** A node's lines are of all its pods, so more of them are read than of one pod's, and as many bytes for each. */
export const MOST = { lines: 5000, bytes: 5 * 1024 * 1024 };

/** Pods of namespaces out of sight are neither asked for their logs nor named. */
export async function readZtunnels(
  workload: Workload,
  inventory: ClusterInventory,
  { namespace: visible }: Pick<Visibility, "namespace">,
  { client, calling, since }: LogsPlace,
): Promise<ReadLogs> {
  const found = ztunnelsInSight(workload, inventory, visible);
  if (typeof found === "string") return { ...NOTHING_READ, by: "ztunnel", why: found };
  const { seen, all, unplaced } = found;
  const read = await Promise.all(
    someOf(seen, ({ pod }) => pod).map(({ namespace, pod }) =>
      readOne(client, { ...calling, namespace, pod: pod.name, since }, workload),
    ),
  );
  return {
    ...{ by: "ztunnel", pods: all, why: null },
    logs: read.map(({ log }) => log),
    calls: read.flatMap(({ calls }) => calls),
    trials: read.flatMap(({ trials }) => trials),
    notes: unplaced ? ["On which nodes its pods run isn’t known, so any ztunnel’s lines may be of it."] : [],
  };
}

/** Those whose logs may be read, and of how many; else why there is none. */
export function ztunnelsInSight(workload: Workload, inventory: ClusterInventory, visible: Visibility["namespace"]) {
  if (workload.pods.length === 0) return NO_POD;
  const { pods, unplaced } = ztunnelsOf(workload, inventory);
  const seen = pods.filter(({ namespace }) => visible(inventory.cluster, namespace));
  if (seen.length === 0) return pods.length === 0 ? UNKNOWN : HIDDEN;
  return { seen, all: pods.length, unplaced };
}

const UNKNOWN = "Its calls go through the nodes’ ztunnels, and none of them is known on its pods’ nodes.";
const HIDDEN =
  "Its calls go through the nodes’ ztunnels, which run in a namespace that you may not see: who may read their logs (pods/log there) can ask them.";

type Said = LoggedCall | LoggedTrial;

async function readOne(client: LogsPlace["client"], place: LogPlace, { namespace, pods }: Workload) {
  const names = new Set(pods.map(({ name }) => name));
  const { log, found } = await readProxyLog(
    client,
    place,
    ({ atNs, text }): Said | "unreadable" | null => {
      const line = readZtunnelLine(text);
      if (line?.kind === "unreadable") return "unreadable";
      if (line?.kind !== "inbound" && line?.kind !== "dry-run") return null;
      if (line.to.namespace !== namespace || !names.has(line.to.name)) return null;
      const at = atNs === null ? null : formatNanoseconds(atNs);
      return line.kind === "inbound" ? { call: line.call, at } : { trial: line, at };
    },
    MOST,
  );
  const calls = found.filter((each) => "call" in each);
  return { log: { ...log, inbound: calls.length }, calls, trials: found.filter((each) => "trial" in each) };
}
