/** Sums of what ONE observer counted over disjoint sets of calls. Never for two observers of the same calls. */
import { ratio } from "#lib/units.ts";
import { weightOf } from "./measure.ts";
import type { EdgeObservation } from "./observation.ts";
import { mergeHistograms } from "./quantile.ts";
import type { Evidence } from "./workload-graph.ts";

type Bytes = NonNullable<EdgeObservation["bytes"]>;
type Messages = NonNullable<EdgeObservation["messages"]>;
type Connections = NonNullable<EdgeObservation["connections"]>;

/** Sums keep their unit; the cast says only that. */
export function plus<T extends number>(a: T, b: T): T {
  return (a + b) as T;
}

/** `known + more`, where null means that nobody counted. */
function either<T>(a: T | null, b: T | null, sum: (a: T, b: T) => T): T | null {
  return a === null ? b : b === null ? a : sum(a, b);
}

/** Adds `amount` to what `map` has under `key`. */
export function addTo<K, N extends number>(map: Map<K, N>, key: K, amount: N): void {
  const known = map.get(key);
  map.set(key, known === undefined ? amount : plus(known, amount));
}

function sumMaps<K, N extends number>(a: ReadonlyMap<K, N>, b: ReadonlyMap<K, N>): ReadonlyMap<K, N> {
  const sum = new Map(a);
  for (const [key, amount] of b) addTo(sum, key, amount);
  return sum;
}

function sumBytes(a: Bytes, b: Bytes): Bytes {
  return { sent: plus(a.sent, b.sent), received: plus(a.received, b.received) };
}

function sumMessages(a: Messages, b: Messages): Messages {
  return { sent: plus(a.sent, b.sent), received: plus(a.received, b.received) };
}

function sumConnections(a: Connections, b: Connections): Connections {
  return {
    opened: plus(a.opened, b.opened),
    closed: plus(a.closed, b.closed),
    failed: plus(a.failed, b.failed),
    open: either(a.open, b.open, plus),
    flags: sumMaps(a.flags, b.flags),
  };
}

/** By operation, of those that classify; absent where none does. */
export function operationsOf(
  parts: readonly Pick<EdgeObservation, "operations">[],
): Pick<EdgeObservation, "operations"> {
  const known = parts.flatMap(({ operations }) => operations ?? []);
  return known.length === 0 ? {} : { operations: known.reduce(sumMaps) };
}

/** What extensions say of all; of what one says nothing of, nothing is secured. */
export function securedOf(
  parts: readonly Pick<EdgeObservation, "secured" | "requests" | "bytes">[],
): Pick<EdgeObservation, "secured"> {
  if (parts.every(({ secured }) => secured === undefined)) return {};
  const all = parts.map(
    ({ secured, ...part }) => secured ?? { part: 0, of: weightOf({ ...part, connections: null, messages: null }) },
  );
  const sum = (read: (each: { readonly part: number; readonly of: number }) => number) =>
    all.reduce((total, each) => total + read(each), 0);
  return { secured: { part: sum(({ part }) => part), of: sum(({ of }) => of) } };
}

/** Requests, bytes, connections and operations of both. */
export function combineEvidence(a: Evidence, b: Evidence): Evidence {
  return {
    requests: [...a.requests, ...b.requests],
    bytes: either(a.bytes, b.bytes, sumBytes),
    connections: either(a.connections, b.connections, sumConnections),
    ...operationsOf([a, b]),
    ...securedOf([a, b]),
  };
}

type LatencyPart = Pick<EdgeObservation, "latency" | "latencyMissing">;

/** Latency of all. Buckets with different bounds don't add up: then there is none, and the reason says so. */
export function mergeLatency(parts: readonly LatencyPart[]): LatencyPart {
  const reason = parts.find((part) => part.latencyMissing !== null && part.latencyMissing !== "no-samples");
  if (reason !== undefined) return { latency: null, latencyMissing: reason.latencyMissing };
  const histograms = parts.flatMap(({ latency }) => latency ?? []);
  const latency = mergeHistograms(histograms);
  if (latency !== null) return { latency, latencyMissing: null };
  if (histograms.length > 0) return { latency: null, latencyMissing: "mixed-buckets" };
  return { latency: null, latencyMissing: parts.find((part) => part.latencyMissing !== null)?.latencyMissing ?? null };
}

function combineMtls(a: EdgeObservation, b: EdgeObservation): EdgeObservation["mtls"] {
  if (a.mtls === null || b.mtls === null) return a.mtls ?? b.mtls;
  const [wa, wb] = [Math.max(weightOf(a), 1e-9), Math.max(weightOf(b), 1e-9)];
  const share = (a.mtls.share * wa + b.mtls.share * wb) / (wa + wb);
  return { share: ratio(share), basis: a.mtls.basis === "server" ? b.mtls.basis : "peer" };
}

function callersOfBoth(a: EdgeObservation, b: EdgeObservation): Pick<EdgeObservation, "callers"> {
  const callers = either(a.callers ?? null, b.callers ?? null, sumMaps<string, number>);
  return callers === null ? {} : { callers };
}

/** Messages of all; null where nobody counted any. */
export function sumAllMessages(parts: readonly Pick<EdgeObservation, "messages">[]): EdgeObservation["messages"] {
  return parts.reduce<EdgeObservation["messages"]>((sum, { messages }) => either(sum, messages, sumMessages), null);
}

/** One record of two by the same observer, on the same edge. The ends are the first's. */
export function combine(a: EdgeObservation, b: EdgeObservation): EdgeObservation {
  return {
    ...a,
    ...combineEvidence(a, b),
    ...mergeLatency([a, b]),
    hosts: sumMaps(a.hosts, b.hosts),
    messages: either(a.messages, b.messages, sumMessages),
    mtls: combineMtls(a, b),
    sourcePrincipal: a.sourcePrincipal ?? b.sourcePrincipal,
    destinationPrincipal: a.destinationPrincipal ?? b.destinationPrincipal,
    ...callersOfBoth(a, b),
    newbornSince: either(a.newbornSince, b.newbornSince, (x, y) => (x < y ? x : y)),
    newbornRequests: a.newbornRequests + b.newbornRequests,
  };
}
