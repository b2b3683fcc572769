/**
 * The graph as everyone outside lib/graph sees it: the body of GET /api/v1/graph. Plain JSON, no Map, no Infinity; an
 * unknown number is null or absent, never 0. Meaning of each number: docs/numbers.md.
 */
import type { BytesPerSecond, Milliseconds, PerSecond, Ratio } from "#lib/units.ts";

export const LENSES = ["workload", "app", "versionedApp", "service", "namespace", "cluster"] as const;
/** What one node stands for. */
export type Lens = (typeof LENSES)[number];

export type NodeKind = "workload" | "app" | "service" | "namespace" | "cluster" | "external" | "restricted" | "unknown";
export type MeshName = "istio" | "linkerd" | "cilium" | "osm";
export type Dataplane = "sidecar" | "ambient" | "gateway" | "waypoint" | "none";
export type Protocol = "http" | "grpc" | "tcp";
/** Who counted: the client's proxy, the server's, a waypoint between them, or a node's ztunnel. */
export type Observer = "source" | "destination" | "waypoint" | "ztunnel";
export type HealthState = "healthy" | "degraded" | "failing" | "idle" | "unknown";
export const OUTCOMES = ["ok", "client", "policy", "neverArrived", "server", "injected", "cancelled"] as const;
/** What became of a request (docs/numbers.md, outcome classes). */
export type Outcome = (typeof OUTCOMES)[number];

/** Requests per second by outcome class; the classes sum to the edge's rate. */
export type Outcomes = Readonly<Record<Outcome, PerSecond>>;

export interface Coverage {
  /** Pods whose proxy was scraped just now. */
  readonly reporting: number;
  /** Pods that exist in the mesh, by the Kubernetes API. */
  readonly pods: number;
}

export interface GraphNode {
  /** `cluster/namespace/kind/name[/version]`, segments percent-encoded (id.ts). */
  readonly id: string;
  readonly kind: NodeKind;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload?: string;
  readonly app?: string;
  readonly version?: string;
  readonly service?: string;
  readonly mesh: MeshName | null;
  readonly dataplane: Dataplane | null;
  readonly health: HealthState;
  readonly coverage?: Coverage;
  /** RFC 3339: when its last pod went away, while its series still fade out of the window. */
  readonly goneAt?: string;
  /** Of a namespace or cluster: traffic among its own members, which is no edge. */
  readonly internal?: { readonly rate: PerSecond; readonly errorRate: PerSecond | null };
  /** Short stable words: `outside`, `unmeshed`, `partial-coverage`, `no-telemetry`, … (badges.ts). */
  readonly badges: readonly string[];
  /** With a comparison: only in the newer window, only in the older, or in both. */
  readonly change?: "new" | "gone" | "same";
}

/** One observer's own numbers, kept as evidence beside the headline. */
export interface ObserverEvidence {
  readonly rate?: PerSecond;
  readonly codes?: Readonly<Record<string, PerSecond>>;
  readonly flags?: Readonly<Record<string, PerSecond>>;
  readonly bytesPerSecond?: ByteRates;
  readonly connections?: ConnectionRates;
}

/** Bytes as the CLIENT sees them: sent = client to server. */
export interface ByteRates {
  readonly sent: BytesPerSecond;
  readonly received: BytesPerSecond;
}

export interface ConnectionRates {
  readonly openedPerSecond: PerSecond;
  readonly closedPerSecond: PerSecond;
  readonly failedPerSecond: PerSecond;
  /** Connections open now; null where no reporter says. */
  readonly open: number | null;
}

export interface Latency {
  readonly mean: Milliseconds | null;
  readonly p50: Milliseconds | null;
  readonly p95: Milliseconds | null;
  readonly p99: Milliseconds | null;
}

/** Why an edge has no latency, in words that go behind "no latency: ". */
export type LatencyMissing =
  | "off"
  | "tcp"
  | "no-samples"
  | "streaming"
  | "mixed-buckets"
  | "native-histograms"
  | "source-failed";

