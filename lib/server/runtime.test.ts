import { afterEach, describe, expect, it } from "vitest";
import { parseGraphQuery } from "#lib/api/graph-query.ts";
import { parseSeriesQuery } from "#lib/api/series.ts";
import { problemOf } from "#lib/errors.ts";
import type { Graph } from "#lib/graph/model.ts";
import { type FakeUpstream, type Handler, json, startFakeUpstream, vector } from "#lib/prometheus/fake.test-support.ts";
import { systemTimers } from "./clock.ts";
import { readConfig } from "./config-file.ts";
import { ANONYMOUS } from "./identity.ts";
import { answerWith } from "./respond.ts";
import { startRuntime } from "./runtime.ts";
import type { Runtime } from "./runtime-port.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const log = { info: () => {}, warn: () => {}, error: () => {} };

async function start(handler: Handler, more = ""): Promise<{ runtime: Runtime; upstream: FakeUpstream }> {
  const upstream = await startFakeUpstream();
  upstream.answer(handler);
  const yaml = `clusters: [{name: c}]\nprometheus: [{name: main, url: "${upstream.url}"}]\n${more}`;
  const runtime = await startRuntime(readConfig(yaml, "test.yaml", {}), {
    timers: systemTimers,
    random: () => 0.5,
    log,
    version: "0.0.0",
    early: null,
  });
  ends.push(upstream.close, () => runtime.close());
  return { runtime, upstream };
}

const LABELS = {
  ...{
    reporter: "source",
    request_protocol: "http",
    response_code: "200",
    response_flags: "-",
    connection_security_policy: "unknown",
  },
  ...{
    source_cluster: "c",
    source_workload_namespace: "shop",
    source_workload: "web",
    source_canonical_service: "web",
  },
  ...{
    destination_cluster: "c",
    destination_workload_namespace: "shop",
    destination_workload: "api",
    destination_canonical_service: "api",
  },
  ...{
    destination_service: "api.shop.svc.cluster.local",
    destination_service_name: "api",
    destination_service_namespace: "shop",
  },
};
type Row = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] };
const row = (value: string, labels: Readonly<Record<string, string>> = {}): Row => ({
  metric: { ...LABELS, ...labels },
  value: [Date.now() / 1000, value],
});
/** The requests read alone: the probes and the other reads of the same metric are shaped differently. */
const isRequests = (query: string) =>
  query.includes("istio_requests_total") &&
  !query.includes("offset") &&
  query.includes("response_flags") &&
  query.includes("rate(");
const isSample = (query: string) => query.startsWith("topk");

/** A Prometheus that holds Istio's metrics and answers the requests read with these rows. */
const holding =
  (rows: readonly Row[], envelope: object = {}): Handler =>
  (response, { parameters }) => {
    const query = parameters.get("query") ?? "";
    if (isSample(query)) return json(response, 200, vector([row("1")]));
    json(response, 200, isRequests(query) ? vector(rows, envelope) : vector([]));
  };

async function graph(runtime: Runtime, query = "latency=off"): Promise<Graph> {
  const answer = await runtime.graph(ANONYMOUS, parseGraphQuery(new URLSearchParams(query)));
  const text = answer.body();
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(answer.value())));
  return JSON.parse(text) as Graph;
}

