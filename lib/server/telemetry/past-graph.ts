/** From what sources said of a past instant to its graph. docs/numbers.md 19 says what it may claim. */
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import type { Problem } from "#lib/errors.ts";
import type { HealthRules } from "#lib/graph/health.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ErrorRule } from "#lib/graph/outcome.ts";
import { withTrials } from "#lib/graph/trial.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { configurationAt, type Gap, type Inventories, withGaps } from "../inventory.ts";
import { nothingCaveat } from "./caveats.ts";
import { type Trial, withTrial } from "./dry-runs.ts";
import { type Hour, withHour } from "./hour.ts";
import { Publication } from "./publication.ts";
import { type DecodeInput, type Reading, readAnswers } from "./reading.ts";
import type { Asked, Source } from "./source.ts";
import { advance, type SourceEvent, unasked } from "./status.ts";
import { toldBy } from "./told.ts";

export interface PastGraphDeps {
  readonly timers: Timers;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  readonly inventories: Inventories;
  readonly gaps: readonly Gap[];
  readonly context: () => DecodeInput;
}

export interface PastGraph {
  readonly publication: Publication;
  readonly sources: readonly SourceStatus[];
  /** Nothing is missing that another try could bring. */
  readonly whole: boolean;
}

/** What one source had to say of the instant. */
export interface Told {
  readonly reading: Reading | null;
  readonly status: SourceStatus;
  /** Not one series. */
  readonly empty: boolean;
}

/** The answers of one source; `latency` null where it wasn't asked. */
export interface PastAnswers {
  readonly window: Window;
  readonly rates: Asked;
  readonly latency: Asked | null;
}

const blank = (source: Source, now: UnixSeconds) =>
  unasked({ name: source.info.name, kind: "prometheus", clusters: source.info.clusters }, now);

/** A source that gave no answer at all. */
export function untold(source: Source, problem: Problem, now: UnixSeconds): Told {
  // A graph of the past is sent once: nobody would hear of another try.
  const event = { type: "failed", problem, retryInMs: null } as const;
  return { reading: null, status: advance(blank(source, now), event, now), empty: true };
}

/** What a source's answers of an instant say. */
export function toldOf(
  source: Source,
  { window, rates, latency }: PastAnswers,
  at: UnixSeconds,
  { timers, context }: Pick<PastGraphDeps, "timers" | "context">,
): Told {
  const [failure] = rates.failures;
  if (rates.answers.size === 0 && failure) return untold(source, failure.problem, timers.now());
  const answered = {
    rates: { ...rates, at },
    latency: latency && { ...latency, at },
    latencyAsked: latency !== null,
  };
  const { reading, event } = readAnswers(source, window, answered, { ...context(), past: true });
  // Targets answer even where nothing flows: no series at all means that there is nothing of that time.
  const empty = [...rates.answers.values()].every(({ samples }) => samples.length === 0);
  const said = empty && rates.failures.length === 0 ? withNothing(event, source, at) : event;
  return { reading, status: advance(blank(source, timers.now()), said, timers.now()), empty };
}

/** A Prometheus that answers well and holds nothing of then must not look like a mesh at rest. */
function withNothing(event: SourceEvent, source: Source, at: UnixSeconds): SourceEvent {
  if (event.type !== "answered") return event;
  return { ...event, notes: [...event.notes, nothingCaveat(source.info.name, at, source.horizon.first(at))] };
}

interface PastWish {
  readonly asked: Window;
  readonly at: UnixSeconds;
  readonly latency: boolean;
  readonly hour: Hour | null;
  /** What policies on trial would have denied then; null: nobody asked; undefined: no answer came in time. */
  readonly trial: Trial | null | undefined;
}

/** The graph of an instant. `hour` comes with `edges=all`. */
export function pastGraph(
  told: readonly Told[],
  { asked, at, latency, hour, trial }: PastWish,
  { timers, inventories, gaps, health, errorRate }: PastGraphDeps,
): PastGraph {
  const readings = told.flatMap(({ reading }) => reading ?? []);
  const window = readings
    .map((each) => each.window)
    .reduce((a, b) => (windowSeconds(b) > windowSeconds(a) ? b : a), asked);
  const inventory = inventories.current();
  // Which pods exist is known of now, which of them answered is of then: that makes no coverage.
  const decoded = readings.flatMap((each) => each.decoded.map(({ observations }) => ({ observations, pods: [] })));
  const graph = mergeGraph({
    decoded,
    inventory,
    at,
    health,
    errorRate,
    window: windowSeconds(window),
    edges: "live",
    // Whether what is here now was there then, and reported, nobody knows: its silence is no finding.
    measured: () => false,
    past: true,
  });
  const latencyAt = readings.some((each) => each.latencyAt !== null) ? at : null;
  const said = (tells: (reading: Reading) => boolean) =>
    told.map(({ reading, status, empty }) => ({
      clusters: status.clusters,
      answered: reading !== null && !empty && tells(reading),
    }));
  const publication = new Publication(
    withTrials(graph, trial?.counts ?? [], inventory),
    { at, latencyAt, configurationAt: configurationAt(inventory), window },
    {
      takenAt: timers.monotonic(),
      latencyAsked: latency,
      hour: hour?.graph ?? null,
      past: true,
      told: toldBy(said(() => true)),
      whole: toldBy(said(({ whole }) => whole)),
    },
  );
  const statuses = withGaps(
    told.map(({ status }) => status),
    gaps,
  );
  const sources = [...withTrial(withHour(statuses, hour), trial, true), ...inventories.statuses()];
  const whole = sources.every((source) => source.problem === undefined) && !hour?.failures.size;
  return { publication, sources, whole };
}
