/**
 * What a mesh is to the rest of the console. An adapter is pure: it says what to read, and turns answers into
 * observations. It does no I/O and never decides which observer or mesh wins (lib/graph/merge does).
 */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Lens, MeshName, Missing, Observer, Protocol } from "#lib/graph/model.ts";
import type { EdgeObservation, Histogram, PodReport } from "#lib/graph/observation.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { Expr } from "#lib/promql/ast.ts";
import type { Matrix, Vector } from "#lib/promql/result.ts";
import type { PerSecond, Seconds, UnixSeconds } from "#lib/units.ts";

/** A question about the telemetry itself, asked rarely (minutes): which labels, buckets, recordings are there. */
export interface Probe {
  readonly id: string;
  readonly query: Expr;
}

/** One instant query of a refresh. `latency` reads may be refreshed less often than `rates`. */
export interface Read {
  readonly id: string;
  readonly group: "rates" | "latency";
  readonly query: Expr;
}

/** What the configuration says about the telemetry of one source. */
export interface TelemetryOptions {
  /** The label that says which operation a request is one of, where requests are classified. */
  readonly operationLabel?: string;
}

/** What a probe round found; opaque to all but the adapter that made it, JSON so that it can be logged and tested. */
export interface Capabilities {
  /** Median scrape interval of the mesh's targets; null when unknown. */
  readonly scrapeInterval: Seconds | null;
  readonly mesh: MeshName;
  /** Does this Prometheus hold anything of this mesh? */
  readonly present: boolean;
  /** Adapter's own findings. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Answers by read id (or probe id). A failed read is absent, and the decoder says what is missing because of it. */
export type Answers = ReadonlyMap<string, Vector>;

export interface DecodeContext {
  readonly inventory: Inventory;
  /** metricsName → configured cluster name. */
  readonly clusterOf: (metricsName: string) => string;
  /** The cluster to assume where telemetry names none: the only one this Prometheus covers, or null. */
  readonly defaultCluster: string | null;
  readonly at: UnixSeconds;
  readonly window: Seconds;
  /** As the plan was made. */
  readonly past?: boolean;
}

export interface Decoded {
  readonly observations: readonly EdgeObservation[];
  readonly pods: readonly PodReport[];
  readonly missing: readonly Missing[];
  /** Series that could not be read, with one example; shown as a warning of the source. */
  readonly ignored: { readonly series: number; readonly example: string | null };
  readonly warnings: readonly string[];
  /** What is worth knowing about the numbers and is no fault. */
  readonly infos?: readonly string[];
}

export interface PlanOptions {
  readonly latency: boolean;
  /** `all` also reads which edges carried anything within the last hour. */
  readonly edges?: "live" | "all";
  /** The reads are for an instant long before the probes: what is recorded now may not have been recorded then. */
  readonly past?: boolean;
}

export interface MeshAdapter {
  readonly mesh: MeshName;
  /** Asked once per source at start and again every few minutes. */
  probe(options?: TelemetryOptions): readonly Probe[];
  /** Reads a probe round's answers. `previous` keeps what a failed probe would lose. */
  learn(answers: Answers, previous: Capabilities | null, options?: TelemetryOptions): Capabilities;
  /** At most six reads for one (window, all namespaces) refresh, latency included. */
  plan(window: Seconds, capabilities: Capabilities, options: PlanOptions): readonly Read[];
  decode(answers: Answers, capabilities: Capabilities, context: DecodeContext): Decoded;
  /** One read of which pairs carried anything within a long window, whoever they were; its answer is decoded as any. */
  existence?(capabilities: Capabilities, options: ExistenceOptions): Read;
  /** One read of since when how many proxies were scraped within a long window; null where its answer couldn't be told pod by pod. */
  scraped?(options: ScrapedOptions, capabilities: Capabilities): Read | null;
  /** What its answer tells. `context.window` is that of the read. */
  scrapeSpans?(answer: Vector, capabilities: Capabilities, context: DecodeContext): readonly ScrapeSpan[];
  /** One read of what policies on trial would have done, of the whole mesh; null where its answer couldn't be told pod by pod. */
  dryRuns?(window: Seconds, capabilities: Capabilities): Read | null;
  /** What its answer counts. */
  dryRunCounts?(answer: Vector, capabilities: Capabilities, context: DecodeContext): readonly DryRunCount[];
  /** One read of what requests asked for, where labels tell it; null where none does. Not for a refresh: it counts single values. */
  requestClasses?(options: ClassOptions, capabilities: Capabilities): Read | null;
  /** What its answer counts. */
  requestClassRates?(answer: Vector, capabilities: Capabilities, context: DecodeContext): RequestClassRates;
  /** Range queries for charts of one edge or node; none where telemetry can't tell it from others. */
  series?(subject: SeriesSubject, capabilities: Capabilities, options: SeriesOptions): readonly SeriesRead[];
  /** One instant query for the latencies of all calls to a node, or one caller's, over a window that ends there; null where none tells. */
  histogram?(node: NodeKey, capabilities: Capabilities, options: HistogramOptions): Expr | null;
  /** The histogram in its answer: counts of the window, as that side of the calls saw it if it did; null where nothing was counted. */
  buckets?(answer: Vector, window: Seconds, side: "client" | "server"): Histogram | null;
  /** What selects the series of latencies whose exemplars tell of some calls; null where none tells. */
  exemplars?(calls: CallsSubject, options: Pick<SeriesOptions, "metricsNameOf">): Expr | null;
  /** Charts from the answers of `series`, values aligned to the grid, null where there is no sample. */
  charts?(answers: ReadonlyMap<string, Matrix>, reads: readonly SeriesRead[], grid: SeriesGrid): readonly SeriesChart[];
}

/** What the filter of one pod counted of policies on trial. It names no caller and no policy. */
export interface DryRunCount {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly pod: string;
  /** `http` counts requests, `tcp` connections. */
  readonly protocol: "http" | "tcp";
  /** Of the workload; null: the counter tells none. */
  readonly port: number | null;
  /** ALLOW and DENY policies are tried apart, each by its own count. */
  readonly action: "allow" | "deny";
  readonly result: "allowed" | "denied";
  readonly rate: PerSecond;
  /** A part of it is of a series that began within the window: no less than that was counted. */
  readonly newborn: boolean;
}

/** Which pairs are asked about: those with that side in one of the namespaces (null: all). */
export interface ExistenceOptions {
  readonly window: Seconds;
  readonly scope: { readonly side: "source" | "destination"; readonly namespaces: readonly string[] } | null;
}

/** Whose proxies are asked about: those of pods in these namespaces (null: all). */
export interface ScrapedOptions {
  readonly window: Seconds;
  readonly namespaces: readonly string[] | null;
}

/**
 * How long the proxies of at least so many pods were scraped, whose names are alike but for what their controllers append, by looks an hour
 * apart. There is one for each number that looks found; more than the most of them none found.
 */
export interface ScrapeSpan {
  readonly cluster: string | null;
  readonly namespace: string;
  /** What the pods' names have in common (`podStem`): it outlasts rollouts. */
  readonly stem: string;
  readonly pods: number;
  /** Since that look each found so many scraped, the last too; null: there are gaps. */
  readonly since: UnixSeconds | null;
  /** Looks of the window that found fewer. */
  readonly missed: number;
}

/** What a label may tell of a request: its method, its Host header, the workload's own port. */
export type RequestFact = "method" | "host" | "port";

export interface ClassOptions extends ExistenceOptions {
  /** Facts that are asked for. */
  readonly of: readonly RequestFact[];
}

/** Requests of one pair that are alike as far as labels tell, by the server's own proxy. */
export interface RequestClassRate {
  /** Ids of the graph. */
  readonly source: string;
  readonly target: string;
  readonly service: { readonly namespace: string; readonly name: string } | null;
  readonly protocol: Protocol;
  /** Who counted: the server's own proxy, or a waypoint before it. */
  readonly by: "server" | "waypoint";
  /** Without `spiffe://`; null: plaintext. undefined: not known. */
  readonly principal: string | null | undefined;
  /** Absent members: the label isn't there, or says that it doesn't know. */
  readonly request: { readonly method?: string; readonly host?: string; readonly port?: number };
  readonly rate: PerSecond;
}

export interface RequestClassRates {
  readonly classes: readonly RequestClassRate[];
  /** There are more than an answer holds: the smallest are left out. */
  readonly cut: boolean;
}

/** Whose history is asked. `lens` tells what a service's node stands for: all calls to it, or those that reached no workload. */
export type SeriesSubject =
  | {
      readonly type: "edge";
      readonly source: NodeKey;
      readonly target: NodeKey;
      readonly protocol: Protocol;
      readonly lens: Lens;
    }
  | { readonly type: "node"; readonly node: NodeKey; readonly lens: Lens };

/** Calls from one node to another; null: from or to anybody. */
export interface CallsSubject {
  readonly from: NodeKey | null;
  readonly to: NodeKey | null;
  readonly lens: Lens;
}

export type SeriesMetric = "requests" | "latency" | "bytes" | "connections";

export interface SeriesOptions {
  readonly metrics: readonly SeriesMetric[];
  /** What each rate averages over. */
  readonly window: Seconds;
  /** Configured cluster name → metricsName. */
  readonly metricsNameOf: (cluster: string) => string;
}

export interface HistogramOptions extends Pick<SeriesOptions, "window" | "metricsNameOf"> {
  /** Calls of this node alone; null: everybody's. */
  readonly caller: NodeKey | null;
}

export interface SeriesRead {
  readonly id: string;
  readonly metric: SeriesMetric;
  readonly direction: SeriesChart["direction"];
  readonly query: Expr;
}

/** Instants start, start + step, …, `points` of them. */
export interface SeriesGrid {
  readonly start: UnixSeconds;
  readonly step: Seconds;
  readonly points: number;
}

export interface SeriesChart {
  readonly metric: SeriesMetric;
  readonly unit: "1/s" | "ms" | "B/s";
  readonly direction: "edge" | "inbound" | "outbound";
  readonly observer: Observer;
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}
