import { afterEach, describe, expect, test } from "vitest";
import { parseTraceCallsQuery } from "#lib/api/traces-query.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { istio } from "#lib/mesh/istio/index.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Exemplar } from "#lib/promql/result.ts";
import type { Fake } from "#lib/tracing/client/fake.test-support.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import type { Backend } from "./backends.ts";
import { type Drawn, depsWith, idOf, jaegerWith, NOW, otlp, VIEWER } from "./fixture.test-support.ts";
import type { HistogramDeps } from "./histogram.ts";
import { type TracingUseCases, tracingUseCases } from "./use-cases.ts";

const open: { fakes: readonly Fake[]; backends: readonly Backend[] }[] = [];
afterEach(async () => {
  for (const { fakes, backends } of open.splice(0)) {
    for (const each of backends) await each.close();
    for (const each of fakes) await each.close();
  }
});

function on(fakes: readonly Fake[], histograms?: HistogramDeps): TracingUseCases {
  const deps = depsWith(fakes, histograms === undefined ? {} : { histograms });
  open.push({ fakes, backends: deps.backends });
  return tracingUseCases(deps);
}
const ask = (traces: TracingUseCases, text: string, viewer = ANONYMOUS) =>
  traces.traceCalls(viewer, parseTraceCallsQuery(new URLSearchParams(`service=web.shop&${text}`)));

const pod = (name: string) => ({ "istio.cluster_id": "c", node_id: `sidecar~10.0.0.1~${name}.shop~x` });
const outbound = (host: string) => ({ upstream_cluster: `outbound|80||${host}` });
/** web calls cart twice, the second time in vain; cart asks a vault; web asks coupons, where nobody answers, and a host outside. */
const shop: Drawn[] = [
  { id: "a", service: "web.shop", at: 0, ms: 100, tags: pod("web-7d4b9c6f5d-x2k4z") },
  { id: "b", parent: "a", service: "web.shop", kind: 3, at: 10, ms: 50, tags: pod("web-7d4b9c6f5d-x2k4z") },
  { id: "c", parent: "b", service: "cart.shop", at: 12, ms: 20, tags: pod("cart-7d4b9c6f5d-x2k4z") },
  { id: "d", parent: "b", service: "cart.shop", at: 40, ms: 10, tags: pod("cart-7d4b9c6f5d-x2k4z") },
  { id: "e", parent: "a", service: "web.shop", kind: 3, at: 70, ms: 9, error: true, tags: pod("web-7d4b9c6f5d-x2k4z") },
  { id: "f", parent: "e", service: "cart.shop", at: 71, ms: 5, tags: pod("cart-7d4b9c6f5d-x2k4z") },
  {
    ...{ id: "g", parent: "a", service: "web.shop", kind: 3, at: 80, ms: 1, error: true },
    tags: { ...pod("web-7d4b9c6f5d-x2k4z"), ...outbound("coupons.shop.svc.cluster.local") },
  },
  {
    ...{ id: "h", parent: "a", service: "web.shop", kind: 3, at: 90, ms: 4 },
    tags: { ...pod("web-7d4b9c6f5d-x2k4z"), ...outbound("api.bank.example") },
  },
  { id: "v", parent: "c", service: "vault.secret", at: 14, ms: 6 },
];
const key = (id: string) => Buffer.from(id).toString("hex").padStart(16, "0");
const [WEB, CART] = ["c/shop/workload/web", "c/shop/workload/cart"];

