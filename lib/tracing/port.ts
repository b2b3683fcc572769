/** What a tracing backend is to the rest, whichever it is. A client behind it does the network; what comes out is the one model. */
import type { Seconds, UnixSeconds } from "#lib/units.ts";
import type { Trace } from "./model.ts";

export type BackendKind = "jaeger" | "zipkin" | "tempo";

/** What this backend can be asked; pages offer nothing else. */
export interface TracingCapabilities {
  /** What answers there, for people: "Jaeger, /api/v3", "Zipkin, /api/v2". */
  readonly api: string;
  /** Can it be searched without naming a service? */
  readonly serviceOptional: boolean;
  /** Search by tags. */
  readonly tags: boolean;
  /** Search by duration. */
  readonly durations: boolean;
  /** Does it leave traces without errors out itself? Else they are left out of its answer, which may come out short. */
  readonly errorsOnly: boolean;
  /** Can services and operations be listed? */
  readonly operations: boolean;
  /** Does a search answer summaries, without all spans? */
  readonly summaries: boolean;
  /** Most traces of one search. */
  readonly maxLimit: number;
  /** Search in the backend's own language. */
  readonly language: "TraceQL" | null;
}

/** All conditions hold of one span (Jaeger, Tempo), or each of some span of the service (Zipkin). Durations are of spans. */
export interface TraceQuery {
  readonly service: string | null;
  readonly operation: string | null;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly errorsOnly: boolean;
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
  readonly minDuration: Seconds | null;
  readonly maxDuration: Seconds | null;
  readonly limit: number;
}

export interface ServiceCount {
  readonly name: string;
  readonly spans: number;
  readonly errors: number;
}

/** A trace as a list shows it. */
export interface TraceSummary {
  readonly traceId: string;
  /** null: no span without a parent has come. */
  readonly root: { readonly service: string; readonly operation: string } | null;
  readonly services: readonly ServiceCount[];
  /** null: the backend's summaries don't say. */
  readonly spans: number | null;
  readonly errors: number | null;
  readonly startNs: bigint;
  readonly durationNs: bigint;
}

/** Why an answer isn't whole. */
export interface Partial {
  readonly reason: "bytes" | "spans";
  readonly detail: string;
}

export interface SearchAnswer {
  /** Whole traces, or what was read of them. Empty where the backend answers summaries. */
  readonly traces: readonly Trace[];
  /** Set where the backend answers summaries and they were asked for. */
  readonly summaries: readonly TraceSummary[] | null;
  readonly partial: Partial | null;
  /** As many came as were asked for, before any was left out here: there are probably more, and nobody looked at them. */
  readonly more: boolean;
  /** What the backend or the reading of its answer has to say. */
  readonly warnings: readonly string[];
}

export interface Operation {
  readonly name: string;
  /** Lower-case span kind; null where the backend doesn't say. */
  readonly kind: string | null;
}

/** How long a question may take in all, and how to give it up. */
export interface Asking {
  readonly timeout: Seconds;
  readonly signal?: AbortSignal;
}

/**
 * One backend. Every method throws MeshscopeError alone: `upstream_unreachable`, `upstream_timeout`,
 * `upstream_unauthorised`, `not_tracing` (it answers, but not as this API), `bad_query`, `upstream_bad`,
 * `upstream_too_large`, `upstream_busy`, `cancelled` (the signal).
 */
export interface TracingBackend {
  readonly name: string;
  readonly kind: BackendKind;
  /** Asks once what is there, and again after a failure. */
  capabilities(o: Asking): Promise<TracingCapabilities>;
  services(o: Asking): Promise<readonly string[]>;
  operations(service: string, o: Asking): Promise<readonly Operation[]>;
  /** `whole`: with all spans, also where the backend has summaries. */
  search(query: TraceQuery, o: Asking & { readonly whole: boolean }): Promise<SearchAnswer>;
  /** null: it has no such trace. */
  trace(traceId: string, o: Asking): Promise<{ readonly trace: Trace; readonly partial: Partial | null } | null>;
  /** Ends all connections; what is under way fails as `cancelled`. */
  close(): Promise<void>;
}
