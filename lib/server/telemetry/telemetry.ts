/** All that is read from Prometheus: one feed a window, past graphs, and the sources behind them. */
import { parseInstant } from "#lib/api/instant.ts";
import type { GraphView } from "#lib/api/view.ts";
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import type { HealthRules } from "#lib/graph/health.ts";
import type { ErrorRule } from "#lib/graph/outcome.ts";
import type { Seconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Gap, Inventories } from "../inventory.ts";
import { DryRuns } from "./dry-runs.ts";
import { Feed } from "./feed.ts";
import { Hours } from "./hour.ts";
import { Past } from "./past.ts";
import type { PastGraph } from "./past-graph.ts";
import { Poller } from "./poller.ts";
import type { Publication } from "./publication.ts";
import type { DecodeInput } from "./reading.ts";
import { RequestClasses } from "./request-classes.ts";
import { Scrapes } from "./scrapes.ts";
import type { Source } from "./source.ts";
import { Spans } from "./span.ts";
import { Stretches } from "./stretch.ts";
import { Weeks } from "./week.ts";

export interface TelemetryDeps {
  readonly timers: Timers;
  readonly poll: Seconds;
  readonly random: () => number;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  readonly inventories: Inventories;
  readonly gaps: readonly Gap[];
  /** metricsName → configured cluster name. */
  readonly clusterOf: (metricsName: string) => string;
  /** Is any policy on trial, as far as that is known? */
  readonly onTrial: () => boolean;
  readonly onPublished?: (publication: Publication) => void;
}

const LONGEST_TRIAL_S = 86_400;

/** Days of counters are too much to read for a trial, which is watched while it runs. */
const isShort = (window: Window): boolean => windowSeconds(window) <= LONGEST_TRIAL_S;

export class Telemetry {
  readonly sources: readonly Source[];
  readonly past: Past;
  readonly spans: Spans;
  readonly weeks: Weeks;
  readonly scrapes: Scrapes;
  readonly stretches: Stretches;
  readonly dryRuns: DryRuns;
  readonly requestClasses: RequestClasses;
  readonly #deps: TelemetryDeps;
  readonly #hours: Hours;
  readonly #feeds = new Map<Window, { readonly feed: Feed; readonly pollers: readonly Poller[] }>();

  constructor(sources: readonly Source[], deps: TelemetryDeps) {
    this.sources = sources;
    this.#deps = deps;
    const context = () => this.#context();
    this.#hours = new Hours(sources, { ...deps, context });
    this.spans = new Spans(sources, { ...deps, context });
    this.weeks = new Weeks(sources, { ...deps, context });
    this.scrapes = new Scrapes(sources, { ...deps, context });
    this.stretches = new Stretches(sources, { ...deps, context });
    this.dryRuns = new DryRuns(sources, { ...deps, context });
    this.requestClasses = new RequestClasses(sources, { context });
    this.past = new Past(sources, {
      ...{ ...deps, context, hours: this.#hours },
      // What is on trial now says nothing of then, so the counters of then are asked.
      trials: async (asked, at, signal) => (isShort(asked) ? this.dryRuns.before(asked, at, signal) : null),
    });
  }

  /** The live graph of a window; made on first use. There are as many as there are accepted windows, at most. */
  feed(window: Window): Feed {
    const known = this.#feeds.get(window);
    if (known) return known.feed;
    const { timers, poll, random } = this.#deps;
    const pollers = this.sources.map(
      (source) => new Poller(source, window, { timers, poll, random, context: () => this.#context() }),
    );
    const feed = new Feed(window, pollers, {
      ...this.#deps,
      hour: (signal) => this.#hours.before(timers.now(), signal),
      trials: async (asked, signal) => (this.#tries(asked) ? this.dryRuns.over(asked, signal) : null),
    });
    this.#feeds.set(window, { feed, pollers });
    return feed;
  }

  /** How the earlier window of a view that compares is read; null for others. It never changes, so viewers share it. */
  earlier(view: GraphView): ((signal?: AbortSignal) => Promise<PastGraph>) | null {
    const at = view.compareAt === null ? null : parseInstant(view.compareAt);
    if (at === null) return null;
    const wants = { latency: view.latency, hour: false };
    return (signal) => this.past.graph(view.compareWindow ?? view.window, at, wants, signal);
  }

  /** The feeds that exist, for metrics and readiness. */
  feeds(): readonly Feed[] {
    return [...this.#feeds.values()].map(({ feed }) => feed);
  }

  /** First probe round of all sources, in the background: the first viewer finds it done. Never rejects. */
  async warm(signal: AbortSignal): Promise<void> {
    await Promise.allSettled(this.sources.map((source) => source.learn(signal)));
  }

  async close(): Promise<void> {
    for (const { pollers } of this.#feeds.values()) for (const poller of pollers) poller.close();
    await Promise.allSettled(this.sources.map((source) => source.client.close()));
  }

  #tries(window: Window): boolean {
    return isShort(window) && this.#deps.onTrial();
  }

  #context(): DecodeInput {
    return { inventory: this.#deps.inventories.current(), clusterOf: this.#deps.clusterOf };
  }
}
