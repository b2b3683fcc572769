/**
 * The graph as everyone outside lib/graph sees it: the body of GET /api/v1/graph. Plain JSON, no Map, no Infinity; an
 * unknown number is null or absent, never 0. Meaning of each number: docs/numbers.md.
 */
import type { BytesPerSecond, Milliseconds, PerSecond, Ratio } from "#lib/units.ts";

export const LENSES = ["workload", "app", "versionedApp", "service", "namespace", "cluster"] as const;
/** What one node stands for. */
export type Lens = (typeof LENSES)[number];

export type NodeKind =
  | "workload"
  | "app"
  | "service"
  | "namespace"
  | "cluster"
  | "external"
  | "restricted"
  | "unknown"
  /** What a caller asks for, where requests are classified; only with `operations=on`. */
  | "operation";
/** `extension`: another one, by the metrics with which it extends Kiali's graph. */
export type MeshName = "istio" | "linkerd" | "cilium" | "osm" | "extension";
export type Dataplane = "sidecar" | "ambient" | "gateway" | "waypoint" | "none";
export type Protocol = "http" | "grpc" | "tcp";
/** Who counted: the client's proxy, the server's, a waypoint between them, a node's ztunnel, or another mesh that extends this one. */
export type Observer = "source" | "destination" | "waypoint" | "ztunnel" | "extension";
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
  /** How many objects (or rules of them) stand behind a badge, where it has a number. */
  readonly badgeCounts?: Readonly<Record<string, number>>;
  /** Of its pods, as the inventory has them now; only with `labels=on` and without `at`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Against the earlier window, with `compareAt`; absent where either window isn't known. */
  readonly change?: Change;
}

/** Against an earlier window. `gone`: it carried traffic then and carries none now. */
export type Change = "new" | "gone" | "same";

/** One observer's own numbers, kept as evidence beside the headline. */
export interface ObserverEvidence {
  readonly rate?: PerSecond;
  readonly codes?: Readonly<Record<string, PerSecond>>;
  readonly flags?: Readonly<Record<string, PerSecond>>;
  readonly bytesPerSecond?: ByteRates;
  readonly connections?: ConnectionRates;
  /** Of an extension: what share of it says to be secured. No proxy proved it. Absent: it doesn't say. */
  readonly secured?: Ratio;
}

/** Bytes as the CLIENT sees them: sent = client to server. Of http and grpc: bodies of requests that ended in the window. */
export interface ByteRates {
  readonly sent: BytesPerSecond;
  readonly received: BytesPerSecond;
}

/** gRPC messages, to the server and back; streams count while they are open. */
export interface MessageRates {
  readonly sent: PerSecond;
  readonly received: PerSecond;
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
  | "not-told"
  | "source-failed"
  | "operation";

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

/** What policies of one action on trial would have denied: requests/s, of tcp connections/s; alike where nobody else calls. */
export interface EdgeTrial {
  readonly action: "allow" | "deny";
  readonly min: PerSecond;
  readonly max: PerSecond;
  /** No less than that: series are younger than the window, or pods counted that are gone and may have been the workload's. */
  readonly atLeast?: true;
}

/** The limit that made an edge degraded or failing, and the share that crossed it. */
export interface HealthLimit {
  /** Whose limits: of requests that come in at the target, or that go out of the source. */
  readonly direction: "inbound" | "outbound";
  /** Classes that count towards it; empty where an annotation names codes instead. */
  readonly outcomes: readonly Outcome[];
  /** Of all requests, those that counted. */
  readonly share: Ratio;
  /** Per cent from which on it is degraded (0: from the first such request on), and failing. */
  readonly degraded: number;
  readonly failing: number;
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
  /** Names of the extensions that tell of it, in order; absent: none does. */
  readonly extensions?: readonly string[];
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
  /** Requests per second by operation, as who classifies them counts: the server, else a waypoint, else the client. */
  readonly operations?: Readonly<Record<string, PerSecond>>;
  readonly bytesPerSecond?: ByteRates;
  readonly messagesPerSecond?: MessageRates;
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
  /** ALLOW and DENY are tried apart. Absent: nothing is on trial there, or nothing was counted, which isn't 0. */
  readonly trials?: readonly EdgeTrial[];
  /** Present where a limit of requests made it degraded or failing. */
  readonly limit?: HealthLimit;
  /**
   * The rest of a call that is drawn through its `service` or a `waypoint`: its numbers are those of the first part. Or what a
   * call carries of one `operation`, to it and on from it, beside the call itself. Sums of several nodes leave all of these out.
   */
  readonly half?: "service" | "waypoint" | "operation";
  readonly change?: Change;
  /** The edge in the earlier window; absent where it carried nothing then. */
  readonly before?: EdgeBefore;
  /** Fewer than 30 requests (tcp: connections) in a window: what differs may be chance. */
  readonly tooFew?: true;
}

/** What an edge was in the earlier window: each number has its meaning there. */
export type EdgeBefore = Pick<
  GraphEdge,
  "rate" | "requests" | "errorRate" | "outcomes" | "latency" | "mtls" | "health" | "connections" | "bytesPerSecond"
>;

/** The earlier window of a comparison. */
export interface Compared {
  /** RFC 3339 */
  readonly at: string;
  /** The effective one. */
  readonly window: string;
  /** Clusters of which one of the two windows isn't known: nothing of theirs is called new or gone. */
  readonly untold: readonly string[];
  /** Why, in sentences. */
  readonly notes: readonly string[];
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
  /** With `compareAt`. */
  readonly compared?: Compared;
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
  readonly compared?: Compared;
  readonly removed: { readonly nodes: readonly string[]; readonly edges: readonly string[] };
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A step of a replay. */
export interface FrameStep extends GraphDelta {
  /** Where they say something else than at the frame before. */
  readonly sources?: readonly SourceStatus[];
}

/** The graphs of a span: the first whole, then what changed from one to the next, `step` seconds apart. */
export interface GraphFrames {
  readonly start: string;
  readonly end: string;
  /** Seconds from frame to frame: the asked ones, or more where so many frames would have been too much. */
  readonly step: number;
  readonly snapshot: Graph;
  readonly deltas: readonly FrameStep[];
}