describe("a graph out of what Prometheus answers", () => {
  it("shows an edge, and what is missing without Kubernetes", async () => {
    const { runtime } = await start(holding([row("12.5")]));
    const { edges, nodes, sources } = await graph(runtime);
    expect(edges).toMatchObject([
      { id: "c/shop/workload/web>c/shop/workload/api>http", rate: 12.5, requests: 750, observer: "source" },
    ]);
    expect(nodes).toHaveLength(2);
    expect(sources[0]?.missing.map(({ what }) => what)).toContain("Kubernetes API of cluster 'c'");
  });

  it.each<[string, readonly Row[], number]>([
    ["NaN", [row("NaN")], 0],
    ["infinity", [row("+Inf"), row("-Inf", { response_code: "500" })], 0],
    ["NaN beside a number", [row("NaN", { response_code: "500" }), row("4")], 1],
    ["a series without labels", [{ metric: {}, value: [0, "3"] }, row("4")], 1],
    ["the same series twice", [row("4"), row("4")], 1],
  ])("invents nothing from %s", async (_, rows, edges) => {
    const { runtime } = await start(holding(rows));
    const answer = await graph(runtime);
    const known = answer.edges.filter(({ source }) => source === "c/shop/workload/web");
    expect(known).toHaveLength(edges);
    for (const edge of answer.edges) expect(Number.isFinite(edge.rate)).toBe(true);
    expect(JSON.stringify([answer.nodes, answer.edges])).not.toMatch(/NaN|Infinity/);
    expect(answer.sources[0]?.state).toBe("ok");
  });

  it("is marked partial by warnings, which are shown", async () => {
    const { runtime } = await start(holding([row("1")], { warnings: ["one store is gone"] }));
    const { sources, edges } = await graph(runtime);
    expect(edges).toHaveLength(1);
    expect(sources[0]).toMatchObject({ state: "partial", warnings: ["one store is gone"] });
  });

  it("draws what one failed read leaves, and says which failed", async () => {
    const { runtime } = await start((response, request, count) => {
      const query = request.parameters.get("query") ?? "";
      if (
        query.includes("istio_tcp") &&
        !query.includes("__name__") &&
        !isSample(query) &&
        query.includes("istio_request_messages_total")
      ) {
        return json(response, 422, {
          status: "error",
          errorType: "execution",
          error: "query processing would load too many samples into memory",
        });
      }
      holding([row("2")])(response, request, count);
    });
    const { sources, edges } = await graph(runtime);
    expect(edges).toHaveLength(1);
    expect(sources[0]).toMatchObject({ state: "partial", problem: { code: "too_many_samples" } });
    expect(sources[0]?.problem?.detail).toContain("istio/l4");
  });

  it.each<[string, Handler, string]>([
    [
      "a page of HTML as 200",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html><script>alert(1)</script>"),
      "not_prometheus",
    ],
    ["401", (response) => json(response, 401, "Unauthorized"), "upstream_unauthorised"],
    [
      "422 for too many samples",
      (response) =>
        json(response, 422, {
          status: "error",
          errorType: "execution",
          error: "query processing would load too many samples into memory in query execution",
        }),
      "too_many_samples",
    ],
    [
      "400",
      (response) => json(response, 400, { status: "error", errorType: "bad_data", error: "parse error" }),
      "bad_query",
    ],
    [
      "half an answer",
      (response) => void response.writeHead(200, { "content-length": "1000" }).write("{", () => response.destroy()),
      "upstream_unreachable",
    ],
  ])("is empty, with the reason, on %s", async (_, handler, code) => {
    const { runtime } = await start(handler);
    const { edges, sources } = await graph(runtime);
    expect(edges).toEqual([]);
    expect(sources[0]).toMatchObject({ state: "down", problem: { code } });
    expect(JSON.stringify(sources)).not.toContain("<script>");
  });

  it("is cut where an answer is larger than allowed", async () => {
    const { runtime } = await start(
      holding(Array.from({ length: 200 }, () => row("1"))),
      "limits: {upstreamBytes: 4096}\n",
    );
    expect((await graph(runtime)).sources[0]?.problem?.code).toBe("upstream_too_large");
  });

  it("says within the budget that an upstream gives no answer", async () => {
    const { runtime } = await start(() => {}, "limits: {upstreamTimeout: 1s}\n");
    const started = performance.now();
    expect((await graph(runtime)).sources[0]).toMatchObject({ state: "down", problem: { code: "upstream_timeout" } });
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it("keeps the last graph when Prometheus goes, and comes back by itself", async () => {
    const { runtime, upstream } = await start(holding([row("3")]), "poll: 1s\n");
    expect((await graph(runtime)).edges).toHaveLength(1);
    upstream.answer((response) => json(response, 503, "gone"));
    await expect.poll(async () => (await graph(runtime)).sources[0]?.state, { timeout: 8_000 }).toBe("stale");
    expect((await graph(runtime)).edges).toHaveLength(1);
    upstream.answer(holding([row("5")]));
    await expect.poll(async () => (await graph(runtime)).sources[0]?.state, { timeout: 8_000 }).toBe("ok");
    expect((await graph(runtime)).edges[0]?.rate).toBe(5);
  });

  it("refuses the future", async () => {
    const { runtime } = await start(holding([]));
    const failure = await graph(runtime, "at=9999999999").catch((thrown: unknown) => problemOf(thrown));
    expect(failure).toMatchObject({ code: "bad_instant" });
  });
});

describe("the other use cases", () => {
  it("list namespaces that only telemetry names", async () => {
    const { runtime } = await start(holding([row("1")]));
    const { items } = await runtime.namespaces(ANONYMOUS, { clusters: [], limit: 500, next: undefined });
    expect(items).toEqual([
      { cluster: "c", name: "shop", dataplane: null, workloads: 2, services: null, root: false, from: "telemetry" },
    ]);
  });

  it("draw charts with gaps, on a grid that Prometheus can bear", async () => {
    const asked: URLSearchParams[] = [];
    const { runtime } = await start((response, request, count) => {
      if (!request.path.endsWith("query_range")) return holding([row("1")])(response, request, count);
      asked.push(request.parameters);
      const start = Number(request.parameters.get("start"));
      const step = Number(request.parameters.get("step"));
      const values = [
        [start, "2"],
        [start + 2 * step, "4"],
        [start + 3 * step, "NaN"],
      ];
      json(response, 200, { status: "success", data: { resultType: "matrix", result: [{ metric: LABELS, values }] } });
    });
    const query = parseSeriesQuery(
      new URLSearchParams(
        "edge=c/shop/workload/web>c/shop/workload/api>http&metrics=requests&start=1787234400&end=1789826400&step=1s",
      ),
    );
    const { charts, step } = await runtime.series(ANONYMOUS, query);
    expect(step).toBe(8669);
    expect(charts[0]?.lines[0]?.values).toHaveLength(299);
    expect(charts[0]?.lines[0]?.values.slice(0, 4)).toEqual([2, null, 4, null]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["", "either 'edge' or 'node'"],
    ["node=a&edge=b", "either 'edge' or 'node'"],
    ["node=a/b", "isn't an id"],
    ["edge=a/b/workload/c", "isn't an id"],
    ["node=a/b/workload/c&start=2000&end=1000", "before 'end'"],
    ["node=a/b/workload/c&start=0&end=1000000000", "31 days"],
  ])("refuse a series for %s", async (text, words) => {
    const { runtime } = await start(holding([]));
    const failure = await runtime
      .series(ANONYMOUS, parseSeriesQuery(new URLSearchParams(text)))
      .catch((thrown: unknown) => problemOf(thrown));
    expect(failure).toMatchObject({ detail: expect.stringContaining(words) });
  });

  it("tell of themselves without names or addresses", async () => {
    const { runtime, upstream } = await start(holding([row("1")]));
    await graph(runtime);
    const { body } = await runtime.metrics();
    for (const name of [
      "meshscope_streams 0",
      "meshscope_streams_limit 500",
      "meshscope_stream_behind 0",
      'meshscope_stream_backlog_bytes{of="one"} 0',
      'meshscope_stream_slow_total{what="dropped"} 0',
      'meshscope_source_state{source="0",kind="prometheus",state=',
      "meshscope_upstream_queries_total",
      "nodejs_eventloop_lag",
      "meshscope_build_info",
      "meshscope_poll_lag_seconds",
      "meshscope_graph_nodes",
    ]) {
      expect(body).toContain(name);
    }
    expect(body).not.toContain(upstream.url);
    expect(body).not.toContain("main");
    expect(runtime.ready()).toEqual({ ready: true, dependencies: [{ kind: "prometheus", index: 0, state: "ok" }] });
    runtime.drain();
    expect(runtime.ready().ready).toBe(false);
  });
});

describe("answers", () => {
  const request = (headers: Record<string, string> = {}) =>
    new Request("http://127.0.0.1/api/v1/graph", { headers: { "x-request-id": "id-1", ...headers } });

  it("become problem+json, with a fixed wording for what nobody expected", async () => {
    const { runtime } = await start(holding([]));
    const logged: object[] = [];
    const failing = async () => Promise.reject(new Error("secret internals"));
    const response = await answerWith(
      request(),
      () => ({ ...runtime, log: { ...log, error: (fields: object) => logged.push(fields) } }),
      failing,
    );
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const body = (await response.json()) as object;
    expect(body).toMatchObject({ code: "internal", requestId: "id-1", status: 500 });
    expect(JSON.stringify(body)).not.toContain("secret internals");
    expect(logged).toHaveLength(1);
  });

  it("believe no claim that nobody verified", async () => {
    const { runtime } = await start(holding([]));
    const response = await answerWith(
      request({ authorization: "Bearer x", "x-user": "admin", cookie: "session=x" }),
      () => runtime,
      async (credential) => {
        expect(credential).toEqual(ANONYMOUS);
        return Response.json(runtime.session(credential));
      },
    );
    expect(await response.json()).toMatchObject({
      strategy: "anonymous",
      role: "anonymous",
      user: null,
      identities: [],
    });
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});
