/**
 * One configured Prometheus: what it can do (probed rarely), and its reads (each asked once however many ask). It keeps
 * no viewer's state; pollers decide when to read.
 */
import { type Problem, problemOf } from "#lib/errors.ts";
import type { MeshName } from "#lib/graph/model.ts";
import type { Answers, Capabilities, MeshAdapter, TelemetryOptions } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import type { Matrix, Vector } from "#lib/promql/result.ts";
import { type Milliseconds, milliseconds, type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { clockCaveat, windowCaveat } from "./caveats.ts";
import { SingleFlight } from "./flight.ts";
import { Horizon } from "./horizon.ts";
import type { QueryClient } from "./query-client.ts";

/** Told of every query, for /metrics. */
export type QueryObserver = (query: {
  /** Index in the configuration; with its list's name where that isn't `prometheus`. */
  source: number | string;
  read: string;
  ms: number;
  outcome: "ok" | "failed" | "cancelled";
}) => void;

export interface SourceDeps {
  readonly timers: Timers;
  readonly poll: Seconds;
  /** Budget of each query. */
  readonly timeout: Seconds;
  readonly meshes: readonly MeshAdapter[];
  readonly onQuery: QueryObserver;
}

export interface SourceInfo {
  readonly index: number;
  readonly name: string;
  readonly clusters: readonly string[];
  /** What the configuration says of its telemetry. */
  readonly telemetry?: TelemetryOptions;
}

export interface Question {
  readonly id: string;
  readonly query: Expr;
}

/** The outcome of several queries sent at once. */
interface Sent<Answer> {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly failures: readonly { readonly read: string; readonly problem: Problem }[];
  readonly startedAt: Milliseconds;
  readonly tookMs: Milliseconds;
}

export type Asked = Sent<Vector>;
/** The same questions at every step of a range. */
export type AskedRange = Sent<Matrix>;

/** With the instant that its numbers are of. */
export type Timed = Asked & { readonly at: UnixSeconds };

/** Once telemetry has settled, what a Prometheus holds changes with releases, not with seconds. */
const PROBE_EVERY = milliseconds(120_000);

export class Source {
  readonly info: SourceInfo;
  readonly client: QueryClient;
  /** Since when it knows anything. */
  readonly horizon: Horizon;
  readonly #deps: SourceDeps;
  readonly #probes = new SingleFlight<void>();
  readonly #reads = new SingleFlight<Asked>();
  readonly #recent = new Map<string, Asked>();
  #capabilities: ReadonlyMap<MeshName, Capabilities> = new Map();
  #probedAt: Milliseconds | null = null;
  #probeAgain: Milliseconds = milliseconds(0);
  /** By how much its clock is ahead of ours; null where it didn't say. */
  #ahead: Milliseconds | null = null;

  constructor(info: SourceInfo, client: QueryClient, deps: SourceDeps) {
    this.info = info;
    this.client = client;
    this.#deps = deps;
    this.horizon = new Horizon(client, deps);
  }

  /** What must be said of its numbers of a window, as far as anything was found out about it. */
  caveats(at: UnixSeconds, window: Seconds): readonly string[] {
    const { name } = this.info;
    const first = this.horizon.first(unixSeconds(at - window));
    return [windowCaveat(name, at, window, first), clockCaveat(name, this.#ahead)].filter((each) => each !== null);
  }

  /** Meshes this Prometheus holds something of, with what is known about them. */
  present(): readonly { adapter: MeshAdapter; capabilities: Capabilities }[] {
    return this.#deps.meshes.flatMap((adapter) => {
      const capabilities = this.#capabilities.get(adapter.mesh);
      return capabilities?.present ? [{ adapter, capabilities }] : [];
    });
  }

  /** The longest scrape interval among its meshes; null while unknown. */
  scrapeInterval(): Seconds | null {
    const known = this.present().flatMap(({ capabilities }) => capabilities.scrapeInterval ?? []);
    return known.length > 0 ? (Math.max(...known) as Seconds) : null;
  }

  /**
   * Makes sure that capabilities are known and not too old. Rejects only where nothing was ever learnt: later, a probe
   * round that fails as a whole leaves the last one standing, and the reads themselves will say what is wrong.
   */
  async learn(signal?: AbortSignal): Promise<void> {
    const age = this.#probedAt === null ? null : this.#deps.timers.monotonic() - this.#probedAt;
    if (age !== null && age < this.#probeAgain) return;
    const round = this.#probes.run("probe", (inner) => this.#probe(inner), signal);
    if (this.present().length > 0) round.catch(() => undefined);
    else await round;
  }

  /** The reads of one group and window; callers within half a poll share one run. @throws when nobody waits any more */
  async read(group: "rates" | "latency", window: Seconds, signal?: AbortSignal): Promise<Timed> {
    const key = `${group} ${window}`;
    const recent = this.#recent.get(key);
    const { timers, poll } = this.#deps;
    if (recent && timers.monotonic() - recent.startedAt - recent.tookMs < poll * 500)
      return { ...recent, at: this.#instant(recent) };
    const asked = await this.#reads.run(key, (inner) => this.#readNow(group, window, recent, inner), signal);
    // A failed run isn't worth keeping: the next caller decides by its own backoff when to try again.
    if (asked.answers.size > 0 && asked.failures.length === 0) this.#recent.set(key, asked);
    return { ...asked, at: this.#instant(asked) };
  }

  /**
   * Asks. If the read that carried most answers nothing at all now, what it rests on may be gone (recording rules that
   * were unloaded) rather than the traffic: then the probes are asked again first, and the reads after them.
   */
  async #readNow(
    group: "rates" | "latency",
    window: Seconds,
    before: Asked | undefined,
    signal: AbortSignal,
  ): Promise<Asked> {
    const { timers } = this.#deps;
    const asked = await this.ask(this.questions(group, window), timers.now(), signal);
    if (before === undefined || !mainReadEmptied(before, asked)) return asked;
    await this.#probes.run("probe", (inner) => this.#probe(inner), signal).catch(() => undefined);
    return this.ask(this.questions(group, window), timers.now(), signal);
  }

  /** What to ask for one group of a refresh, `past`: of an instant long ago; `history` is what an adapter adds for edges that are silent now. */
  questions(group: "rates" | "latency" | "history", window: Seconds, past = false): readonly Question[] {
    return this.present().flatMap(({ adapter, capabilities }) => {
      const plan = adapter.plan(window, capabilities, {
        latency: group === "latency",
        edges: group === "history" ? "all" : "live",
        past,
      });
      const usual = group === "history" ? adapter.plan(window, capabilities, { latency: false }) : [];
      return plan
        .filter((read) => (group === "history" ? !usual.some(({ id }) => id === read.id) : read.group === group))
        .map(({ id, query }) => ({ id: `${adapter.mesh}/${id}`, query }));
    });
  }

  /** Sends queries in parallel; a failed one is told, never thrown (but for cancellation). */
  ask(questions: readonly Question[], at: UnixSeconds, signal: AbortSignal): Promise<Asked> {
    const { timeout } = this.#deps;
    return this.#send(questions, (query) => this.client.query(query, { at, timeout, signal }), signal);
  }

  /** The same for every step from start to end, both included. */
  askRange(
    questions: readonly Question[],
    range: { readonly start: UnixSeconds; readonly end: UnixSeconds; readonly step: Seconds },
    signal: AbortSignal,
  ): Promise<AskedRange> {
    const { timeout } = this.#deps;
    return this.#send(questions, (query) => this.client.queryRange(query, { ...range, timeout, signal }), signal);
  }

  async #send<Answer>(
    questions: readonly Question[],
    send: (query: Expr) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Sent<Answer>> {
    const { timers, onQuery } = this.#deps;
    const startedAt = timers.monotonic();
    const answers = new Map<string, Answer>();
    const failures: { read: string; problem: Problem }[] = [];
    await Promise.all(
      questions.map(async ({ id, query }) => {
        try {
          answers.set(id, await send(query));
        } catch (thrown) {
          failures.push({ read: id, problem: problemOf(thrown) });
        }
        const outcome = answers.has(id) ? "ok" : signal.aborted ? "cancelled" : "failed";
        onQuery({ source: this.info.index, read: id, ms: timers.monotonic() - startedAt, outcome });
      }),
    );
    // Order of arrival is chance; what is shown must not be.
    failures.sort((a, b) => (a.read < b.read ? -1 : 1));
    return { answers, failures, startedAt, tookMs: milliseconds(timers.monotonic() - startedAt) };
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const { meshes, timers } = this.#deps;
    const questions = meshes.flatMap((adapter) =>
      adapter.probe(this.info.telemetry).map(({ id, query }) => ({ id: `${adapter.mesh}/${id}`, query })),
    );
    const [{ answers, failures }, ahead] = await Promise.all([
      this.ask(questions, timers.now(), signal),
      this.#clockAhead(signal),
    ]);
    this.#ahead = ahead;
    const [failure] = failures;
    if (answers.size === 0 && failure)
      throw Object.assign(new Error(failure.problem.detail), { problem: failure.problem });
    const learnt = new Map(
      meshes.map((adapter) => [
        adapter.mesh,
        adapter.learn(
          answersOf(adapter.mesh, answers),
          this.#capabilities.get(adapter.mesh) ?? null,
          this.info.telemetry,
        ),
      ]),
    );
    const same = JSON.stringify([...learnt]) === JSON.stringify([...this.#capabilities]);
    const complete = [...learnt.values()].some((each) => each.present && each.scrapeInterval !== null);
    this.#capabilities = learnt;
    this.#probedAt = timers.monotonic();
    this.#probeAgain = this.#nextProbe(same, complete);
  }

  /** Against the middle of the question's way there and back. */
  async #clockAhead(signal: AbortSignal): Promise<Milliseconds | null> {
    const { timers, timeout } = this.#deps;
    const asked = timers.now();
    const said = await this.client.time({ timeout, signal }).catch(() => null);
    return said === null ? null : milliseconds((said - (asked + timers.now()) / 2) * 1000);
  }

  /**
   * While metrics are still being born (a fresh install, the first scrapes) rounds differ: ask again at the next poll,
   * then at twice the time, so that telemetry which never settles doesn't cost a round a poll.
   */
  #nextProbe(same: boolean, complete: boolean): Milliseconds {
    const soon = this.#deps.poll * 900;
    if (!complete) return milliseconds(soon);
    return milliseconds(same ? PROBE_EVERY : Math.min(PROBE_EVERY, Math.max(soon, 2 * this.#probeAgain)));
  }

  /** The wall time of a run that started at a monotonic instant. */
  #instant(asked: Asked): UnixSeconds {
    const { timers } = this.#deps;
    for (const vector of asked.answers.values()) return vector.at;
    return (timers.now() - (timers.monotonic() - asked.startedAt) / 1000) as UnixSeconds;
  }
}

function mainReadEmptied(before: Asked, after: Asked): boolean {
  const [main] = [...before.answers].sort(([, a], [, b]) => b.samples.length - a.samples.length);
  return main !== undefined && main[1].samples.length > 0 && after.answers.get(main[0])?.samples.length === 0;
}

/** One mesh's answers under the adapter's own read ids. */
export function answersOf(mesh: MeshName, answers: Answers): Answers {
  const prefix = `${mesh}/`;
  return new Map(
    [...answers].flatMap(([id, vector]) => (id.startsWith(prefix) ? [[id.slice(prefix.length), vector] as const] : [])),
  );
}
