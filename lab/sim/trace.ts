/** What the simulation hands to tracing: one record per proxy that saw a call, as Envoy would make spans. */
import type { Outcome } from "../metrics/labels.ts";
import type { SimPod } from "./pod.ts";
import type { DryRun } from "./policy/guard.ts";

/** One call as one proxy saw it. */
export interface SeenCall {
  readonly kind: "client" | "server";
  /** The pod whose proxy saw it. */
  readonly pod: SimPod;
  readonly peer: SimPod | null;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Host header and path. */
  readonly host: string;
  readonly path: string;
  /** Envoy's cluster name: outbound|PORT|SUBSET|HOST or inbound|PORT||. */
  readonly upstreamCluster: string;
  /** Of who sends on: the pod that it was sent to, with its port. */
  readonly upstream?: string | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Of what a server saw: where the connection came from, whoever that is, and the server name that its client asked for by TLS. */
  readonly remoteIp?: string | undefined;
  readonly sni?: string | undefined;
  /** %RESPONSE_CODE_DETAILS% of what the flags don't tell: that a policy refused. */
  readonly details?: string | undefined;
  /** What policies on trial would have done here. */
  readonly dryRuns?: readonly DryRun[] | undefined;
}

/** A sampled one. */
export interface SpanRecord extends SeenCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly method: string;
}

/** The trace a call belongs to, and the span it hangs under. */
export interface TraceContext {
  readonly traceId: string;
  readonly parentId: string | null;
  /** A fresh span id of this trace. */
  readonly newId: () => string;
}

export interface TraceSink {
  /** A sampled root call begins a trace; null when it isn't sampled. */
  begin(): TraceContext | null;
  add(span: SpanRecord): void;
}

/** Envoy's x-request-id of a call, the same at every proxy on its way. `id`: 32 hexadecimal digits. */
export const requestId = (id: string): string =>
  `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-9${id.slice(17, 20)}-${id.slice(20, 32)}`;
