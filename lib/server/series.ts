/** GET /series: history of one edge or node, read on demand. */
import { formatInstant } from "#lib/api/instant.ts";
import { type Chart, MAX_POINTS, MAX_RANGE, type SeriesAnswer, type SeriesQuery } from "#lib/api/series.ts";
import { MeshscopeError, type Problem, problemOf } from "#lib/errors.ts";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import type { SeriesChart, SeriesGrid, SeriesOptions, SeriesSubject } from "#lib/mesh/port.ts";
import type { Matrix } from "#lib/promql/result.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import { checkSubjects } from "./rights/filter.ts";
import type { Viewers } from "./rights/viewers.ts";
import { rangeOf } from "./series-range.ts";
import { SingleFlight } from "./telemetry/flight.ts";
import type { Source } from "./telemetry/source.ts";

export interface SeriesDeps {
  readonly timers: Timers;
  readonly timeout: Seconds;
  /** Configured cluster name → metricsName. */
  readonly metricsNameOf: (cluster: string) => string;
  readonly viewers: Viewers;
}

interface Part {
  readonly charts: readonly SeriesChart[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Whether this source's telemetry can tell the subject at all. */
  readonly told: boolean;
}

export class SeriesUseCases {
  readonly #sources: readonly Source[];
  readonly #deps: SeriesDeps;
  readonly #flights = new SingleFlight<SeriesAnswer>();

  constructor(sources: readonly Source[], deps: SeriesDeps) {
    this.#sources = sources;
    this.#deps = deps;
  }

  /**
   * Charts of an edge or node. A source that fails leaves its charts out and is named in `problems`.
   * @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden`, `reauth`; the source's problem where none answered
   */
  async series(credential: Credential, query: SeriesQuery, signal?: AbortSignal): Promise<SeriesAnswer> {
    const subject = subjectOf(query);
    const { start, end } = rangeOf(query, this.#deps.timers.now(), MAX_RANGE);
    const key = JSON.stringify([query.edge, query.node, query.lens, query.metrics, start, end, query.step]);
    const audience = await this.#deps.viewers.audience(credential, signal);
    checkSubjects(subject.type === "edge" ? [subject.source, subject.target] : [subject.node], audience.visibility);
    const answer = await this.#flights.run(key, (inner) => this.#read(subject, query, start, end, inner), signal);
    return {
      ...answer,
      warnings: answer.warnings.map(audience.text),
      problems: answer.problems.map((each) => ({ ...each, detail: audience.text(each.detail) })),
    };
  }

  async #read(
    subject: SeriesSubject,
    query: SeriesQuery,
    start: UnixSeconds,
    end: UnixSeconds,
    signal: AbortSignal,
  ): Promise<SeriesAnswer> {
    const learnt = await Promise.allSettled(this.#sources.map((source) => source.learn(signal)));
    const scrape = Math.max(0, ...this.#sources.map((source) => source.scrapeInterval() ?? 0));
    const step = stepOf(query.step ?? null, scrape, end - start);
    const grid: SeriesGrid = { start, step, points: Math.floor((end - start) / step) + 1 };
    const window = seconds(Math.max(step, 4 * scrape, 15));
    const options: SeriesOptions = { metrics: query.metrics, window, metricsNameOf: this.#deps.metricsNameOf };
    const parts = await Promise.all(
      this.#sources.map((source, index) => {
        const failed = learnt[index]?.status === "rejected" ? problemOf(learnt[index].reason) : null;
        return failed
          ? Promise.resolve({ charts: [], problems: [failed], warnings: [], told: true })
          : this.#ask(source, subject, options, grid, signal);
      }),
    );
    signal.throwIfAborted();
    const charts = onePerObserver(parts.flatMap((part) => part.charts));
    const problems = parts.flatMap((part, index) =>
      part.problems.map((each) => ({ source: this.#sources[index]?.info.name ?? "", ...each })),
    );
    const [failure] = problems;
    if (charts.length === 0 && failure) throw new MeshscopeError(failure.code, failure.detail);
    const untold = parts.some((part) => part.told)
      ? []
      : ["Telemetry carries no label that tells this from others: there is no history of it alone."];
    return {
      id: query.edge ?? query.node ?? "",
      start: formatInstant(start),
      end: formatInstant(unixSeconds(start + step * (grid.points - 1))),
      ...{ step, window, charts, problems },
      warnings: [...new Set([...parts.flatMap((part) => part.warnings), ...untold])],
    };
  }

  async #ask(
    source: Source,
    subject: SeriesSubject,
    options: SeriesOptions,
    grid: SeriesGrid,
    signal: AbortSignal,
  ): Promise<Part> {
    const { start, step, points } = grid;
    const range = { start, end: unixSeconds(start + step * (points - 1)), step, timeout: this.#deps.timeout, signal };
    const parts = await Promise.all(
      source.present().map(async ({ adapter, capabilities }): Promise<Part> => {
        const reads = adapter.series?.(subject, capabilities, options) ?? [];
        const answers = new Map<string, Matrix>();
        const problems: Problem[] = [];
        await Promise.all(
          reads.map(async ({ id, query }) => {
            try {
              answers.set(id, await source.client.queryRange(query, range));
            } catch (thrown) {
              problems.push(problemOf(thrown));
            }
          }),
        );
        const warnings = [...answers.values()].flatMap((answer) => answer.warnings);
        return { charts: adapter.charts?.(answers, reads, grid) ?? [], problems, warnings, told: reads.length > 0 };
      }),
    );
    return {
      charts: parts.flatMap((part) => part.charts),
      problems: parts.flatMap((part) => part.problems),
      warnings: parts.flatMap((part) => part.warnings),
      told: parts.some((part) => part.told),
    };
  }
}

function subjectOf({ edge, node, lens }: SeriesQuery): SeriesSubject {
  if ((edge === undefined) === (node === undefined))
    throw new MeshscopeError(
      "bad_parameter",
      "Give either 'edge' or 'node', an id as /graph answers it, or 'whole=on'.",
    );
  const key = edge === undefined ? null : parseEdgeId(edge);
  if (key !== null) return { type: "edge", ...key, lens };
  const single = node === undefined ? null : parseNodeId(node);
  if (single !== null) return { type: "node", node: single, lens };
  const accepted = edge === undefined ? "cluster/namespace/kind/name[/version]" : "source>target>protocol";
  throw new MeshscopeError(
    "bad_parameter",
    `Parameter '${edge === undefined ? "node" : "edge"}' isn't an id. Accepted: ${accepted}, as /graph answers it.`,
  );
}

/** At least a scrape interval, and few enough points; whole seconds. */
function stepOf(asked: Seconds | null, scrape: number, range: number): Seconds {
  return seconds(Math.ceil(Math.max(asked ?? 0, scrape, 1, range / (MAX_POINTS - 1))));
}

/** Of two sources that hold the same series the first in the configuration counts. */
function onePerObserver(charts: readonly SeriesChart[]): Chart[] {
  const first = new Map<string, Chart>();
  for (const chart of charts) {
    const key = `${chart.metric} ${chart.direction} ${chart.observer}`;
    const lines = chart.lines.map(({ name, values }) => ({ name, values: [...values] }));
    if (!first.has(key)) first.set(key, { ...chart, lines });
  }
  return [...first.values()];
}
