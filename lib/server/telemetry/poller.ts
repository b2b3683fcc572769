/**
 * The reads of one (source, window), shared by everyone who looks at it: it polls while somebody does, keeps the last
 * good reading through a failure, and says what state the source is in. Upstream load never grows with viewers.
 */
import { raiseWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import { type Milliseconds, milliseconds, type Seconds, seconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { retryDelay } from "./backoff.ts";
import { SingleFlight } from "./flight.ts";
import { LatencyReader } from "./latency.ts";
import { paceOf } from "./pace.ts";
import { type Answered, type DecodeInput, type Reading, readAnswers } from "./reading.ts";
import type { Asked, Source } from "./source.ts";
import { advance, SLOW_AFTER, type SourceEvent, unasked } from "./status.ts";

export interface PollerDeps {
  readonly timers: Timers;
  readonly poll: Seconds;
  /** In [0, 1). */
  readonly random: () => number;
  /** What decoding joins with, as of now. */
  readonly context: () => DecodeInput;
}

/** Polling goes on this long after the last viewer left: a page reload finds a warm answer. */
export const GRACE = milliseconds(5_000);

/** Shorter windows are filled soon after a Prometheus began. */
const LONG = seconds(300);

/** How long a whole reading is shown in place of a newer one that lacks a part of it. */
const KEEP = milliseconds(300_000);

export class Poller {
  readonly source: Source;
  readonly asked: Window;
  readonly #deps: PollerDeps;
  readonly #pace: Seconds;
  readonly #latency: LatencyReader;
  readonly #refreshes = new SingleFlight<void>();
  readonly #listeners = new Set<() => void>();
  #status: SourceStatus;
  #reading: Reading | null = null;
  #readAt: Milliseconds | null = null;
  /** The reads that the last reading rests on. */
  #held: ReadonlySet<string> = new Set();
  /** Nothing of the last answer failed. */
  #whole = true;
  #failures = 0;
  #retryAt: Milliseconds | null = null;
  /** Viewers, and how many of them want latency. */
  #viewers = { all: 0, latency: 0 };
  #loop: AbortController | null = null;
  #leaving: AbortController | null = null;

  constructor(source: Source, asked: Window, deps: PollerDeps) {
    this.source = source;
    this.asked = asked;
    this.#deps = deps;
    this.#pace = paceOf(asked, deps.poll);
    this.#latency = new LatencyReader(source, deps.timers, this.#pace);
    this.#status = unasked(
      { name: source.info.name, kind: "prometheus", clusters: source.info.clusters },
      deps.timers.now(),
    );
  }

  get status(): SourceStatus {
    return this.#status;
  }

  /** The last good reading; it outlives failures, `status` says how old it is. */
  get reading(): Reading | null {
    return this.#reading;
  }

  /** A refresh is running. */
  get busy(): boolean {
    return this.#refreshes.size > 0;
  }

  /** How long ago the last good reading ended; null before the first. */
  get age(): Milliseconds | null {
    return this.#readAt === null ? null : milliseconds(this.#deps.timers.monotonic() - this.#readAt);
  }

  /** Calls back after each refresh and whenever the state changed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keeps the poll alive until the returned function is called; the first one starts it. */
  retain(latency: boolean): () => void {
    this.#count(1, latency);
    this.#leaving?.abort();
    if (this.#loop === null) {
      this.#loop = new AbortController();
      void this.#run(this.#loop.signal);
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count(-1, latency);
      if (this.#viewers.all === 0) void this.#leave();
    };
  }

  /** Stops at once, whoever looks. */
  close(): void {
    this.#leaving?.abort();
    this.#loop?.abort();
    this.#loop = null;
  }

  /**
   * One refresh now; joins a running one. A source that fails is left alone until its retry is due. Never rejects: what
   * went wrong is in `status`. Cancelled upstream once nobody waits for it any more.
   */
  async refresh(latency: boolean, signal?: AbortSignal): Promise<void> {
    if (this.#retryAt !== null && this.#deps.timers.monotonic() < this.#retryAt) return;
    const wanted = latency || this.#viewers.latency > 0;
    await this.#refreshes
      .run(wanted ? "latency" : "rates", (inner) => this.#refresh(wanted, inner), signal)
      .catch(() => undefined);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { timers, poll } = this.#deps;
    while (!signal.aborted) {
      const started = timers.monotonic();
      await this.refresh(false, signal);
      const took = timers.monotonic() - started;
      // A source that needs most of a poll to answer gets as long a rest as it worked.
      // What lacks a part is read again soon, however slowly the window moves.
      const pace = 1000 * (this.#whole ? this.#pace : poll);
      const pause = Math.max(pace - took, Math.min(took, pace));
      const wait = this.#retryAt === null ? pause : Math.max(0, this.#retryAt - timers.monotonic());
      await timers.sleep(milliseconds(wait), signal);
    }
  }

  async #refresh(latency: boolean, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    void this.#sayWhenSlow(done.signal);
    try {
      await this.source.learn(signal);
      const window = raiseWindow(this.asked, seconds(4 * (this.source.scrapeInterval() ?? 0)));
      const length = windowSeconds(window);
      if (latency) this.#latency.start(length, signal);
      const looked =
        length < LONG ? null : this.source.horizon.look(unixSeconds(this.#deps.timers.now() - length), signal);
      const rates = await this.source.read("rates", length, signal);
      if (latency) await this.#latency.settle(length);
      // At the usual pace it isn't waited for: the next poll says what it found.
      if (this.#pace > this.#deps.poll) await looked;
      if (signal.aborted) return;
      const [failure] = rates.failures;
      if (failure && (rates.answers.size === 0 || this.#losesEdges(rates))) this.#failed(failure.problem);
      else this.#answered(window, { rates, latency: this.#latency.current(length), latencyAsked: latency });
    } catch (thrown) {
      if (!signal.aborted) this.#failed(problemOf(thrown));
    } finally {
      done.abort();
      // After this turn, when the flight has left the list: a listener that asks `busy` must hear no.
      setImmediate(() => this.#tell());
    }
  }

  #answered(window: Window, answered: Answered): void {
    const { reading, event } = readAnswers(this.source, window, answered, this.#deps.context());
    this.#reading = reading;
    // Counted from its end: what took long to read would otherwise be old on arrival, and be read again at once.
    this.#readAt = milliseconds(answered.rates.startedAt + answered.rates.tookMs);
    this.#held = new Set(answered.rates.answers.keys());
    this.#whole = answered.rates.failures.length === 0;
    this.#failures = 0;
    this.#retryAt = null;
    this.#advance(event);
  }

  /**
   * Would showing this answer take away what the last one had read? Edges would seem to stop. The last one stays, for a
   * while; after that the part that can be read is worth more.
   */
  #losesEdges(rates: Asked): boolean {
    const age = this.age;
    return age !== null && age < KEEP && rates.failures.some(({ read }) => this.#held.has(read));
  }

  #failed(problem: Problem): void {
    const { timers, poll, random } = this.#deps;
    if (problem.code === "cancelled") return;
    this.#failures += 1;
    const wait = retryDelay(this.#failures, poll, random());
    this.#retryAt = milliseconds(timers.monotonic() + wait);
    this.#advance({ type: "failed", problem, retryInMs: wait });
  }

  async #sayWhenSlow(done: AbortSignal): Promise<void> {
    await this.#deps.timers.sleep(SLOW_AFTER, done);
    if (done.aborted) return;
    this.#advance({ type: "waiting" });
    this.#tell();
  }

  async #leave(): Promise<void> {
    const leaving = new AbortController();
    this.#leaving = leaving;
    await this.#deps.timers.sleep(GRACE, leaving.signal);
    if (!leaving.signal.aborted) this.close();
  }

  #count(by: 1 | -1, latency: boolean): void {
    this.#viewers = { all: this.#viewers.all + by, latency: this.#viewers.latency + (latency ? by : 0) };
  }

  #advance(event: SourceEvent): void {
    this.#status = advance(this.#status, event, this.#deps.timers.now());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
