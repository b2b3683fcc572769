/** The console's own numbers, at /metrics without sign-in: so labels carry indexes and kinds, never names or URLs. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { SourceState } from "#lib/graph/model.ts";
import type { Backlog } from "./stream/hub.ts";
import type { QueryObserver } from "./telemetry/source.ts";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is read off when somebody scrapes. */
export interface Readings {
  readonly streams: number;
  readonly streamLimit: number;
  readonly channels: number;
  readonly backlog: Backlog;
  readonly sources: readonly { readonly index: number; readonly kind: string; readonly state: SourceState }[];
  readonly feeds: readonly {
    readonly window: string;
    readonly lagSeconds: number;
    readonly nodes: number;
    readonly hops: number;
  }[];
}

export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<"route" | "method" | "code">;
  readonly #queries: Histogram<"source" | "read">;
  readonly #queryOutcomes: Counter<"source" | "read" | "outcome">;
  readonly #slow: Counter<"what">;
  readonly #gauges: {
    readonly streams: Gauge;
    readonly streamLimit: Gauge;
    readonly channels: Gauge;
    readonly behind: Gauge;
    readonly backlog: Gauge<"of">;
    readonly sources: Gauge<"source" | "kind" | "state">;
    readonly lag: Gauge<"window">;
    readonly nodes: Gauge<"window">;
    readonly hops: Gauge<"window">;
  };

  constructor(version: string) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
      new Gauge<Label>({ name: `meshscope_${name}`, help, labelNames, registers });
    this.#requests = new Histogram({
      name: "meshscope_http_request_duration_seconds",
      help: "Time from a request's arrival to the end of its answer; event streams are left out.",
      labelNames: ["route", "method", "code"],
      buckets: BUCKETS,
      registers,
    });
    this.#queries = new Histogram({
      name: "meshscope_upstream_query_duration_seconds",
      help: "Time an upstream took for one query.",
      labelNames: ["source", "read"],
      buckets: BUCKETS,
      registers,
    });
    this.#queryOutcomes = new Counter({
      name: "meshscope_upstream_queries_total",
      help: "Queries sent to upstreams by outcome.",
      labelNames: ["source", "read", "outcome"],
      registers,
    });
    this.#slow = new Counter({
      name: "meshscope_stream_slow_total",
      help: "Times that viewers were too slow: skipped (they read, and skip deltas up to a fresh snapshot), dropped (they took nothing for 25 s while behind, for 60 s otherwise).",
      labelNames: ["what"],
      registers,
    });
    for (const what of ["skipped", "dropped"]) this.#slow.inc({ what }, 0);
    this.#gauges = {
      streams: gauge("streams", "Open event streams, one a viewer."),
      streamLimit: gauge("streams_limit", "limits.streams."),
      channels: gauge("stream_channels", "Distinct views that are streamed."),
      behind: gauge(
        "stream_behind",
        "Viewers that skip deltas until they have read what waits for them, however slowly they do.",
      ),
      backlog: gauge("stream_backlog_bytes", "Bytes that wait for viewers: of all, and most of one.", ["of"]),
      sources: gauge("source_state", "1 for the state each upstream is in.", ["source", "kind", "state"]),
      lag: gauge("poll_lag_seconds", "Age of the newest graph of a window.", ["window"]),
      nodes: gauge("graph_nodes", "Workload-level nodes of the newest graph of a window.", ["window"]),
      hops: gauge("graph_hops", "Workload-level hops of the newest graph of a window.", ["window"]),
    };
    gauge("build_info", "Always 1.", ["version", "node"]).set({ version, node: process.versions.node }, 1);
  }

  readonly query: QueryObserver = ({ source, read, ms, outcome }) => {
    this.#queries.observe({ source: String(source), read }, ms / 1000);
    this.#queryOutcomes.inc({ source: String(source), read, outcome });
  };

  /** A viewer read too slowly. */
  readonly slow = (what: "skipped" | "dropped"): void => this.#slow.inc({ what });

  request(route: string, method: string, code: number, seconds: number): void {
    this.#requests.observe({ route, method, code: String(code) }, seconds);
  }

  /** The exposition text. https://prometheus.io/docs/instrumenting/exposition_formats/ */
  async text(readings: Readings): Promise<{ contentType: string; body: string }> {
    const { streams, streamLimit, channels, behind, backlog, sources, lag, nodes, hops } = this.#gauges;
    streams.set(readings.streams);
    streamLimit.set(readings.streamLimit);
    channels.set(readings.channels);
    behind.set(readings.backlog.behind);
    backlog.set({ of: "all" }, readings.backlog.bytes);
    backlog.set({ of: "one" }, readings.backlog.most);
    for (const each of [sources, lag, nodes, hops]) each.reset();
    for (const { index, kind, state } of readings.sources) sources.set({ source: String(index), kind, state }, 1);
    for (const feed of readings.feeds) {
      lag.set({ window: feed.window }, feed.lagSeconds);
      nodes.set({ window: feed.window }, feed.nodes);
      hops.set({ window: feed.window }, feed.hops);
    }
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}
