/** Calls as they were seen: pairs with their rates, and what the servers' proxies said of who called. */
import type { NodeKey } from "#lib/graph/id.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { requestRate } from "#lib/graph/measure.ts";
import type { MtlsBasis, Observer, Protocol } from "#lib/graph/model.ts";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import type { AtZtunnel, Evidence, Hop, WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { ImpactEvidence, Seen } from "#lib/policy/impact.ts";
import { ratio } from "#lib/units.ts";
import type { RequestClass, RequestKnown } from "./request-known.ts";

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
  /** Whom the server's ztunnel saw where a waypoint reported it; absent: nobody, or none did. */
  readonly atZtunnel?: AtZtunnel;
  /** What the proxy that routes it counted in the hour, the client's or a waypoint; absent: it didn't report. Latencies as they were asked for. */
  readonly client?: Pick<EdgeObservation, "requests" | "latency">;
  /** The pair's rate in the hour, where this is what only the week knows of it. */
  readonly beside?: number;
  /** Requests/s that a waypoint counted where one reported it, else the server's own proxy; absent: none. */
  readonly served?: number;
  /** Of the hour what the client's own proxies counted, its sidecars or its node's ztunnel; absent: none. */
  readonly sent?: number;
  /** What is known of all its requests alike. Absent: no more than the other members say. */
  readonly request?: RequestKnown;
  /** Parts of it of whose requests something is known; of the rest nothing is. */
  readonly classes?: readonly RequestClass[];
  /** Where `classes` come from. */
  readonly evidence?: readonly ImpactEvidence[];
}

/**
 * The hour's calls; then of the week the pairs that the hour doesn't have, and of those that it has what it doesn't know of them.
 * All of the week is without a rate.
 */
export function observedCalls(hour: WorkloadGraph, week: WorkloadGraph | null): readonly ObservedCall[] {
  const now = hour.hops.filter(({ live }) => live).flatMap((hop) => callOf(hop, "hour") ?? []);
  const known = new Map(now.map((call) => [keyOf(call), call]));
  const before = (week?.hops ?? []).flatMap((hop) => callOf(hop, "week") ?? []);
  return [
    ...now,
    ...before.flatMap((call) => {
      const same = known.get(keyOf(call));
      return same === undefined ? [call] : (rarer(call, same) ?? []);
    }),
  ];
}

/** Pairs of the hour, and those that the week has beyond them. */
export function pairsSeen(calls: readonly ObservedCall[]): Readonly<Record<Seen, number>> {
  const pairs = (wanted: Seen) => new Set(calls.filter(({ seen }) => seen === wanted).map(keyOf));
  const hour = pairs("hour");
  return { hour: hour.size, week: [...pairs("week")].filter((each) => !hour.has(each)).length };
}

/**
 * What the week knows of a pair beyond the hour: identities, plaintext, a way through a waypoint. A job's account or a client
 * that falls back is as blind a spot of an hour as a pair that calls at night.
 */
function rarer(week: ObservedCall, hour: ObservedCall): ObservedCall | null {
  const beside = hour.rate;
  if (week.viaWaypoint && !hour.viaWaypoint) return { ...week, beside };
  const { share, basis } = week.mtls;
  // Others than the server's side report nobody's identity.
  if (basis !== "server" || share === null) return null;
  const others = [...week.callers].filter(([name]) => !hour.callers.has(name));
  const plain = share < 1 && !(hour.mtls.basis === "server" && hour.mtls.share !== null && hour.mtls.share < 1);
  if (others.length === 0 && !plain) return null;
  const mtls = { share: ratio(others.length === 0 ? 0 : plain ? share : 1), basis };
  return { ...week, mtls, callers: new Map(others), beside };
}

const keyOf = ({ ids, protocol, service }: ObservedCall): string => pairOf({ ...ids, protocol, service });

/** Equal texts: the same pair, the same service and protocol. `source`, `target`: ids of the graph. */
export const pairOf = ({
  source,
  target,
  protocol,
  service,
}: Pick<ObservedCall, "protocol" | "service"> & ObservedCall["ids"]): string =>
  `${source}>${target}>${protocol} ${service === null ? "" : `${service.namespace}/${service.name}`}`;

/** A server's own latencies and answers aren't the client's. */
const ROUTERS: ReadonlySet<Observer> = new Set<Observer>(["source", "waypoint"]);

function callOf(hop: Hop, seen: Seen): ObservedCall | null {
  const [source, target] = [parseNodeId(hop.source), parseNodeId(hop.target)];
  // What another mesh carries, none of this one's policies decides.
  if (source === null || target === null || hop.observer === "extension") return null;
  const { service, protocol, mtls, callers, evidence } = hop;
  return {
    ...{ source, target, service, protocol, seen, mtls, callers },
    ids: { source: hop.source, target: hop.target },
    rate: seen === "week" ? 0 : rateOf(hop),
    viaWaypoint: evidence.has("waypoint"),
    ...(hop.atZtunnel === undefined ? {} : { atZtunnel: hop.atZtunnel }),
    ...servedOf(evidence.get("waypoint") ?? evidence.get("destination"), seen),
    ...sentOf(hop, seen),
    ...(protocol === "grpc" ? { request: GRPC } : {}),
    ...(seen === "hour" && hop.headline !== null && ROUTERS.has(hop.headline.observer) ? { client: hop.headline } : {}),
  };
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
const GRPC: RequestKnown = { method: "POST" };

function servedOf(server: Evidence | undefined, seen: Seen): Pick<ObservedCall, "served"> {
  const served = server === undefined || seen === "week" ? 0 : requestRate(server.requests);
  return served > 0 ? { served } : {};
}

function sentOf({ headline, evidence, protocol }: Hop, seen: Seen): Pick<ObservedCall, "sent"> {
  const own = headline?.observer === "ztunnel" && headline.side === "client" ? headline : evidence.get("source");
  const sent = own === undefined || seen === "week" ? 0 : countOf(own, protocol);
  return sent > 0 ? { sent } : {};
}

const countOf = ({ requests, connections }: Evidence, protocol: Protocol): number =>
  protocol === "tcp" ? (connections?.opened ?? 0) : requestRate(requests);

/** The headline's; where only others saw this service, the most that one of them did. */
function rateOf({ headline, evidence, protocol }: Hop): number {
  const all = headline === null ? [...evidence.values()] : [headline];
  return Math.max(0, ...all.map((each) => countOf(each, protocol)));
}
