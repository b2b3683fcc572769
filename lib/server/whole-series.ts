/**
 * GET /series?whole=on: the history of everything in a scope. Sums by reporter would count calls twice that both ends
 * report and miss what only one does, so every instant is the graph of that instant, with its rights and headlines, summed
 * as the panel sums it. The reads are a replay's: one range query each for the whole mesh, none per edge. Instants that were
 * summed are kept, so that a chart that stays open reads one new instant a step.
 */
import { formatInstant } from "#lib/api/instant.ts";
import type { SeriesAnswer, SeriesQuery } from "#lib/api/series.ts";
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import { durationSeconds, raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type Sum, sumLines, sumOf } from "#lib/graph/history.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { breathe } from "./breathe.ts";
import type { Timers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import { checkScope } from "./rights/filter.ts";
import type { Told, Viewers } from "./rights/viewers.ts";
import { rangeOf } from "./series-range.ts";
import type { Slots } from "./stream/slots.ts";
import { SingleFlight } from "./telemetry/flight.ts";
import { instantOf, type Span } from "./telemetry/span.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

export interface WholeSeriesDeps {
  readonly timers: Timers;
  readonly viewers: Viewers;
  readonly slots: Slots;
}

/** Points of a chart: every half minute of an hour, as many as a replay has frames. */
const POINTS = 121;
/** Fewer are no history. */
const LEAST_POINTS = 12;
/** Hops of all instants together that one answer may sum: 121 instants of 1,600, 12 of 16,000; some seconds of work. */
const HOPS = 200_000;
/** As with replays: longer spans say little with so few points. */
const MAX_RANGE = seconds(24 * 3600);
/** Scopes whose sums are kept. */
const KEPT = 64;

interface Point {
  /** null: a source that covers a cluster of the scope knew nothing of then. */
  readonly sum: Sum | null;
  /** What its rates average over, as graphs spell it. */
  readonly window: string;
}

type Points = Map<UnixSeconds, Point>;

export class WholeSeriesUseCases {
  readonly #telemetry: Pick<Telemetry, "feed" | "spans">;
  readonly #deps: WholeSeriesDeps;
  readonly #flights = new SingleFlight<Points>();
  /** By scope and rights, then by instant. */
  readonly #kept = new Map<string, Points>();

  constructor(telemetry: Pick<Telemetry, "feed" | "spans">, deps: WholeSeriesDeps) {
    this.#telemetry = telemetry;
    this.#deps = deps;
  }

  /**
   * Charts of requests, bytes and connections. Nothing is summed of which a part could not be read.
   * @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden`, `reauth`, `too_many_streams`; `too_large` for a mesh
   * of too many edges; a source's problem where any failed
   */
  async series(credential: Credential, query: SeriesQuery, signal?: AbortSignal): Promise<SeriesAnswer> {
    if (query.edge !== undefined || query.node !== undefined)
      throw new MeshscopeError("bad_parameter", "Give one of 'edge', 'node' and 'whole=on', not several.");
    const { viewers, slots, timers } = this.#deps;
    const audience = await viewers.audience(credential, signal);
    const { clusters, namespaces } = query;
    const view: GraphView = { ...DEFAULT_VIEW, clusters, namespaces, window: query.window, latency: false };
    checkScope(view, viewers.clusters, audience.visibility);
    const span = spanOf(query, timers.now(), await this.#most(query.window, signal));
    const asked = { ...view, window: raiseWindow(query.window, span.step) };
    const grid = [span.step, span.start % span.step];
    const scope = JSON.stringify([audience.visibility.key, clusters, namespaces, asked.window, ...grid]);
    const instants = Array.from({ length: span.count }, (_, index) => instantOf(span, index));
    const kept = this.#points(scope);
    const missing = instants.filter((at) => !kept.has(at));
    const [first, last] = [missing[0], missing.at(-1)];
    if (first !== undefined && last !== undefined) {
      const part: Span = { start: first, step: span.step, count: Math.round((last - first) / span.step) + 1 };
      const giveBack = slots.take(viewers.opener(credential, audience).session);
      try {
        const read = await this.#flights.run(
          `${scope} ${JSON.stringify(part)}`,
          (inner) => this.#read(asked, part, audience, inner),
          signal,
        );
        for (const [at, point] of read) kept.set(at, point);
      } finally {
        giveBack();
      }
    }
    const points = instants.map((at) => kept.get(at) ?? null);
    for (const at of kept.keys()) if (at < span.start || at > instantOf(span, span.count - 1)) kept.delete(at);
    return answerOf(query, span, points, asked.window);
  }

  /** How many instants may be read: each costs what the mesh has hops, whatever of it is in the scope. */
  async #most(window: Window, signal?: AbortSignal): Promise<number> {
    const { graph } = await this.#telemetry.feed(window).current({ latency: false, hour: false }, signal);
    const most = Math.min(POINTS, Math.floor(HOPS / Math.max(1, graph.hops.length)));
    if (most >= LEAST_POINTS) return most;
    throw new MeshscopeError(
      "too_large",
      `The sum of all ${graph.hops.length.toLocaleString("en")} calls of this mesh, instant by instant, is more than one answer may read. Select a namespace, a cluster, a node or an edge: each has charts of its own.`,
    );
  }

  async #read(view: GraphView, span: Span, { visibility, text }: Told, signal: AbortSignal): Promise<Points> {
    const read = await this.#telemetry.spans.read(view.window, span, false, signal);
    const { failure } = read;
    if (failure !== null) throw new MeshscopeError(failure.problem.code, text(failure.problem.detail));
    const scope = view.clusters.length > 0 ? view.clusters : this.#deps.viewers.clusters;
    const points: Points = new Map();
    for (let index = 0; index < span.count; index++) {
      await breathe(signal);
      const { publication } = read.graph(index);
      const told = scope.every((cluster) => publication.told(cluster));
      points.set(instantOf(span, index), {
        sum: told ? sumOf(publication.view(view, visibility).elements) : null,
        window: publication.head.window,
      });
    }
    return points;
  }

  #points(scope: string): Points {
    const points: Points = this.#kept.get(scope) ?? new Map();
    // Last used, last dropped.
    this.#kept.delete(scope);
    this.#kept.set(scope, points);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return points;
  }
}

