/** Calls as they were seen: pairs with their rates, and what the servers' proxies said of who called. */
import type { NodeKey } from "#lib/graph/id.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { requestRate } from "#lib/graph/measure.ts";
import type { MtlsBasis, Protocol } from "#lib/graph/model.ts";
import type { Hop, WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Seen } from "#lib/policy/impact.ts";

export interface ObservedCall {
  readonly source: NodeKey;
  readonly target: NodeKey;
  /** The graph's ids of both. */
  readonly ids: { readonly source: string; readonly target: string };
  /** The one that was called; null: none, or it isn't known. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  readonly protocol: Protocol;
  /** Requests/s, of tcp connections/s, averaged over the hour; 0 where it was seen before that alone. */
  readonly rate: number;
  readonly seen: Seen;
  /** Share of it that is proven to be mutual TLS; null: nobody measured. */
  readonly mtls: { readonly share: number | null; readonly basis: MtlsBasis };
  /** Callers' identities as servers' proxies reported them, with their weights. Empty: none did. */
  readonly callers: ReadonlyMap<string, number>;
  /** A waypoint reported it: the server's ztunnel then sees the waypoint. */
  readonly viaWaypoint: boolean;
}

/** The hour's calls, then those of the week that the hour doesn't have. */
export function observedCalls(hour: WorkloadGraph, week: WorkloadGraph | null): readonly ObservedCall[] {
  const now = hour.hops.filter(({ live }) => live).flatMap((hop) => callOf(hop, "hour") ?? []);
  const known = new Set(now.map(keyOf));
  const before = (week?.hops ?? []).flatMap((hop) => callOf(hop, "week") ?? []);
  return [...now, ...before.filter((call) => !known.has(keyOf(call)))];
}

const keyOf = ({ ids, protocol, service }: ObservedCall): string =>
  `${ids.source}>${ids.target}>${protocol} ${service === null ? "" : `${service.namespace}/${service.name}`}`;

function callOf(hop: Hop, seen: Seen): ObservedCall | null {
  const [source, target] = [parseNodeId(hop.source), parseNodeId(hop.target)];
  if (source === null || target === null) return null;
  const { service, protocol, mtls, callers, evidence } = hop;
  return {
    ...{ source, target, service, protocol, seen, mtls, callers },
    ids: { source: hop.source, target: hop.target },
    rate: seen === "week" ? 0 : rateOf(hop),
    viaWaypoint: evidence.has("waypoint"),
  };
}

/** The headline's; where only others saw this service, the most that one of them did. */
function rateOf({ headline, evidence, protocol }: Hop): number {
  const all = headline === null ? [...evidence.values()] : [headline];
  return Math.max(
    0,
    ...all.map(({ requests, connections }) =>
      protocol === "tcp" ? (connections?.opened ?? 0) : requestRate(requests),
    ),
  );
}
