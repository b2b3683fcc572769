/** Backends that break while calls or an analysis are asked for: what is said, and that all else goes on. */
import { afterEach, describe, expect, test } from "vitest";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { parseTraceAnalysisQuery, parseTraceCallsQuery } from "#lib/api/traces-query.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import { istio } from "#lib/mesh/istio/index.ts";
import { createPrometheusClient } from "#lib/prometheus/client.ts";
import { type Handler, json, startFakeUpstream } from "#lib/prometheus/fake.test-support.ts";
import { type Answers, CLOCK, type Fake, fakeBackend, page, send } from "#lib/tracing/client/fake.test-support.ts";
import { milliseconds, type Seconds, seconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { depsWith, idOf, jaegerWith, NOW, otlp, timers } from "./fixture.test-support.ts";
import type { HistogramDeps } from "./histogram.ts";
import { tracingUseCases } from "./use-cases.ts";

/** Of one search. What hangs is given up after the short one; what fails at once must not wait for either. */
const [SHORT, LONG] = [seconds(2), seconds(60)];
const CART = "c/shop/workload/cart";
const POD = { "istio.cluster_id": "c", node_id: "sidecar~10.0.0.1~cart-7d4b9c6f5d-x2k4z.shop~x" };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Milliseconds on the console's clock. */
let clock = 0;

function on(fakes: readonly Fake[], timeout = LONG, histograms?: HistogramDeps) {
  const monotonic = () => milliseconds(clock);
  const deps = depsWith(fakes, {
    ...{ timeout, timers: { ...timers, monotonic } },
    ...(histograms === undefined ? {} : { histograms }),
  });
  for (const each of [...deps.backends, ...fakes]) ends.push(() => each.close());
  const traces = tracingUseCases(deps);
  return {
    calls: () => traces.traceCalls(ANONYMOUS, parseTraceCallsQuery(new URLSearchParams(`service=web.shop&to=${CART}`))),
    /** The last event. */
    analysis: async (sample = 20) => {
      const query = parseTraceAnalysisQuery(
        new URLSearchParams(`service=web.shop&start=${NOW - 600}&end=${NOW}&sample=${sample}`),
      );
      const body = await traces.traceAnalysis(ANONYMOUS, query, "r1", new AbortController().signal);
      const last = (await new Response(body).text()).trimEnd().split("\n\n").at(-1) ?? "";
      const data = JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? "null") as unknown;
      return { event: /^event: (\w+)/.exec(last)?.[1], data, slots: deps.slots.used };
    },
  };
}

const whole = () =>
  jaegerWith({
    one: otlp("one", [
      { id: "a", service: "web.shop", at: 0, ms: 100 },
      { id: "b", parent: "a", service: "cart.shop", at: 10, ms: 50, tags: POD },
    ]),
  });

/** Knows its services; what becomes of a search is the fault. */
const faulty = (fault: (response: Parameters<Answers>[2]) => void) =>
  fakeBackend((path, _, response) => {
    if (path === "/api/v3/services") send(response, 200, { services: ["web.shop"] });
    else if (path.startsWith("/api/v3/")) fault(response);
    else page(response);
  });

