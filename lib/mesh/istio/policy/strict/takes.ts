/** Which mutual TLS namespaces and workloads take now, as far as the reader may see what says so, and which of them stay as they are. */
import type { Workload } from "#lib/inventory/model.ts";
import { keysOf } from "#lib/policy/json.ts";
import type { StrictException, StrictMode } from "#lib/policy/strict.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "../meaning/effective/sight.ts";
import { inboundMtls, type MtlsMode, type PeerPolicies, type Say } from "../meaning/inbound-mtls.ts";
import { objectAt } from "../routing/json.ts";

/** The last say decides. Out of sight it isn't told, and neither is what follows from it. */
export function modeOf(chain: readonly Say[], world: SecurityWorld): StrictMode {
  const unread = blind(world, "PeerAuthentication");
  const last = chain.at(-1);
  const hidden = last !== undefined && !world.sees(last.object);
  const lacks = [...unread, ...(hidden ? [HIDDEN] : [])];
  if (lacks.length > 0) return { mode: null, source: null, lacks };
  return {
    mode: last?.mode ?? "PERMISSIVE",
    source: last === undefined ? null : sourceOf(world, last.object, last.path),
    lacks,
  };
}

/** What the namespace's workloads without a policy of their own take; the root namespace's is the mesh's. */
export const namespaceMode = (peers: PeerPolicies, namespace: string, world: SecurityWorld): StrictMode =>
  modeOf(inboundMtls(peers, namespace, null, null).chain, world);

/** The policy that selects the workload. */
export const ownPolicy = (peers: PeerPolicies, { namespace, labels }: Workload) =>
  peers.workloads
    .get(namespace)
    ?.find((each) => Object.entries(each.labels).every(([key, value]) => labels[key] === value))?.object;

/** The workload where its own policy says something, then each port that it names. */
export function exceptionsOf(
  peers: PeerPolicies,
  workload: Workload,
  world: SecurityWorld,
): readonly StrictException[] {
  const own = ownPolicy(peers, workload);
  if (own === undefined) return [];
  const { namespace, name, labels, dataplane } = workload;
  const named = world.sees(own) ? keysOf(objectAt(own.spec, "portLevelMtls")).map(Number).filter(Number.isInteger) : [];
  return [null, ...named.toSorted((a, b) => a - b)].flatMap((port): StrictException[] => {
    const { chain } = inboundMtls(peers, namespace, labels, port);
    const decides = chain.at(-1);
    // An unset mode or port takes the next wider one's: no exception.
    if (decides === undefined || (decides.level !== "workload" && decides.level !== "port")) return [];
    if (port !== null && decides.level !== "port") return [];
    const said = modeOf(chain, world);
    // ztunnel takes plaintext unless it is STRICT, and always mutual TLS.
    const mode: MtlsMode | null = said.mode === "DISABLE" && dataplane === "ambient" ? "PERMISSIVE" : said.mode;
    return [{ ...said, mode, namespace, workload: name, port, stays: mode !== "STRICT" }];
  });
}

/** What of the objects that count at the workload the reader may not know; with it nothing is said of what STRICT changes there. */
export function unseenAt(peers: PeerPolicies, workload: Workload, world: SecurityWorld): readonly string[] {
  const unread = blind(world, "PeerAuthentication", "DestinationRule");
  const own = ownPolicy(peers, workload);
  const { chain } = inboundMtls(peers, workload.namespace, null, null);
  const last = chain.at(-1);
  const hidden = [own, last?.object].some((each) => each !== undefined && !world.sees(each));
  return [...unread, ...(hidden ? [HIDDEN] : [])];
}
