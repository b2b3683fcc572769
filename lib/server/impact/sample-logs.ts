/** Requests into one workload by the newest lines of its sidecars' access logs, by who made them. */
import { formatPlural } from "#lib/format.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { type AccessFormat, readAccessLine, type Sampled } from "#lib/mesh/impact.ts";
import { type LogPlace, podsToRead, readProxyLog } from "../logs/proxy-log.ts";

type Logged = Extract<ReturnType<typeof readAccessLine>, { readonly kind: "inbound" }>;

export interface LoggedRequests {
  /** By node id of the caller. */
  readonly bySource: ReadonlyMap<string, readonly Sampled[]>;
  readonly lines: number;
  readonly newest: boolean;
  readonly pods: { readonly read: number; readonly all: number };
  readonly since: string | null;
  /** Calls into it of callers that no line names for sure. */
  readonly unnamed: number;
  readonly problems: readonly string[];
}

export const unread = (...problems: readonly string[]): LoggedRequests => ({
  ...{ bySource: new Map(), lines: 0, newest: true, pods: { read: 0, all: 0 }, since: null, unnamed: 0, problems },
});

/** Logs that can't be read are told of, and fail nothing. */
export async function loggedRequests(
  client: KubeClient & KubeLogs,
  calling: Pick<LogPlace, "as" | "signal" | "since">,
  workload: Workload,
  inventory: ClusterInventory,
  formats: readonly AccessFormat[],
): Promise<LoggedRequests> {
  const why = untold(workload);
  if (why !== null) return unread(why);
  const { namespace } = workload;
  const pods = podsToRead(workload);
  const logs = await Promise.all(
    pods.read.map(({ name }) =>
      readProxyLog(client, { ...calling, namespace, pod: name }, ({ text }): Logged | "unreadable" | null => {
        const line = readAccessLine(text, formats);
        return line?.kind === "unreadable" ? "unreadable" : line?.kind === "inbound" ? line : null;
      }),
    ),
  );
  const inbound = logs.flatMap(({ found }) => found);
  const bySource = new Map<string, Sampled[]>();
  let unnamed = 0;
  for (const line of inbound) {
    const source = sourceOf(line.call, inventory);
    if (source === null) {
      unnamed += 1;
      continue;
    }
    const list = bySource.get(source.id) ?? [];
    list.push({ ...sampledOf(line), sends: source.tunnel ? null : sentBy(line.call) });
    bySource.set(source.id, list);
  }
  const read = logs.flatMap(({ log }) => (log.lines === null ? [] : log));
  const [since = null] = read.flatMap((log) => log.since ?? []).toSorted();
  const older = read.filter(({ olderOf }) => olderOf !== null).length;
  const sum = (of: "lines" | "unreadable") => read.reduce((total, log) => total + (log[of] ?? 0), 0);
  return {
    ...{ bySource, lines: sum("lines"), newest: older === 0, since, unnamed },
    pods: { read: read.length, all: pods.all.length },
    problems: [
      ...new Set(logs.flatMap(({ log }) => log.problem ?? [])),
      ...(older > 0
        ? [
            `Of ${formatPlural(older, "pod")} of ${workload.name} only the older part of the last lines was read, for they are long.`,
          ]
        : []),
      ...(inbound.length === 0 && read.length > 0
        ? [`The proxies of ${workload.name} wrote no call down: access logs may be off.`]
        : []),
      ...(sum("unreadable") > 0
        ? [`Lines that can’t be read for sure and count for nothing: ${sum("unreadable")}.`]
        : []),
    ],
  };
}

/** Whose log tells no request; null: a sidecar's, which may. */
function untold({ dataplane, name, pods }: Workload): string | null {
  if (dataplane === "ambient") return `Calls of ${name} go through ztunnels, whose logs hold no request.`;
  if (dataplane !== "sidecar") return `${name} has no sidecar whose log would tell what comes in.`;
  return pods.length === 0 ? `${name} has no pod now, and a log goes with its pod.` : null;
}

function sampledOf({ facts: { request, port }, call }: Logged): Omit<Sampled, "sends"> {
  const { method = null, path = null, authority: host = null } = request ?? {};
  return { request: { method, path, host, port }, address: call.address };
}

const sentBy = ({ sends }: Logged["call"]): Sampled["sends"] => (sends === "mutual TLS" ? "mutual TLS" : "plaintext");

/** The workload whose pod has the address now; null: none, or a header alone says so. `tunnel`: its calls look the same by mutual TLS and without. */
function sourceOf(
  { address, claimed }: Logged["call"],
  { cluster, workloadByIp, workloads }: ClusterInventory,
): { readonly id: string; readonly tunnel: boolean } | null {
  const key = claimed ? undefined : workloadByIp.get(address);
  if (key === undefined) return null;
  const slash = key.indexOf("/");
  const dataplane = workloads.get(key)?.dataplane;
  const id = nodeId({ kind: "workload", cluster, namespace: key.slice(0, slash), name: key.slice(slash + 1) });
  return { id, tunnel: dataplane === "ambient" || dataplane === "waypoint" };
}