/** A scrape that is under way has arrived by then: instants are kept as they were read. */
const SETTLES = seconds(5);

/** Ends where it is asked to; at the last whole step where no end is asked for, so that viewers share instants. */
function spanOf(query: SeriesQuery, now: UnixSeconds, most: number): Span {
  const { start, end } = rangeOf(query, now, MAX_RANGE);
  const step = seconds(Math.ceil(Math.max(query.step ?? 0, 1, (end - start) / (most - 1))));
  const last = query.end === undefined ? unixSeconds(Math.floor((end - SETTLES) / step) * step) : end;
  const count = Math.max(1, Math.min(most, Math.floor((end - start) / step) + 1));
  return { start: unixSeconds(last - (count - 1) * step), step, count };
}

function answerOf(
  { metrics }: SeriesQuery,
  span: Span,
  points: readonly (Point | null)[],
  asked: Window,
): SeriesAnswer {
  const sums = points.map((point) => point?.sum ?? null);
  const window = Math.max(
    windowSeconds(asked),
    ...points.map((point) => (point ? (durationSeconds(point.window) ?? 0) : 0)),
  );
  const charts = metrics.flatMap((metric): SeriesAnswer["charts"] => {
    if (metric === "latency") return [];
    const lines = sumLines(metric, sums).map(({ name, values }) => ({ name, values: [...values] }));
    const unit = metric === "bytes" ? "B/s" : "1/s";
    return lines.length === 0 ? [] : [{ metric, unit, direction: "whole", observer: "headline", lines }];
  });
  return {
    id: "",
    start: formatInstant(span.start),
    end: formatInstant(instantOf(span, span.count - 1)),
    step: span.step satisfies Seconds,
    ...{ window, charts, problems: [] },
    warnings: metrics.includes("latency") ? [NO_LATENCY] : [],
  };
}

const NO_LATENCY = "There is no latency of a whole view: quantiles of several edges make none together.";
