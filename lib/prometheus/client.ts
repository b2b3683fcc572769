/** Asking one Prometheus. https://prometheus.io/docs/prometheus/latest/querying/api/ */
import { MeshscopeError } from "#lib/errors.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Exemplar, Matrix, Vector } from "#lib/promql/result.ts";
import { scope, scopeMatchers } from "#lib/promql/scope.ts";
import type { Clock, Seconds, UnixSeconds } from "#lib/units.ts";
import { pause } from "#lib/upstream/pause.ts";
import { decodeMatrix, decodeNames, decodeTime, decodeVector, type Success } from "./decode.ts";
import { decodeExemplars } from "./exemplars.ts";
import { type Source, successOf, thrownProblem, timeout as timeoutProblem } from "./problem.ts";
import type { PrometheusTarget } from "./target.ts";
import { createTransport } from "./transport.ts";

export type { PrometheusTarget } from "./target.ts";

/** How long a question may take in all, retry included, and how to give it up. */
export interface Asking {
  readonly timeout: Seconds;
  readonly signal?: AbortSignal;
}

/**
 * One Prometheus-compatible API. Every method throws MeshscopeError alone: `upstream_unreachable`, `upstream_timeout`,
 * `upstream_unauthorised`, `bad_query`, `too_many_samples`, `not_prometheus`, `upstream_bad`, `upstream_too_large`,
 * `upstream_busy`, `cancelled` (the signal), or `bad_parameter` for a query that can't be printed.
 */
export interface PrometheusClient {
  readonly name: string;
  /** The value of `expr` at an instant. */
  query(expr: Expr, o: Asking & { readonly at: UnixSeconds }): Promise<Vector>;
  /** The values of `expr` from start to end, both included, every `step`. */
  queryRange(
    expr: Expr,
    o: Asking & { readonly start: UnixSeconds; readonly end: UnixSeconds; readonly step: Seconds },
  ): Promise<Matrix>;
  /** Exemplars of the series that `expr` selects; none where it keeps none. */
  queryExemplars(
    expr: Expr,
    o: Asking & { readonly start: UnixSeconds; readonly end: UnixSeconds },
  ): Promise<readonly Exemplar[]>;
  /** What its own clock says while it answers. */
  time(o: Asking): Promise<UnixSeconds>;
  /** Names of the labels that the series of selector `match` have; without start and end, of all time. */
  labelNames(match: Expr, o: Asking & { readonly start?: UnixSeconds; readonly end?: UnixSeconds }): Promise<string[]>;
  /** Ends all connections; what is under way fails as `cancelled`. */
  close(): Promise<void>;
}

export interface PrometheusDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries of many consoles. */
  readonly random?: () => number;
}

type Decoder<T> = (success: Success, from: string) => T;

/** A retry waits 50 to 250 ms: long enough for a restarted listener, short beside the 5 s budget of a refresh. */
const RETRY_MS = { least: 50, spread: 200 };

/** @throws MeshscopeError `bad_config` for a target that can't be asked. Connects with the first question. */
export function createPrometheusClient(target: PrometheusTarget, deps: PrometheusDeps): PrometheusClient {
  const { clock, random = Math.random } = deps;
  const transport = createTransport(target, clock);
  const source = (): Source => ({ name: target.name, secrets: transport.secrets() });
  const extra = scopeMatchers(target.queryScope ?? {});
  const print = (expr: Expr): string => printQuery(scope(expr, extra));

  async function ask<T>(path: string, parameters: URLSearchParams, o: Asking, decode: Decoder<T>): Promise<T> {
    const began = clock.monotonic();
    const budget = o.timeout * 1000;
    const deadline = AbortSignal.timeout(Math.max(0, Math.min(budget, 2 ** 31 - 1)));
    const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
    const left = (): number => budget - (clock.monotonic() - began);

    async function attempt(): Promise<T> {
      // A little less than ours, so that it is Prometheus that stops, and says so.
      parameters.set("timeout", `${Math.max(1, Math.floor(left() * 0.95))}ms`);
      try {
        const answer = await transport.exchange(path, parameters, signal);
        return decode(successOf(answer, source()), target.name);
      } catch (thrown) {
        if (o.signal?.aborted) throw new MeshscopeError("cancelled", `The question to "${target.name}" was given up.`);
        if (deadline.aborted) throw timeoutProblem(target.name, `${o.timeout} s have passed`);
        throw thrownProblem(thrown, source());
      }
    }

    try {
      return await attempt();
    } catch (thrown) {
      const failed = thrownProblem(thrown, source());
      const wait = RETRY_MS.least + random() * RETRY_MS.spread;
      if (!isWorthRetrying(failed, wait) || left() < 2 * wait) throw failed;
      await pause(wait, signal);
      return attempt();
    }
  }

  return {
    name: target.name,
    async query(expr, o) {
      const parameters = new URLSearchParams({ query: print(expr), time: instant(o.at) });
      return ask("/api/v1/query", parameters, o, (success, from) => decodeVector(success, o.at, from));
    },
    async queryRange(expr, o) {
      const range = { start: instant(o.start), end: instant(o.end), step: instant(o.step) };
      const parameters = new URLSearchParams({ query: print(expr), ...range });
      return ask("/api/v1/query_range", parameters, o, decodeMatrix);
    },
    async queryExemplars(expr, o) {
      const parameters = new URLSearchParams({ query: print(expr), start: instant(o.start), end: instant(o.end) });
      return ask("/api/v1/query_exemplars", parameters, o, decodeExemplars);
    },
    async time(o) {
      // Without a time of ours it evaluates at its own.
      const parameters = new URLSearchParams({ query: "time()" });
      return ask("/api/v1/query", parameters, o, (success, from) => decodeTime(success, from));
    },
    async labelNames(match, o) {
      const parameters = new URLSearchParams({ "match[]": print(match) });
      if (o.start !== undefined) parameters.set("start", instant(o.start));
      if (o.end !== undefined) parameters.set("end", instant(o.end));
      return ask("/api/v1/labels", parameters, o, decodeNames);
    },
    close: () => transport.close(),
  };
}

/** Connection errors, 502 and 503 once more; a busy one only if it doesn't ask for longer than the wait. */
function isWorthRetrying(failed: MeshscopeError, waitMs: number): boolean {
  if (failed.problem.code === "upstream_unreachable") return true;
  return failed.problem.code === "upstream_busy" && (failed.retryAfter ?? 0) * 1000 <= waitMs;
}

/** Seconds or an instant with millisecond precision, never in exponents. */
function instant(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) > 1e12) {
    throw new MeshscopeError("bad_parameter", "A query can't be made for an instant outside of time.");
  }
  return value.toFixed(3);
}
