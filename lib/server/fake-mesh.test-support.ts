/** A mesh of two rates reads and one latency read, and a Prometheus client that answers as told; for tests. */
import { type ErrorCode, MeshscopeError } from "#lib/errors.ts";
import type { EdgeObservation, Endpoint } from "#lib/graph/observation.ts";
import type { Decoded, MeshAdapter, ScrapeSpan } from "#lib/mesh/port.ts";
import type { Expr, Selector } from "#lib/promql/ast.ts";
import type { Exemplar, Matrix, Vector } from "#lib/promql/result.ts";
import type { QueryClient } from "#lib/server/telemetry/query-client.ts";
import { perSecond, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { FakeTimers } from "./fake-timers.test-support.ts";

type Name = "probe" | "rates" | "other" | "latency" | "history" | "scraped" | "up";
export type Answer =
  | number
  | ErrorCode
  | "hang"
  | "nothing"
  | { readonly value: number; readonly warnings: readonly string[] };

const selector = (metric: Name): Selector => ({ type: "selector", metric, matchers: [] });

/** `rates` answers one number: the rate of the edge web → api; `history` knows cron → api too. */
export const fakeMesh: MeshAdapter = {
  mesh: "istio",
  probe: () => [{ id: "probe", query: selector("probe") }],
  learn: (answers) => ({
    scrapeInterval: answers.has("probe") ? seconds(answers.get("probe")?.samples[0]?.value ?? 0) : null,
    mesh: "istio",
    present: answers.has("probe"),
    facts: {},
  }),
  plan: (_window, _capabilities, { latency, edges }) => [
    { id: "rates", group: "rates", query: selector("rates") },
    { id: "other", group: "rates", query: selector("other") },
    ...(edges === "all" ? [{ id: "history", group: "rates" as const, query: selector("history") }] : []),
    ...(latency ? [{ id: "latency", group: "latency" as const, query: selector("latency") }] : []),
  ],
  existence: () => ({ id: "history", group: "rates", query: selector("history") }),
  scraped: () => ({ id: "scraped", group: "rates", query: selector("scraped") }),
  scrapeSpans: ({ samples }) => samples.map(({ value }) => span(value)),
  decode: (answers): Decoded => {
    const rate = answers.get("rates")?.samples[0]?.value ?? 0;
    const known = answers.has("history") ? [edge(0, "cron")] : [];
    return {
      observations: rate > 0 ? [edge(rate), ...known] : known,
      pods: [{ cluster: "c", namespace: "shop", pod: "api-1", up: true }],
      missing: [],
      ignored: { series: 0, example: null },
      warnings: [],
    };
  },
};

/** `scraped` answers since when the pods of api are; 1: throughout. */
const span = (since: number): ScrapeSpan => ({
  ...{ cluster: "c", namespace: "shop", stem: "api", pods: 9, since: unixSeconds(since) },
  missed: since === 1 ? 0 : 1,
});

function end(workload: string): Endpoint {
  return {
    cluster: "c",
    namespace: "shop",
    workload,
    app: workload,
    version: null,
    service: workload,
    external: null,
    dataplane: "sidecar",
  };
}

function edge(rate: number, from = "web"): EdgeObservation {
  return {
    ...{ mesh: "istio", layer: "l7", protocol: "http", observer: "source" },
    ...{ source: end(from), destination: end("api") },
    requests: [{ code: "200", grpc: false, flags: "-", rate: perSecond(rate), newborn: perSecond(0) }],
    hosts: new Map(),
    ...{ bytes: null, connections: null, messages: null, latency: null, latencyMissing: "no-samples", mtls: null },
    ...{ sourcePrincipal: null, destinationPrincipal: null, newbornSince: null, newbornRequests: 0 },
  };
}

/** Counts what it is asked, by read. Answers come after `delayMs` of the given clock, so slowness can be told. */
export class FakeClient implements QueryClient {
  readonly asked: Record<Name, number> = { probe: 0, rates: 0, other: 0, latency: 0, history: 0, scraped: 0, up: 0 };
  readonly cancelled: Record<Name, number> = {
    probe: 0,
    rates: 0,
    other: 0,
    latency: 0,
    history: 0,
    scraped: 0,
    up: 0,
  };
  readonly answers: Record<Name, Answer> = { probe: 1, rates: 10, other: 1, latency: 1, history: 1, scraped: 1, up: 1 };
  readonly ranges: Record<Name, number> = { probe: 0, rates: 0, other: 0, latency: 0, history: 0, scraped: 0, up: 0 };
  /** What `rates` answers as time goes by. */
  course: ((at: UnixSeconds) => Answer) | null = null;
  /** Other answers for instants before one. */
  earlier: { readonly than: UnixSeconds; readonly answers: Partial<Record<Name, Answer>> } | null = null;
  readonly delayMs: Record<Name, number> = { probe: 0, rates: 0, other: 0, latency: 0, history: 0, scraped: 0, up: 0 };
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;

  constructor({ sleep, now }: FakeTimers) {
    this.#sleep = sleep;
    this.clock = now;
  }

  async query(expr: Expr, { at, signal }: { at: UnixSeconds; signal?: AbortSignal }): Promise<Vector> {
    const name = nameOf(expr);
    this.asked[name] += 1;
    const { earlier } = this;
    const past = earlier !== null && at < earlier.than ? earlier.answers[name] : undefined;
    const now = name === "rates" && this.course !== null ? this.course(at) : this.answers[name];
    const answer = past ?? now;
    await this.#sleep(answer === "hang" ? 5_000 : this.delayMs[name], signal);
    if (signal?.aborted) {
      this.cancelled[name] += 1;
      throw new MeshscopeError("cancelled", "given up");
    }
    if (answer === "nothing") return { at: unixSeconds(at), samples: [], warnings: [], infos: [] };
    if (answer === "hang") throw new MeshscopeError("upstream_timeout", "Prometheus 'main' gave no answer within 5 s.");
    if (typeof answer === "string")
      throw new MeshscopeError(answer, "Prometheus 'main' can't be reached (connection refused).");
    const { value, warnings } = typeof answer === "number" ? { value: answer, warnings: [] } : answer;
    return { at: unixSeconds(at), samples: [{ labels: {}, value }], warnings, infos: [] };
  }

  /** As `query` would answer at every step; counted in `ranges`. */
  async queryRange(
    expr: Expr,
    { start, end, step, signal }: { start: UnixSeconds; end: UnixSeconds; step: number; signal?: AbortSignal },
  ): Promise<Matrix> {
    const name = nameOf(expr);
    this.ranges[name] += 1;
    const instants = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) =>
      unixSeconds(start + i * step),
    );
    const vectors: Vector[] = [];
    for (const at of instants) vectors.push(await this.query(expr, { at, ...(signal && { signal }) }));
    const known = vectors.flatMap(({ at, samples }) => samples.map(({ value }) => ({ at, value })));
    const series = [{ labels: {}, times: known.map(({ at }) => at), values: known.map(({ value }) => value) }];
    return { series, warnings: vectors[0]?.warnings ?? [], infos: [] };
  }

  /** What its clock says. */
  clock: () => UnixSeconds;

  /** What its exemplars are; an error's code where it has no such API. */
  exemplars: readonly Exemplar[] | ErrorCode = [];
  askedExemplars = 0;

  async queryExemplars(): Promise<readonly Exemplar[]> {
    this.askedExemplars += 1;
    if (typeof this.exemplars === "string") throw new MeshscopeError(this.exemplars, "no such address");
    return this.exemplars;
  }

  async time(): Promise<UnixSeconds> {
    return this.clock();
  }

  async close(): Promise<void> {}
}

/** The metric that a question is about. */
function nameOf(expr: Expr): Name {
  return (expr.type === "aggregate" ? (expr.expr as Selector) : (expr as Selector)).metric as Name;
}
