/** The configured tracing backends: asked on demand, each by itself, with the state that every page shows. */
import { MeshscopeError, type Problem, problemOf } from "#lib/errors.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { TracingTarget } from "#lib/tracing/client/asker.ts";
import { createJaegerClient } from "#lib/tracing/jaeger/client.ts";
import type { TracingBackend } from "#lib/tracing/port.ts";
import { createTempoClient } from "#lib/tracing/tempo/client.ts";
import { createZipkinClient } from "#lib/tracing/zipkin/client.ts";
import { type Milliseconds, milliseconds, type Seconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { TracingConfig } from "../config.ts";
import type { QueryObserver } from "../telemetry/source.ts";
import { advance, unasked } from "../telemetry/status.ts";

const CLIENTS = { jaeger: createJaegerClient, zipkin: createZipkinClient, tempo: createTempoClient } as const;

export interface BackendDeps {
  readonly timers: Timers;
  readonly random: () => number;
  readonly onQuery: QueryObserver;
}

/** A wrong credential or url helps nobody by being asked again; the console tries on the next wish. */
const NO_RETRY: Milliseconds = milliseconds(0);

export class Backend {
  readonly index: number;
  readonly config: TracingConfig;
  /** Names of the clusters whose spans it keeps. */
  readonly clusters: readonly string[];
  readonly #client: TracingBackend;
  readonly #deps: BackendDeps;
  #status: SourceStatus;

  constructor(
    index: number,
    config: TracingConfig,
    target: TracingTarget,
    clusters: readonly string[],
    deps: BackendDeps,
  ) {
    this.index = index;
    this.config = config;
    this.clusters = config.clusters ?? clusters;
    this.#client = CLIENTS[config.kind](target, { clock: deps.timers, random: deps.random });
    this.#deps = deps;
    this.#status = unasked({ name: config.name, kind: config.kind, clusters: this.clusters }, deps.timers.now());
  }

  get name(): string {
    return this.config.name;
  }

  get status(): SourceStatus {
    return this.#status;
  }

  /** Asks, and notes how it went. @throws MeshscopeError */
  async ask<T>(read: string, work: (client: TracingBackend) => Promise<T>): Promise<T> {
    const { timers, onQuery } = this.#deps;
    const began = timers.monotonic();
    const done = (outcome: "ok" | "failed" | "cancelled") =>
      onQuery({ source: `tracing-${this.index}`, read, ms: timers.monotonic() - began, outcome });
    try {
      const answer = await work(this.#client);
      this.#answered(milliseconds(timers.monotonic() - began));
      done("ok");
      return answer;
    } catch (thrown) {
      const problem = problemOf(thrown);
      done(problem.code === "cancelled" ? "cancelled" : "failed");
      this.#failed(problem);
      throw OF_THE_BACKEND.has(problem.code) ? dated(thrown, problem, this.#status) : thrown;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #answered(tookMs: Milliseconds): void {
    const at = this.#deps.timers.now();
    const nothing = { failures: [], warnings: [], infos: [], notes: [], missing: [] };
    this.#status = advance(this.#status, { type: "answered", at, tookMs, ...nothing }, at);
  }

  /** What somebody asked wrongly, or gave up, says nothing of the backend. */
  #failed(problem: Problem): void {
    if (!OF_THE_BACKEND.has(problem.code)) return;
    const { retryInMs: _, ...status } = advance(
      this.#status,
      { type: "failed", problem, retryInMs: NO_RETRY },
      this.#deps.timers.now(),
    );
    this.#status = status;
  }
}

/** The same failure with since when it is so. */
function dated(thrown: unknown, { code, detail }: Problem, { since, asOf }: SourceStatus): MeshscopeError {
  const instant = (text: string) => `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
  const when =
    asOf === null
      ? `It has not answered since it was first asked, at ${instant(since)}.`
      : `It last answered at ${instant(asOf)}.`;
  const retryAfter = (thrown as { readonly retryAfter?: number } | null)?.retryAfter;
  return new MeshscopeError(code, `${detail} ${when}`, {
    cause: thrown,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

const OF_THE_BACKEND: ReadonlySet<string> = new Set([
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_unauthorised",
  "upstream_bad",
  "upstream_busy",
  "not_tracing",
]);

/** Time for one trace, which may be large, in budgets of a search. */
const TRACE_BUDGETS = 4;

export function longer(timeout: Seconds): Seconds {
  return (timeout * TRACE_BUDGETS) as Seconds;
}
