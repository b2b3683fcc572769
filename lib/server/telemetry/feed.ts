/**
 * The live graph of one window: joins what all sources last said with the inventory, once a poll, and hands the result
 * to everyone who looks. It polls while somebody does.
 */
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import type { HealthRules } from "#lib/graph/health.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ErrorRule } from "#lib/graph/outcome.ts";
import { withTrials } from "#lib/graph/trial.ts";
import { milliseconds, type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { configurationAt, type Gap, type Inventories, withGaps } from "../inventory.ts";
import { type Trial, withTrial } from "./dry-runs.ts";
import { type Hour, withHour } from "./hour.ts";
import { paceOf } from "./pace.ts";
import type { Poller } from "./poller.ts";
import { Publication } from "./publication.ts";
import type { Reading } from "./reading.ts";
import { tellsMore } from "./status.ts";
import { toldBy } from "./told.ts";

export interface FeedDeps {
  readonly timers: Timers;
  readonly poll: Seconds;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  readonly inventories: Inventories;
  /** What clusters without Kubernetes cost, told with the first source that covers them. */
  readonly gaps: readonly Gap[];
  /** The last hour for `edges=all`, shared by all windows. */
  readonly hour: (signal?: AbortSignal) => Promise<Hour>;
  /** What policies on trial would have denied; null where nothing is on trial, or the window is too long to ask that. */
  readonly trials: (window: Window, signal?: AbortSignal) => Promise<Trial | null>;
  readonly onPublished?: (publication: Publication) => void;
}

/** What a viewer of the feed needs read. */
export interface Wants {
  readonly latency: boolean;
  readonly hour: boolean;
}

/** A source that answers later than the first one by more than this comes with the next publication. */
const PATIENCE = milliseconds(1_000);

export class Feed {
  readonly window: Window;
  readonly #pollers: readonly Poller[];
  readonly #deps: FeedDeps;
  readonly #publicationListeners = new Set<(publication: Publication) => void>();
  readonly #sourceListeners = new Set<(changed: readonly SourceStatus[]) => void>();
  #publication: Publication | null = null;
  #merged: readonly (Reading | null)[] = [];
  #told: readonly SourceStatus[];
  #waiting: AbortController | null = null;
  #viewers = { all: 0, hour: 0 };
  #hour: Hour | null = null;
  /** null: nothing is on trial; undefined: its counters haven't answered yet. */
  #trial: Trial | null | undefined = null;
  #announcing: Promise<void> = Promise.resolve();

  constructor(window: Window, pollers: readonly Poller[], deps: FeedDeps) {
    this.window = window;
    this.#pollers = pollers;
    this.#deps = deps;
    this.#told = this.sources();
    for (const poller of pollers) poller.onChange(() => this.#changed());
    deps.inventories.onStatus(() => this.#tellSources());
  }

  get publication(): Publication | null {
    return this.#publication;
  }

  /** Every source's state as of now, Prometheis first, in the configuration's order. */
  sources(): readonly SourceStatus[] {
    const { gaps, inventories } = this.#deps;
    const telemetry = withGaps(
      this.#pollers.map(({ status }) => status),
      gaps,
    );
    return [...withTrial(withHour(telemetry, this.#hour), this.#trial), ...inventories.statuses()];
  }

  onPublication(listener: (publication: Publication) => void): () => void {
    this.#publicationListeners.add(listener);
    return () => this.#publicationListeners.delete(listener);
  }

  /** Calls back with the sources whose state changed. */
  onSources(listener: (changed: readonly SourceStatus[]) => void): () => void {
    this.#sourceListeners.add(listener);
    return () => this.#sourceListeners.delete(listener);
  }

  /** Keeps the poll alive until the returned function is called. */
  retain(wants: Wants): () => void {
    const releases = this.#pollers.map((poller) => poller.retain(wants.latency));
    this.#count(1, wants);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count(-1, wants);
      for (const release of releases) release();
    };
  }

  /**
   * A publication that is young enough to answer with, read now if need be. Sources that fail or dawdle don't hold it:
   * it then shows what is known, and `sources()` says what is not. Rejects only when the signal aborts first.
   */
  async current(wants: Wants, signal?: AbortSignal): Promise<Publication> {
    const fresh = this.#fresh(wants);
    if (fresh) return fresh;
    const [hour] = await Promise.all([
      wants.hour ? this.#deps.hour(signal) : null,
      this.#refresh(wants, signal),
      this.#try(signal),
    ]);
    signal?.throwIfAborted();
    if (hour !== null) this.#hour = hour;
    if (this.#outdated() || this.#publication === null || (wants.hour && this.#publication.hour === null))
      return this.#publish();
    return this.#publication;
  }

  #fresh(wants: Wants): Publication | null {
    const publication = this.#publication;
    if (
      publication === null ||
      (wants.latency && !publication.latencyAsked) ||
      (wants.hour && publication.hour === null)
    )
      return null;
    // While it is polled the next one is under way: asking beside it would only double the work.
    const polls = this.#viewers.all > 0 ? 2 : 1;
    return this.#deps.timers.monotonic() - publication.takenAt < polls * paceOf(this.window, this.#deps.poll) * 1000
      ? publication
      : null;
  }

  /** All sources at once; returns when all have answered, or a while after the first usable answer. */
  async #refresh({ latency }: Wants, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const runs = this.#pollers.map(async (poller) => {
      const before = poller.reading;
      await poller.refresh(latency, signal);
      if (poller.reading === before) await new Promise<never>((_, reject) => reject(new Error("no reading")));
    });
    const patience = Promise.any(runs).then(
      () => this.#deps.timers.sleep(PATIENCE, over.signal),
      () => undefined,
    );
    await Promise.race([Promise.allSettled(runs), patience]);
    over.abort();
  }

  /** What dry runs count, as of one round ago at most. A graph doesn't wait for it: what comes late is in the next one. */
  async #try(signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const read = this.#deps
      .trials(this.window, signal)
      .then(
        (trial) => {
          this.#trial = trial;
        },
        () => undefined,
      )
      .then(() => true);
    const late = this.#deps.timers.sleep(PATIENCE, over.signal).then(() => false);
    // What was counted a round ago is still shown then.
    if (!(await Promise.race([read, late]))) this.#trial ??= undefined;
    over.abort();
  }

  /** After a refresh of one source: publish when the others are done too, or have had their time. */
  #changed(): void {
    this.#tellSources();
    if (!this.#outdated() && !this.#onlyObjects()) return;
    if (!this.#pollers.some((poller) => poller.busy)) return void this.#publishLive();
    if (this.#waiting !== null) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    void this.#deps.timers.sleep(PATIENCE, waiting.signal).then(() => {
      if (!waiting.signal.aborted) void this.#publishLive();
    });
  }

  async #publishLive(): Promise<void> {
    this.#waiting?.abort();
    this.#waiting = null;
    void this.#try();
    if (this.#viewers.hour > 0) this.#hour = (await this.#deps.hour().catch(() => null)) ?? this.#hour;
    else this.#hour = null;
    if (this.#outdated() || this.#publication !== null) this.#publish();
  }

  /** No source has ever answered: the graph is the inventory's, and follows it at the pace of the polls that fail. */
  #onlyObjects(): boolean {
    const publication = this.#publication;
    if (publication === null || this.#pollers.some(({ reading }) => reading !== null)) return false;
    return this.#deps.timers.monotonic() - publication.takenAt > this.#deps.poll * 500;
  }

  #outdated(): boolean {
    return this.#pollers.some(({ reading }, index) => reading !== null && reading !== this.#merged[index]);
  }

  #publish(): Publication {
    const { timers, inventories, health, errorRate } = this.#deps;
    const readings = this.#pollers.map(({ reading }) => reading);
    const known = readings.filter((reading) => reading !== null);
    const inventory = inventories.current();
    const at = known.length === 0 ? timers.now() : latest(known.map((reading) => reading.at));
    // Sources scraped at different paces have different floors; the longest window is what all numbers stay within.
    const window = known
      .map((reading) => reading.window)
      .reduce((a, b) => (windowSeconds(b) > windowSeconds(a) ? b : a), this.window);
    const covered = new Set(
      this.#pollers.flatMap(({ reading, status }) => (reading !== null && tellsAll(reading) ? status.clusters : [])),
    );
    const said = (tells: (reading: Reading) => boolean) =>
      this.#pollers.map(({ reading, status }) => ({
        clusters: status.clusters,
        answered: reading !== null && tells(reading),
      }));
    const graph = mergeGraph({
      decoded: known.flatMap((reading) => reading.decoded),
      ...{ inventory, at, health, errorRate },
      window: windowSeconds(window),
      edges: "live",
      measured: (cluster) => covered.has(cluster),
    });
    const latencies = known.flatMap((reading) => reading.latencyAt ?? []);
    const ages = this.#pollers.flatMap((poller) => poller.age ?? []);
    const publication = new Publication(
      withTrials(graph, this.#trial?.counts ?? [], inventory),
      {
        at,
        window,
        latencyAt: latencies.length === 0 ? null : unixSeconds(Math.min(...latencies)),
        configurationAt: configurationAt(inventory),
      },
      {
        takenAt: milliseconds(timers.monotonic() - (ages.length === 0 ? 0 : Math.min(...ages))),
        latencyAsked: known.every((reading) => reading.latencyAsked),
        hour: this.#hour?.graph ?? null,
        past: false,
        told: toldBy(said((reading) => reading.decoded.length > 0)),
        whole: toldBy(said(tellsAll)),
      },
    );
    this.#merged = readings;
    this.#publication = publication;
    // Before anybody gets the graph: a snapshot carries the states, and needs no event that repeats them.
    this.#tellSources();
    this.#deps.onPublished?.(publication);
    this.#announcing = this.#announcing.then(() => this.#announce(publication));
    return publication;
  }

  /** Views, deltas and texts of many channels take a while: requests get their turn between two of them. */
  async #announce(publication: Publication): Promise<void> {
    for (const listener of [...this.#publicationListeners]) {
      await new Promise((resolve) => setImmediate(resolve));
      listener(publication);
    }
  }

  #tellSources(): void {
    const now = this.sources();
    const changed = now.filter((status, index) => {
      const before = this.#told[index];
      return before === undefined || tellsMore(before, status);
    });
    this.#told = now;
    if (changed.length === 0) return;
    for (const listener of this.#sourceListeners) listener(changed);
  }

  #count(by: 1 | -1, { hour }: Wants): void {
    this.#viewers = { all: this.#viewers.all + by, hour: this.#viewers.hour + (hour ? by : 0) };
  }
}

/** May what is missing in it be called silence? */
const tellsAll = ({ decoded, whole }: Reading): boolean => whole && decoded.length > 0;

function latest(instants: readonly UnixSeconds[]): UnixSeconds {
  return unixSeconds(Math.max(...instants));
}
