/** What the simulation hands to tracing: one record per proxy that saw a call, as Envoy would make spans. */
import type { Outcome } from "../metrics/labels.ts";
import type { SimPod } from "./pod.ts";

export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly kind: "client" | "server";
  /** The pod whose proxy made the span. */
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
  readonly requestBytes: number;
  readonly responseBytes: number;
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
