/** Access logs as evidence for the way to STRICT: who called without Istio's mutual TLS, by address and, where a pod has it, by name. Pure. */
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { LogCaller } from "#lib/policy/log-callers.ts";
import type { InboundCall } from "../../access-log.ts";

export interface LoggedCall {
  readonly call: InboundCall;
  /** RFC 3339; null: the line bears no stamp. */
  readonly at: string | null;
}

interface Sum extends Omit<LogCaller, "calls" | "refused" | "lastAt"> {
  calls: number;
  refused: number;
  lastAt: string | null;
}

/** Plaintext first, what was seen most often first. Calls by mutual TLS are counted and not listed. Linear in the calls. */
export function callersByLog(
  logged: readonly LoggedCall[],
  inventory: ClusterInventory,
  visible: (cluster: string, namespace: string) => boolean,
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

function nameOf(
  { address, claimed }: InboundCall,
  { cluster, workloadByIp }: ClusterInventory,
  visible: (cluster: string, namespace: string) => boolean,
): Pick<LogCaller, "by" | "source" | "address"> {
  if (claimed) return { by: "claimed", source: null, address };
  const key = workloadByIp.get(address);
  if (key === undefined) return { by: "address", source: null, address };
  const slash = key.indexOf("/");
  const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
  if (!visible(cluster, namespace)) return { by: "hidden", source: null, address: null };
  return { by: "pod", source: nodeId({ kind: "workload", cluster, namespace, name }), address };
}

/** Calls through an ambient client's tunnel are mutual TLS, and name no server inside of it. */
function sentBy(
  { sends, address, claimed }: InboundCall,
  { workloadByIp, workloads }: ClusterInventory,
): LogCaller["sends"] {
  const dataplane = claimed ? undefined : workloads.get(workloadByIp.get(address) ?? "")?.dataplane;
  if (sends === "own TLS") return "own TLS";
  return dataplane === "ambient" || dataplane === "waypoint" ? "unknown" : "plaintext";
}

const ORDER: readonly LogCaller["sends"][] = ["plaintext", "own TLS", "unknown"];

const inOrder = (a: LogCaller, b: LogCaller): number =>
  ORDER.indexOf(a.sends) - ORDER.indexOf(b.sends) ||
  b.calls - a.calls ||
  ((a.source ?? a.address ?? "") < (b.source ?? b.address ?? "") ? -1 : 1);