export type MtlsBasis = "server" | "peer" | "inferred" | "unknown";

export interface Principals {
  readonly source?: string;
  readonly destination?: string;
}

/** First values of series that are younger than the window (rate() can't see them). Counted in rate, codes, flags, outcomes. */
export interface Newborn {
  /** Requests: a lower bound. */
  readonly atLeast: number;
  /** RFC 3339. */
  readonly firstSeen: string;
}

export interface GraphEdge {
  /** `source>target>protocol`. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
  readonly mesh: MeshName;
  readonly layer: "l4" | "l7";
  /** Whose numbers the headline is. */
  readonly observer: Observer;
  readonly observers: Readonly<Partial<Record<Observer, ObserverEvidence>>>;
  /** Requests per second as the client sees them; null for tcp. */
  readonly rate: PerSecond | null;
  /** rate × window: how many requests the numbers rest on; null for tcp. */
  readonly requests: number | null;
  /** Requests per second that failed; null for tcp. */
  readonly errorRate: PerSecond | null;
  readonly outcomes: Outcomes | null;
  /** Requests per second by response code (gRPC: by status where known); `-` = no response. */
  readonly codes: Readonly<Record<string, PerSecond>>;
  readonly flags: Readonly<Record<string, PerSecond>>;
  readonly hosts: Readonly<Record<string, PerSecond>>;
  readonly bytesPerSecond?: ByteRates;
  readonly connections?: ConnectionRates;
  readonly streaming?: true;
  readonly newborn?: Newborn;
  readonly latency: Latency | null;
  readonly latencyMissing?: LatencyMissing;
  /** Share of the traffic proven to be mTLS; null where nothing measured it. */
  readonly mtls: Ratio | null;
  readonly mtlsBasis: MtlsBasis;
  readonly principals?: Principals;
  readonly health: HealthState;
  /** With a comparison: the same numbers in the older window. */
  readonly before?: Pick<
    GraphEdge,
    "rate" | "requests" | "errorRate" | "outcomes" | "latency" | "mtls" | "health" | "connections" | "bytesPerSecond"
  >;
  readonly change?: "new" | "gone" | "same";
}

export type SourceState = "ok" | "slow" | "partial" | "stale" | "down";

/** Something the telemetry doesn't carry: what that costs, and the setting that would add it. */
export interface Missing {
  readonly what: string;
  readonly consequence: string;
  readonly setting: string;
}

/** One upstream's state, as every page says it. */
export interface SourceStatus {
  readonly name: string;
  readonly kind: "prometheus" | "kubernetes" | "jaeger" | "zipkin" | "tempo";
  readonly state: SourceState;
  /** RFC 3339: since when this state holds. */
  readonly since: string;
  /** RFC 3339: the instant of the newest data from it; null if there never was any. */
  readonly asOf: string | null;
  readonly queryMs: Milliseconds | null;
  readonly retryInMs?: Milliseconds;
  readonly problem?: { readonly code: string; readonly detail: string };
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly clusters: readonly string[];
  readonly missing: readonly Missing[];
}

export interface Graph {
  /** RFC 3339: the instant the rates are of. */
  readonly at: string;
  /** The effective window, for example "1m": the asked one, raised to at least four scrape intervals. */
  readonly window: string;
  /** RFC 3339: the instant of the latency numbers, which may be older; null when none were read. */
  readonly latencyAt: string | null;
  /** RFC 3339: the state of the Kubernetes objects joined in; null without Kubernetes. */
  readonly configurationAt: string | null;
  readonly lens: Lens;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly sources: readonly SourceStatus[];
}

/** One step of a stream: whole objects, so that applying it needs no merge. */
export interface GraphDelta {
  readonly seq: number;
  readonly at: string;
  readonly window: string;
  readonly latencyAt: string | null;
  readonly configurationAt: string | null;
  readonly removed: { readonly nodes: readonly string[]; readonly edges: readonly string[] };
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}