const FAULTS: readonly (readonly [string, () => Promise<Fake>, Problem["code"], RegExp, Seconds])[] = [
  [
    "is gone",
    async () => {
      const fake = await whole();
      await fake.close();
      return fake;
    },
    "upstream_unreachable",
    /"jaeger-\d" (can't be reached|refuses)/,
    LONG,
  ],
  [
    "is killed amid its answer",
    () =>
      faulty((response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"result":{"resourceSpans":[', () => response.destroy());
      }),
    "upstream_unreachable",
    /"jaeger-\d"/,
    LONG,
  ],
  ["hangs", () => faulty(() => {}), "upstream_timeout", /"jaeger-\d" didn't answer in time: 2 s/, SHORT],
  ["answers a web page", () => faulty(page), "not_tracing", /"jaeger-\d" gives a web page .* Check that its url/, LONG],
  [
    "wants a credential",
    () => faulty((response) => send(response, 401, { message: "who?" })),
    "upstream_unauthorised",
    /"jaeger-\d"/,
    LONG,
  ],
];

describe.each(FAULTS)("a backend that %s", (_, broken, code, words, timeout) => {
  test("alone: calls and an analysis say so, and what to do", async () => {
    const { calls, analysis } = on([await broken()], timeout);
    const refused = await calls().then(() => null, problemOf);
    expect(refused).toMatchObject({ code, detail: expect.stringMatching(words) });
    expect(refused?.detail).toMatch(
      /It has not answered since it was first asked, at 2025-11-13 \d\d:\d\d:\d\d UTC\.$/,
    );
    const { event, data, slots } = await analysis();
    expect([event, slots]).toEqual(["problem", 0]);
    expect(data).toMatchObject({ code, detail: expect.stringMatching(words), requestId: "r1" });
  });

  test("beside a good one: it is named, and the other's traces are told of", async () => {
    const { calls, analysis } = on([await whole(), await broken()], timeout);
    const { items, problems } = await calls();
    expect(items.map(({ trace, durationMs }) => [trace, durationMs])).toEqual([[idOf("one"), 50]]);
    expect(problems).toMatchObject([{ source: "jaeger-1", code, detail: expect.stringMatching(words) }]);
    const { event, data } = await analysis();
    expect(event).toBe("result");
    const { sample, problems: missing } = data as AnalysisResult;
    expect(sample).toMatchObject({ traces: 1, complete: false });
    expect(missing).toMatchObject([{ window: "now", source: "jaeger-1", code, detail: expect.stringMatching(words) }]);
  });
});

test("a backend that hangs isn't waited for in each of twenty slices", async () => {
  const hanging = await faulty(() => {});
  const { data } = await on([await whole(), hanging], SHORT).analysis(200);
  const { sample } = data as AnalysisResult;
  expect([sample.slices.length, sample.slices.every(({ failed, read }) => failed && read)]).toEqual([20, true]);
  // Two slices are read at a time.
  expect(hanging.asked.filter((path) => path.startsWith("/api/v3/traces?")).length).toBeLessThanOrEqual(4);
});

describe("a Prometheus that is asked for exemplars and", () => {
  async function asked(handler: Handler) {
    const upstream = await startFakeUpstream();
    upstream.answer(handler);
    const client = createPrometheusClient(
      { name: "main", url: upstream.url, maxBytes: 1_000_000 },
      { clock: CLOCK, random: () => 0 },
    );
    ends.push(upstream.close, () => client.close());
    const capabilities = { mesh: "istio" as const, present: true, scrapeInterval: seconds(1), facts: {} };
    const source = { learn: async () => {}, present: () => [{ adapter: istio, capabilities }], client };
    return {
      upstream,
      ...on([await whole()], SHORT, { sources: [source], timeout: SHORT, metricsNameOf: (cluster) => cluster }),
    };
  }
  const EXEMPLAR = { labels: { trace_id: idOf("one") }, value: "25", timestamp: NOW - 60 };
  const good: Handler = (response) => json(response, 200, { status: "success", data: [{ exemplars: [EXEMPLAR] }] });

  test.each<[string, Handler]>([
    ["is killed", (response) => response.destroy()],
    ["hangs", () => {}],
    [
      "answers a web page",
      (response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
    ],
    ["has no such address", (response) => response.writeHead(404).end("404 page not found")],
    ["has it switched off", (response) => json(response, 200, { status: "success", data: [] })],
  ])("%s: the calls are told of without them", async (_, handler) => {
    const { calls } = await asked(handler);
    const { items, exemplars, problems } = await calls();
    expect([items.length, exemplars, problems]).toEqual([1, [], []]);
  });

  test.each<[string, number, Handler]>([
    ["was down is asked again after a minute", 60_000, (response) => response.destroy()],
    ["didn't know the address, after ten", 600_000, (response) => response.writeHead(404).end("404 page not found")],
  ])("%s", async (_, pause, handler) => {
    const { upstream, calls } = await asked(handler);
    await calls();
    upstream.answer(good);
    clock += pause - 1;
    expect((await calls()).exemplars).toEqual([]);
    clock += 1;
    expect((await calls()).exemplars).toHaveLength(1);
  });

  test("has them: they come along with the calls", async () => {
    const { calls } = await asked(good);
    expect((await calls()).exemplars).toMatchObject([{ trace: idOf("one"), durationMs: 25 }]);
  });
});
