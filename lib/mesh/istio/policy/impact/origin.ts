/**
 * Which of a client's pods make its calls: those with a proxy follow its rules and prove who they are; those without follow none, send
 * plaintext and prove nothing. What the client's own proxies counted, and mutual TLS, is of the former.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { ObservedCall } from "./calls.ts";
import { CONTRADICTION, sending } from "./connection.ts";
import type { Part } from "./part.ts";
import { barePods, proxied } from "./past.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { clientOf, wireOf } from "./wire.ts";

/** Shares (0…1) of the calls, at least and at most, that pods with a proxy make, and what would tell. */
export interface Origin {
  readonly min: number;
  readonly max: number;
  readonly lacks: readonly string[];
}

export const ALL: Origin = { min: 1, max: 1, lacks: [] };
const NONE: Origin = { min: 0, max: 0, lacks: [] };

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

/** Of calls of one client. `client`: as it is; undefined: it is gone. */
export function originOf(
  calls: readonly ObservedCall[],
  client: Workload | undefined,
  sides: Sides,
  world: ImpactWorld,
): Origin {
  if (client === undefined) return ALL;
  const open = barePods(client);
  const naked = client.dataplane === "none" && open.length === 0;
  if (open.length === 0 && !naked) return ALL;
  const rate = calls.reduce((sum, each) => sum + each.rate, 0);
  const weight = (call: ObservedCall) => (rate > 0 ? call.rate / rate : 1 / calls.length);
  const proven = calls.reduce((sum, call) => sum + weight(call) * provenOf(call), 0);
  // No pod has a proxy now, and in the window some had.
  if (naked) return proven < LEAST ? NONE : { min: 0, max: 1, lacks: [CONTRADICTION] };
  const bare = calls.reduce((sum, call) => sum + weight(call) * bareOf(call, client, sides, world), 0);
  const [min, max] = [clear(proven), clear(Math.max(proven, 1 - bare))];
  return max - min < LEAST ? { min: max, max, lacks: [] } : { min, max, lacks: open };
}

const clear = (share: number): number => (share > 1 - LEAST ? 1 : share < LEAST ? 0 : share);

/** How much of a call surely comes from pods with a proxy. */
function provenOf({ rate, sent = 0, mtls, viaWaypoint }: ObservedCall): number {
  const counted = rate > 0 ? Math.min(1, sent / rate) : 0;
  const mutual = mtls.basis === "server" || mtls.basis === "peer" ? (mtls.share ?? 0) : 0;
  return Math.max(viaWaypoint ? 1 : 0, counted, mutual);
}

/** How much of a call surely comes from pods without: plaintext at its server that the others wouldn't send. */
function bareOf(call: ObservedCall, client: Workload, sides: Sides, world: ImpactWorld): number {
  const { mtls, target, source } = call;
  const server = world.inventory.workloads.get(`${target.namespace}/${target.name}`);
  if (mtls.basis !== "server" || mtls.share === null || server === undefined || target.kind !== "workload") return 0;
  const { wire } = wireOf(call, proxied(server), world);
  const own = { client: clientOf(proxied(client), source.namespace), measured: "unknown" } as const;
  const { also: _, ...alone } = wire;
  return sending({ ...alone, ...own }, sides.before)?.sends === "mutual TLS" ? 1 - mtls.share : 0;
}

/** What a client's own rules do, to those of its calls that they concern. */
export function ofProxied(parts: readonly Part[], { min, max, lacks }: Origin): readonly Part[] {
  if (max < LEAST) return [];
  if (min === 1 && max === 1) return parts;
  return parts.map((part) => {
    const share = part.share ?? { min: part.known ? 1 : 0, max: 1 };
    return {
      ...part,
      known: part.known && lacks.length === 0,
      share: { min: share.min * min, max: share.max * max },
      lacks: [...new Set([...part.lacks, ...lacks])],
    };
  });
}

/** What isn't known of plaintext that was measured where the client's proxies counted all that is in the rate. */
export function uncounted(call: ObservedCall, { inventory }: ImpactWorld): readonly string[] {
  const { source, rate, sent = 0 } = call;
  const client = inventory.workloads.get(`${source.namespace}/${source.name}`);
  if (client === undefined || sent <= 0 || sent < rate - LEAST || barePods(client).length === 0) return [];
  return [`how many calls the pods of ${client.namespace}/${client.name} without a proxy make`];
}

/**
 * Where a server measured plaintext of such a client and counted more than its proxies, what is beyond is of the pods without: the pair's
 * rate has it as well.
 */
export function withBare(call: ObservedCall, { cluster, inventory }: ImpactWorld): ObservedCall {
  const { source, mtls, served = 0, sent = 0, rate, beside } = call;
  if (served <= rate || sent <= 0 || beside !== undefined || source.kind !== "workload") return call;
  if (source.cluster !== cluster || mtls.basis !== "server" || mtls.share === null || mtls.share >= 1) return call;
  const client = inventory.workloads.get(`${source.namespace}/${source.name}`);
  return client === undefined || barePods(client).length === 0 ? call : { ...call, rate: served };
}
