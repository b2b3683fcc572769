/**
 * What a mesh adapter hands over: one record per (source, destination, protocol, layer, observer). Observers are never
 * added together; lib/graph/merge alone decides which of them an edge's headline is.
 */
import type { BytesPerSecond, PerSecond, Ratio, UnixSeconds } from "#lib/units.ts";
import type { Dataplane, MeshName, Observer, Protocol } from "./model.ts";

/** One end of a call as telemetry names it. null = telemetry doesn't know. */
export interface Endpoint {
  /** The configured cluster name, already translated from the metrics' own. */
  readonly cluster: string;
  /** null only for an unknown or external end. */
  readonly namespace: string | null;
  readonly workload: string | null;
  readonly app: string | null;
  readonly version: string | null;
  /** A service name, where the call was to a service (destinations) and it is known. */
  readonly service: string | null;
  /** Set for what isn't in any inventory: a ServiceEntry's host, PassthroughCluster, BlackHoleCluster. */
  readonly external: string | null;
  readonly dataplane: Dataplane | null;
  /** Where `service` lives, if that isn't `namespace`. */
  readonly serviceNamespace?: string;
}

/** Requests of one (code, flags) pair. */
export interface RequestCount {
  /** HTTP code, or gRPC status where one is known; raw `0` already written `-`. */
  readonly code: string;
  readonly grpc: boolean;
  /** Raw flags, for example `-`, `UH`, `UF,URX`. */
  readonly flags: string;
  readonly rate: PerSecond;
  /** The part of `rate` that comes from first values of newborn series. */
  readonly newborn: PerSecond;
}

/** Cumulative buckets as rates: `bounds` ascending and ending in +Infinity, `counts[i]` = events/s ≤ bounds[i]. */
export interface Histogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  /** Σ of values per second (ms/s); null where no sum was read. */
  readonly sum: number | null;
}

export interface EdgeObservation {
  readonly mesh: MeshName;
  readonly layer: "l4" | "l7";
  readonly protocol: Protocol;
  readonly observer: Observer;
  /** Of an extension: its name. */
  readonly extension?: string;
  /** Of a ztunnel: at whose end of the connection it stood. */
  readonly side?: "client" | "server";
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly requests: readonly RequestCount[];
  /** Requests/s (tcp: connections/s) by the host the client asked for. */
  readonly hosts: ReadonlyMap<string, PerSecond>;
  /** As the CLIENT sees them; the adapter has swapped what its mesh reverses. Of http and grpc: the bodies of requests that ended. */
  readonly bytes: { readonly sent: BytesPerSecond; readonly received: BytesPerSecond } | null;
  readonly connections: {
    readonly opened: PerSecond;
    readonly closed: PerSecond;
    readonly failed: PerSecond;
    readonly open: number | null;
    readonly flags: ReadonlyMap<string, PerSecond>;
  } | null;
  /** gRPC messages/s to the server and back: a stream is alive though no request has ended. */
  readonly messages: { readonly sent: PerSecond; readonly received: PerSecond } | null;
  /** Requests/s by operation; absent where this observer doesn't classify requests. */
  readonly operations?: ReadonlyMap<string, PerSecond>;
  readonly latency: Histogram | null;
  /** Why `latency` is null although it was asked for. */
  readonly latencyMissing: "no-samples" | "mixed-buckets" | "native-histograms" | "not-told" | null;
  /** Measured only: share of mTLS and on what it rests. null = this observer can't know. */
  readonly mtls: { readonly share: Ratio; readonly basis: "server" | "peer" } | null;
  /** What an extension says is secured, and by whatever: a part of `of`, requests/s, of tcp bytes/s. It proves nothing. Absent: it doesn't say. */
  readonly secured?: { readonly part: number; readonly of: number };
  readonly sourcePrincipal: string | null;
  readonly destinationPrincipal: string | null;
  /** Of a server's reporter: every identity that called, with its weight; absent where none was reported. */
  readonly callers?: ReadonlyMap<string, number>;
  /** When the oldest newborn series was first seen; null without any. */
  readonly newbornSince: UnixSeconds | null;
  /** Newborn requests (not per second), a lower bound. */
  readonly newbornRequests: number;
}

/** A pod's targets as Prometheus scrapes them, for coverage and double counting. */
export interface PodReport {
  /** null = telemetry names none, and the source covers several. */
  readonly cluster: string | null;
  readonly namespace: string;
  readonly pod: string;
  /** Last scrape succeeded. */
  readonly up: boolean;
}
