/**
 * From PERMISSIVE to STRICT, as a path: what counts now, who would be refused, what isn't covered, and in which order to go.
 * What isn't known is a blind spot with a name, and never counted as safe (docs/policies.md).
 */
import type { Protocol } from "#lib/graph/model.ts";
import type { Fix } from "./finding.ts";
import type { Seen } from "./impact.ts";
import type { MtlsMode, Source } from "./security.ts";

/**
 * `ready`: nothing speaks against it, and the evidence is whole. `open`: nothing that was seen speaks against it, but not all could
 * be seen. `blocked`: calls would be refused, or may be. `unknown`: no calls are known. `strict`: it is so already.
 */
export type StrictState = "strict" | "ready" | "open" | "blocked" | "unknown";

/** In this order to go; what is done stands last. */
export const STRICT_STATES: readonly StrictState[] = ["ready", "open", "blocked", "unknown", "strict"];

export interface StrictMode {
  /** null: unknown, for what is in `lacks`. */
  readonly mode: MtlsMode | null;
  /** What says so; null: no object (PERMISSIVE by default), or one out of sight. */
  readonly source: Source | null;
  readonly lacks: readonly string[];
}

/** A workload, or one of its ports, for which an object of its own decides. */
export interface StrictException extends StrictMode {
  readonly namespace: string;
  readonly workload: string;
  /** Of the workload; null: all that aren't named. */
  readonly port: number | null;
  /** It goes on as it is once the namespace is STRICT. */
  readonly stays: boolean;
}

/** Calls of one pair that aren't proven to be mutual TLS. */
export interface StrictPair {
  /** Node ids, as in the graph. */
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
  readonly seen: Seen;
  /** Telemetry names the caller. */
  readonly named: boolean;
  readonly sends: "plaintext" | "own TLS" | "unknown";
  /** `measured`: by the server's proxy. `configured`: nobody measured it, and the objects leave no other way. null: not known. */
  readonly basis: "measured" | "configured" | null;
  /** Requests/s, of tcp connections/s, of this part of the pair's calls; 0 where it was seen before the window alone. */
  readonly rate: number;
  /** By STRICT; false: it is refused already, or its server goes on as it is. null: not known. */
  readonly refused: boolean | null;
  readonly why: string;
  /** What tells the client to send that; null: nothing that can be named. */
  readonly rule: Source | null;
  readonly blindSpots: readonly string[];
  /** Evidence that would tell. */
  readonly closeWith: readonly string[];
}

/** A place that tells clients not to use mutual TLS of the mesh. */
export interface StrictRule {
  readonly source: Source;
  /** `DISABLE`, `SIMPLE`, `MUTUAL`. */
  readonly says: string;
  /** As it is resolved: `reviews.shop.svc.cluster.local`, `*.shop.svc.cluster.local`. */
  readonly host: string;
  /** Whom it can concern: clients of that namespace; null: of all. */
  readonly clients: string | null;
  /** Services in the scope that the host takes. */
  readonly services: number;
  readonly fix: Fix;
}

/** What STRICT doesn't cover, or where it surprises. */
export interface StrictUncovered {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "no-proxy" | "some-pods" | "gateway" | "excluded-ports" | "probes" | "udp";
  /** In a sentence. */
  readonly text: string;
}

/** A workload to begin with. */
export interface StrictPilot {
  readonly labels: Readonly<Record<string, string>>;
  /** All that the labels select. */
  readonly workloads: readonly string[];
}

export interface StrictNamespace {
  readonly namespace: string;
  readonly state: StrictState;
  readonly now: StrictMode;
  /** In the mesh, with a proxy that enforces. */
  readonly workloads: number;
  /** Of these, those that nobody was seen to call. */
  readonly silent: number;
  /** Pairs (source → destination). A pair with calls of several sorts counts in each. */
  readonly pairs: {
    /** By mutual TLS, measured. */
    readonly proven: number;
    /** In plaintext or with TLS of its own, by callers with a name, which STRICT would refuse. */
    readonly plaintext: number;
    /** The same by callers that telemetry can't name. */
    readonly nameless: number;
    /** Nobody knows whether they would be refused. */
    readonly unknown: number;
    /** Without mutual TLS, and STRICT changes nothing for them. */
    readonly untouched: number;
  };
  /** What the evidence can't have seen, of this namespace. */
  readonly blindSpots: readonly string[];
  /** null: none that would prove anything. */
  readonly pilot: StrictPilot | null;
}

export interface StrictList<T> {
  /** The first of very many. */
  readonly items: readonly T[];
  readonly total: number;
}

export interface StrictPath {
  readonly cluster: string;
  /** null: the whole mesh. */
  readonly namespace: string | null;
  /** What the mesh declares. */
  readonly mesh: StrictMode;
  /** In the order in which to go. */
  readonly namespaces: readonly StrictNamespace[];
  /** There are namespaces that the reader may not see: the mesh is more than what stands here. */
  readonly hidden: boolean;
  readonly pairs: StrictList<StrictPair>;
  readonly rules: StrictList<StrictRule>;
  readonly exceptions: StrictList<StrictException>;
  readonly uncovered: StrictList<StrictUncovered>;
  /** Kinds of objects that aren't known, with the reason. */
  readonly lacks: readonly string[];
}
