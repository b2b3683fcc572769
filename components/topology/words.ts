/** What the numbers of an edge rest on, in words. Pure; every sentence is in words.test.ts. */

import { sayWindow } from "#lib/api/windows.ts";
import { FEW_REQUESTS, formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import type { GraphEdge, GraphNode, LatencyMissing, MtlsBasis, Observer, Outcome, Protocol } from "#lib/graph/model.ts";
import { type Ratio, ratio } from "#lib/units.ts";

export const PROTOCOL_WORDS: Readonly<Record<Protocol, string>> = { http: "HTTP", grpc: "gRPC", tcp: "TCP" };

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  ok: "Answered",
  client: "Refused: the caller's fault (4xx)",
  policy: "Refused by policy",
  neverArrived: "Never arrived",
  server: "Failed at the server",
  injected: "Fault injected",
  cancelled: "The caller left",
};

/** The same as a verb, for the sentence about a limit. */
export const LIMIT_WORDS: Readonly<Record<Outcome, string>> = {
  ok: "were answered",
  client: "were refused as the caller's fault (4xx)",
  policy: "were refused by policy",
  neverArrived: "never arrived",
  server: "failed at the server",
  injected: "were aborted by a fault rule",
  cancelled: "were left by the caller",
};

/** Classes that count as trouble when there are any. */
export const BAD_OUTCOMES: readonly Outcome[] = ["neverArrived", "server"];

const OBSERVERS: Readonly<Record<Observer, string>> = {
  source: "the caller's proxy",
  destination: "the server's proxy",
  waypoint: "the waypoint between them",
  ztunnel: "the node's ztunnel",
  extension: "another mesh",
};

/** `seen by the caller's proxy`. */
export function seenBy(observer: Observer): string {
  return `seen by ${OBSERVERS[observer]}`;
}

export const OBSERVER_COLUMNS: Readonly<Record<Observer, string>> = {
  source: "Caller",
  destination: "Server",
  waypoint: "Waypoint",
  ztunnel: "ztunnel",
  extension: "Extension",
};

const NO_LATENCY: Readonly<Record<LatencyMissing, string>> = {
  off: "it is switched off for this view",
  tcp: "connections have none",
  "no-samples": "no request ended in this window",
  streaming: "requests of a stream end when the stream does",
  "mixed-buckets": "the proxies count in different buckets, and quantiles of those can't be joined",
  "native-histograms": "the proxies count in native histograms only",
  "not-told": "another mesh tells none",
  "source-failed": "the last query for it failed",
  operation: "of an operation only the rate is known",
};

/** Why there are no quantiles. */
export function noLatency(edge: Pick<GraphEdge, "latencyMissing">): string {
  return edge.latencyMissing === undefined ? "the telemetry carries none" : NO_LATENCY[edge.latencyMissing];
}

/** Too few samples for a quantile to mean anything. */
export function tooFew(requests: number | null): boolean {
  return requests !== null && requests < FEW_REQUESTS;
}

/** What a share of mutual TLS rests on. */
export const BASES: Readonly<Record<MtlsBasis, string>> = {
  server: "measured at the server",
  peer: "proven by the server's certificate, seen from the caller",
  inferred: "likely, by configuration; nothing measured it",
  unknown: "nothing measured it",
};

/** Share of mutual TLS with what it rests on; never a number that nothing measured. */
export function mtlsWords(edge: Pick<GraphEdge, "mtls" | "mtlsBasis" | "protocol">): {
  readonly value: string;
  readonly basis: string;
} {
  const basis = BASES[edge.mtlsBasis];
  if (edge.mtls === null) return { value: "no data", basis };
  const of = edge.protocol === "tcp" ? "connections" : "requests";
  if (edge.mtls === 0) return { value: "none", basis };
  return { value: `${formatPercent(edge.mtls)} of ${of}`, basis };
}

/** `1.8 %` of a total, or null where there is none. */
export function share(part: number, total: number | null): Ratio | null {
  return total === null || total <= 0 ? null : ratio(part / total);
}

/** `1 m · seen by the caller's proxy · about 2,520 requests`: what stands behind the headline. */
export function provenance(edge: GraphEdge, window: string): string {
  const requests = edge.requests === null ? "" : ` · about ${formatPlural(Math.round(edge.requests), "request")}`;
  return `last ${sayWindow(window)} · ${seenBy(edge.observer)}${requests}`;
}

/** `2 of 3 pods reporting`; null where Kubernetes isn't read. */
export function coverageWords(node: Pick<GraphNode, "coverage">): string | null {
  const { coverage } = node;
  if (coverage === undefined) return null;
  return `${formatCount(coverage.reporting)} of ${formatPlural(coverage.pods, "pod")} reporting`;
}

/** Names of gRPC statuses: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const GRPC = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** What a key of `codes` says besides itself; "" where the number is all there is. */
export function codeWords(code: string, protocol: Protocol): string {
  if (code === "-") return "no response";
  if (code === "") return "code not in the telemetry";
  return protocol === "grpc" && code.length < 3 ? (GRPC[Number(code)] ?? "") : "";
}

/** Does the code stand for a failure by itself? Only its colour depends on it. */
export function isBadCode(code: string, protocol: Protocol): boolean {
  if (code === "-") return true;
  if (protocol === "grpc" && code.length < 3) return ["2", "4", "12", "13", "14", "15"].includes(code);
  return code.startsWith("5");
}
