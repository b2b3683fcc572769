/** Access logs as evidence for the way to STRICT: who called without Istio's mutual TLS, by address and, where a pod has it, by name. Pure. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { LogCaller, LogTrial } from "#lib/policy/log-callers.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { InboundCall } from "../../access-log.ts";
import type { ZtunnelLine } from "../../ztunnel-log.ts";

export interface LoggedCall {
  readonly call: InboundCall;
  /** RFC 3339; null: the line bears no stamp. */
  readonly at: string | null;
}

export interface LoggedTrial {
  readonly trial: Extract<ZtunnelLine, { kind: "dry-run" }>;
  readonly at: string | null;
}

type Visible = (cluster: string, namespace: string) => boolean;

interface Sum extends Omit<LogCaller, "calls" | "refused" | "lastAt"> {
  calls: number;
  refused: number;
  lastAt: string | null;
}

/** Plaintext first, what was seen most often first. Calls by mutual TLS are counted and not listed. Linear in the calls. */
export function callersByLog(
  logged: readonly LoggedCall[],
  inventory: ClusterInventory,
  visible: Visible,
): { readonly callers: readonly LogCaller[]; readonly mutual: number } {
  const sums = new Map<string, Sum>();
  let mutual = 0;
  for (const { call, at } of logged) {
    if (call.sends === "mutual TLS") {
      mutual += 1;
      continue;
    }
    const who = { ...nameOf(call, inventory, visible), sends: sentBy(call, inventory) };
    const key = [who.by, who.source, who.address, who.sends].join(" ");
    const sum = sums.get(key) ?? { ...who, calls: 0, refused: 0, lastAt: null };
    sum.calls += 1;
    sum.refused += call.refused ? 1 : 0;
    if (at !== null && (sum.lastAt === null || at > sum.lastAt)) sum.lastAt = at;
    sums.set(key, sum);
  }
  return { callers: [...sums.values()].toSorted(inOrder), mutual };
}

/** Which calls policies on trial would have denied, by policy and caller, most lines first. `policyOf`: null where it is out of sight. */
export function trialsByLog(
  logged: readonly LoggedTrial[],
  inventory: ClusterInventory,
  visible: Visible,
  policyOf: (namespace: string, name: string) => ObjectRef | null,
): readonly LogTrial[] {
  const sums = new Map<string, { -readonly [K in keyof LogTrial]: LogTrial[K] }>();
  for (const { trial, at } of logged) {
    const [namespace = "", name = ""] = trial.policy?.split("/") ?? [];
    const policy = trial.policy === null ? null : policyOf(namespace, name);
    const who = nameOf({ address: trial.address, claimed: false }, inventory, visible);
    const key = [trial.action, policy?.namespace, policy?.name, who.by, who.source, who.address].join(" ");
    const sum = sums.get(key) ?? { ...who, action: trial.action, policy, calls: 0, lastAt: null };
    sum.calls += 1;
    if (at !== null && (sum.lastAt === null || at > sum.lastAt)) sum.lastAt = at;
    sums.set(key, sum);
  }
  return [...sums.values()].toSorted((a, b) => b.calls - a.calls || (sortKey(a) < sortKey(b) ? -1 : 1));
}

const sortKey = ({ source, address }: Pick<LogTrial, "source" | "address">): string => source ?? address ?? "";

function nameOf(
  { address, claimed, pod }: Pick<InboundCall, "address" | "claimed" | "pod">,
  { cluster, workloadByIp, workloads }: ClusterInventory,
  visible: Visible,
): Pick<LogCaller, "by" | "source" | "address"> {
  if (claimed) return { by: "claimed", source: null, address };
  const key = workloadByIp.get(address);
  const [namespace = "", name = ""] = key?.split("/") ?? [];
  // Its mesh knew the pod then: one that is out of sight isn't told, whoever has the address now.
  if ((pod && !visible(cluster, pod.namespace)) || (key !== undefined && !visible(cluster, namespace)))
    return { by: "hidden", source: null, address: null };
  const now = key === undefined ? undefined : workloads.get(key);
  const other = pod !== undefined && (pod.namespace !== namespace || !now?.pods.some((each) => each.name === pod.name));
  if (key === undefined || other) return { by: "address", source: null, address };
  return { by: "pod", source: nodeId({ kind: "workload", cluster, namespace, name }), address };
}

/** Calls through an ambient client's tunnel are mutual TLS, and name no server inside of it. */
function sentBy(
  { sends, address, claimed, pod }: InboundCall,
  { workloadByIp, workloads }: ClusterInventory,
): LogCaller["sends"] {
  // A ztunnel knows what came through a tunnel.
  if (pod !== undefined && sends === "plaintext") return "plaintext";
  const dataplane = claimed ? undefined : workloads.get(workloadByIp.get(address) ?? "")?.dataplane;
  if (sends === "own TLS") return "own TLS";
  return dataplane === "ambient" || dataplane === "waypoint" ? "unknown" : "plaintext";
}

const ORDER: readonly LogCaller["sends"][] = ["plaintext", "own TLS", "unknown"];

const inOrder = (a: LogCaller, b: LogCaller): number =>
  ORDER.indexOf(a.sends) - ORDER.indexOf(b.sends) || b.calls - a.calls || (sortKey(a) < sortKey(b) ? -1 : 1);