describe("calls of an edge or node", () => {
  test.each([
    ["from one to another, by the client's span, tries counted once", `from=${WEB}&to=${CART}`, ["e", "b"]],
    ["to a node from anybody", `to=${CART}`, ["e", "b"]],
    ["to the first node, by its own span", `to=${WEB}`, ["a"]],
    ["out of a node, those that never arrived too", `from=${WEB}`, ["h", "g", "e", "b"]],
    ["to a service that nobody answered for", `from=${WEB}&to=c/shop/service/coupons`, ["g"]],
    ["to a host outside", `from=${WEB}&to=c/unknown/external/api.bank.example`, ["h"]],
    ["into a namespace", "to=c/secret/namespace/secret", ["v"]],
    ["of an app", "to=c/secret/app/vault", ["v"]],
    ["the other way round there are none", `from=${CART}&to=${WEB}`, []],
    ["in another cluster there are none", "to=d/shop/workload/cart", []],
  ])("%s", async (_, text, ids) => {
    const { items } = await ask(on([await jaegerWith({ one: otlp("one", shop) })]), text);
    expect(items.map(({ span }) => span)).toEqual(ids.map(key));
  });

  test("have the span's own time and length, not the trace's, and their trace's address", async () => {
    const answer = await ask(on([await jaegerWith({ one: otlp("one", shop) })]), `from=${WEB}&to=${CART}`);
    expect(answer.items).toEqual([
      {
        ...{ trace: idOf("one"), backend: "jaeger-0", span: key("e"), service: "web.shop", operation: "e" },
        ...{ start: "2025-11-13T02:03:20.070Z", startNs: "1762999400070000000", durationMs: 9, failed: true },
      },
      expect.objectContaining({ span: key("b"), durationMs: 50, failed: false }),
    ]);
    expect([answer.traces, answer.more, answer.full, answer.exemplars]).toEqual([1, 0, [], []]);
  });

  test("of a trace that two backends keep are told once; of others both are", async () => {
    const fakes = [
      await jaegerWith({ one: otlp("one", shop) }),
      await jaegerWith({ one: otlp("one", shop), two: otlp("two", shop, 60) }),
    ];
    const { items, traces } = await ask(on(fakes), `from=${WEB}&to=${CART}`);
    expect(items.map(({ trace }) => trace)).toEqual([idOf("two"), idOf("two"), idOf("one"), idOf("one")]);
    expect(traces).toBe(2);
  });

  test("are bounded, and say how many are left out", async () => {
    const many = (n: number): Drawn[] => [
      { id: "a", service: "web.shop", at: 0, ms: 900, tags: pod("web-7d4b9c6f5d-x2k4z") },
      ...Array.from(
        { length: n },
        (_, i): Drawn => ({
          ...{ id: `n${i}`, parent: "a", service: "cart.shop", at: i, ms: 1, tags: pod("cart-7d4b9c6f5d-x2k4z") },
        }),
      ),
    ];
    const { items, more } = await ask(on([await jaegerWith({ one: otlp("one", many(620)) })]), `to=${CART}`);
    expect([items.length, more]).toEqual([500, 120]);
  });

  test("show who may see a part that part alone, and refuse what is hidden", async () => {
    const traces = on([await jaegerWith({ one: otlp("one", shop) })]);
    expect((await ask(traces, `to=${CART}`, VIEWER)).items.map(({ span }) => span)).toEqual(["e", "b"].map(key));
    const refused = await ask(traces, "to=c/secret/app/vault", VIEWER).then(() => null, problemOf);
    expect(refused?.code).toBe("forbidden");
  });

  test.each([
    ["", "Give 'from', 'to' or both"],
    ["to=nonsense", "Parameter 'to' isn't an id"],
    ["to=a/b/workload/c&limit=101", "1 to 100"],
  ])("'%s' is refused", async (text, words) => {
    const traces = on([await jaegerWith({})]);
    const refused = await (async () => ask(traces, text))().then(() => null, problemOf);
    expect(refused).toMatchObject({ code: "bad_parameter", detail: expect.stringContaining(words) });
  });
});

describe("exemplars of those calls", () => {
  const capabilities = { mesh: "istio" as const, present: true, scrapeInterval: seconds(1), facts: {} };
  function prometheus(answer: readonly Exemplar[] | "unable") {
    const asked: string[] = [];
    const source: HistogramDeps["sources"][number] = {
      learn: async () => {},
      present: () => [{ adapter: istio, capabilities }],
      client: {
        query: async (_, { at }) => ({ at, samples: [], warnings: [], infos: [] }),
        queryRange: async () => ({ series: [], warnings: [], infos: [] }),
        queryExemplars: async (query) => {
          asked.push(printQuery(query));
          if (answer === "unable") throw new MeshscopeError("not_prometheus", "404");
          return answer;
        },
        time: async () => unixSeconds(NOW),
        close: async () => {},
      },
    };
    return { asked, deps: { sources: [source], timeout: seconds(5), metricsNameOf: (cluster: string) => cluster } };
  }

  test("are asked for with one question, and those of the time come along", async () => {
    const metric = "istio_request_duration_milliseconds_bucket";
    const exemplar = { metric, traceId: "0af7651916cd43dd", value: 12.5, at: unixSeconds(NOW - 60) };
    const { asked, deps } = prometheus([exemplar, { ...exemplar, at: unixSeconds(NOW - 9_000) }]);
    const answer = await ask(on([await jaegerWith({})], deps), `from=${WEB}&to=${CART}`);
    expect(answer.exemplars).toEqual([
      { trace: exemplar.traceId.padStart(32, "0"), at: "2025-11-13T02:12:20Z", durationMs: 12.5 },
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('source_workload="web"');
  });

  test("of a Prometheus that knows none aren't missed, nor asked for again and again", async () => {
    const { asked, deps } = prometheus("unable");
    const traces = on([await jaegerWith({ one: otlp("one", shop) })], deps);
    for (let i = 0; i < 2; i++) {
      const answer = await ask(traces, `to=${CART}`);
      expect([answer.items.length, answer.exemplars, answer.problems]).toEqual([2, [], []]);
    }
    expect(asked).toHaveLength(1);
  });
});
