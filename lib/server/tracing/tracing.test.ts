import { afterEach, describe, expect, test } from "vitest";
import { parseTraceQuery, parseTracesQuery } from "#lib/api/traces-query.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import { type Fake, fakeBackend, page } from "#lib/tracing/client/fake.test-support.ts";
import { nameOf } from "#lib/tracing/model.ts";
import { fromWire, type WireTrace } from "#lib/tracing/wire.ts";
import { ANONYMOUS } from "../identity.ts";
import type { Backend } from "./backends.ts";
import { type Drawn, depsWith, idOf, jaegerWith, otlp, stateOf, VIEWER } from "./fixture.test-support.ts";
import { type TracingUseCases, tracingUseCases } from "./use-cases.ts";

const open: { fakes: readonly Fake[]; backends: readonly Backend[] }[] = [];
afterEach(async () => {
  for (const { fakes, backends } of open.splice(0)) {
    for (const each of backends) await each.close();
    for (const each of fakes) await each.close();
  }
});

function on(...fakes: Fake[]): TracingUseCases {
  const deps = depsWith(fakes);
  open.push({ fakes, backends: deps.backends });
  return tracingUseCases(deps);
}

const search = (text = "service=web.shop") => parseTracesQuery(new URLSearchParams(text));
const request = (text = "") => parseTraceQuery(new URLSearchParams(text));
const refusal = (asked: Promise<unknown>): Promise<Problem | null> => asked.then(() => null, problemOf);

const shop: Drawn[] = [
  {
    id: "a",
    service: "web.shop",
    at: 0,
    ms: 100,
    tags: { "istio.cluster_id": "c", node_id: "sidecar~10.0.0.1~web-7d4b9c6f5d-x2k4z.shop~x" },
  },
  {
    id: "b",
    parent: "a",
    service: "web.shop",
    kind: 3,
    name: "vault.secret.svc.cluster.local:80/*",
    at: 10,
    ms: 80,
    tags: { upstream_cluster: "outbound|80||vault.secret.svc.cluster.local" },
  },
  { id: "v", parent: "b", service: "vault.secret", name: "unseal", at: 20, ms: 60, error: true },
  { id: "d", parent: "v", service: "cart.shop", at: 30, ms: 20 },
];
const hidden: Drawn[] = [{ id: "h", service: "vault.secret", name: "rotate", at: 0, ms: 5 }];

describe("several backends", () => {
  test("are one list, the newest first", async () => {
    const traces = on(await jaegerWith({ one: otlp("one", shop) }), await jaegerWith({ two: otlp("two", shop, 60) }));
    const answer = await traces.traces(ANONYMOUS, search());
    expect(answer.items).toMatchObject([
      { id: idOf("two"), backend: "jaeger-1" },
      {
        ...{
          id: idOf("one"),
          backend: "jaeger-0",
          root: { service: "web.shop", operation: "a" },
          services: ["cart.shop", "vault.secret", "web.shop"],
        },
        ...{ spans: 4, errors: 1, start: "2025-11-13T02:03:20Z", startNs: "1762999400000000000", durationMs: 100 },
      },
    ]);
    expect(stateOf(answer.sources)).toEqual({ "jaeger-0": "ok", "jaeger-1": "ok" });
    expect([answer.problems, answer.full, answer.partial, answer.hidden]).toEqual([[], [], [], 0]);
  });

  test("where the newest alone were looked through for failures, none found isn't told as none there", async () => {
    const traces = on(await jaegerWith({ two: otlp("two", shop.slice(0, 1)) }));
    const answer = await traces.traces(ANONYMOUS, search("service=web.shop&errors=only&limit=1"));
    expect([answer.items, answer.full]).toEqual([[], ["jaeger-0"]]);
    const all = await traces.traces(ANONYMOUS, search("service=web.shop&errors=only&limit=2"));
    expect([all.items, all.full]).toEqual([[], []]);
  });

  test("one that fails blanks no other, and is named with the reason", async () => {
    const broken = await fakeBackend((_, __, response) => page(response));
    const traces = on(await jaegerWith({ one: otlp("one", shop) }), broken);
    const answer = await traces.traces(ANONYMOUS, search());
    expect(answer.items).toHaveLength(1);
    expect(answer.problems).toMatchObject([
      { source: "jaeger-1", code: "not_tracing", detail: expect.stringContaining("web page") },
    ]);
    expect(stateOf(answer.sources)).toEqual({ "jaeger-0": "ok", "jaeger-1": "down" });
    expect(answer.sources[1]?.problem?.detail).toContain("No answer since");
  });

  test("where all fail, the first one's problem is the answer; where none is configured, that is", async () => {
    const broken = await fakeBackend((_, __, response) => page(response));
    expect(await refusal(on(broken).traces(ANONYMOUS, search()))).toMatchObject({ code: "not_tracing" });
    expect(await refusal(on().traces(ANONYMOUS, search()))).toMatchObject({
      code: "not_found",
      detail: expect.stringContaining("configuration.md"),
    });
  });

  test("are asked by name where names are given", async () => {
    const [first, second] = [
      await jaegerWith({ one: otlp("one", shop) }),
      await jaegerWith({ two: otlp("two", shop) }),
    ];
    const traces = on(first, second);
    expect((await traces.traces(ANONYMOUS, search("service=web.shop&backends=jaeger-1"))).items).toMatchObject([
      { id: idOf("two") },
    ]);
    expect(first.asked).toEqual([]);
    expect(await refusal(traces.traces(ANONYMOUS, search("service=x&backends=west")))).toMatchObject({
      code: "bad_parameter",
      detail: expect.stringContaining("jaeger-0, jaeger-1"),
    });
  });

  test("say what they can, also those that are down", async () => {
    const broken = await fakeBackend((_, __, response) => page(response));
    const { items } = await on(await jaegerWith({}), broken).traceBackends(ANONYMOUS);
    expect(items).toMatchObject([
      { name: "jaeger-0", kind: "jaeger", capabilities: { api: "Jaeger, /api/v3", tags: false } },
      { name: "jaeger-1", capabilities: null },
    ]);
  });

  test("a search that a backend can't do says so", async () => {
    const traces = on(await jaegerWith({}));
    expect(await refusal(traces.traces(ANONYMOUS, search("")))).toMatchObject({
      code: "bad_query",
      detail: expect.stringContaining("Give one"),
    });
    expect(await refusal(traces.traces(ANONYMOUS, search("service=web.shop&tags=a%3Db")))).toMatchObject({
      code: "bad_query",
      detail: expect.stringContaining("v2.19"),
    });
  });
});

test.each([
  "tags=%3D1",
  "minDuration=5",
  "minDuration=99h",
  "limit=0",
  "limit=501",
  "errors=some",
  "start=soon",
  "nonsense=1",
])("a wrong parameter is refused before anything is asked: %s", (text) => {
  expect(() => search(text)).toThrow(/Parameter '|no parameter/);
});

describe("one trace", () => {
  test("span by span, with its place in the graph, exact times and warnings", async () => {
    const traces = on(await jaegerWith({}), await jaegerWith({ one: otlp("one", shop) }));
    const answer = await traces.trace(ANONYMOUS, idOf("one"), request());
    expect(answer).toMatchObject({
      id: idOf("one"),
      backend: "jaeger-1",
      start: "2025-11-13T02:03:20Z",
      durationMs: 100,
      partial: null,
      warnings: [],
    });
    expect(answer.spans?.[0]).toMatchObject({
      service: "web.shop",
      kind: "server",
      startNs: "1762999400000000000",
      durationNs: "100000000",
      node: "c/shop/workload/web",
    });
    expect(answer.spans?.map(({ node }) => node)).toEqual([
      "c/shop/workload/web",
      "c/shop/app/web",
      "c/secret/app/vault",
      "c/shop/app/cart",
    ]);
    expect(answer.columns).toBeUndefined();
  });

  test("from the backend that has most of it, as the viewer may see it; which others have spans of it is told", async () => {
    const unseen = [...shop.slice(0, 1), ...[1, 2, 3, 4].map((n) => ({ ...hidden[0], id: `h${n}` }) as Drawn)];
    const traces = on(
      await jaegerWith({ one: otlp("one", shop.slice(0, 1)) }),
      await jaegerWith({ one: otlp("one", shop) }),
      await jaegerWith({ one: otlp("one", unseen) }),
      await jaegerWith({}),
    );
    const all = await traces.trace(ANONYMOUS, idOf("one"), request());
    expect([all.backend, all.also]).toEqual([
      "jaeger-2",
      [
        { backend: "jaeger-1", spans: 4 },
        { backend: "jaeger-0", spans: 1 },
      ],
    ]);
    const seen = await traces.trace(VIEWER, idOf("one"), request());
    expect([seen.backend, seen.spans?.length]).toEqual(["jaeger-1", 3]);
    expect(seen.also).toEqual([
      { backend: "jaeger-0", spans: 1 },
      { backend: "jaeger-2", spans: 1 },
    ]);
    expect((await traces.trace(VIEWER, idOf("one"), request("backends=jaeger-0"))).also).toBeUndefined();
  });

  test("where one backend has only what may not be seen, the other's is shown", async () => {
    const traces = on(await jaegerWith({ one: otlp("one", hidden) }), await jaegerWith({ one: otlp("one", shop) }));
    const seen = await traces.trace(VIEWER, idOf("one"), request());
    expect([seen.backend, seen.also]).toEqual(["jaeger-1", undefined]);
  });

  test("as columns, which make the same trace", async () => {
    const traces = on(await jaegerWith({ one: otlp("one", shop) }));
    const answer = JSON.parse(JSON.stringify(await traces.trace(ANONYMOUS, "6f6e65", request("format=columns")))) as {
      columns: WireTrace;
      nodes: string[];
      spans?: unknown;
    };
    const trace = fromWire(answer.columns);
    expect(Array.from({ length: trace.length }, (_, row) => nameOf(trace, row))).toEqual(
      shop.map(({ name, id }) => name ?? id),
    );
    expect([answer.nodes.length, answer.spans]).toEqual([4, undefined]);
  });

  test.each<[string, Problem["code"]]>([
    [idOf("none"), "not_found"],
    ["xyz", "bad_parameter"],
    ["0".repeat(32), "bad_parameter"],
    ["../services", "bad_parameter"],
  ])("%s: %s", async (id, code) => {
    const jaeger = await jaegerWith({ one: otlp("one", shop) });
    expect(await refusal(on(jaeger).trace(ANONYMOUS, id, request()))).toMatchObject({ code });
    expect(jaeger.asked.every((path) => !path.includes(".."))).toBe(true);
  });

  test("of more spans than can be written one by one is for columns alone", async () => {
    const many = Array.from(
      { length: 20_001 },
      (_, i): Drawn => ({ id: i.toString(36), service: "web.shop", at: i, ms: 1 }),
    );
    const traces = on(await jaegerWith({ big: otlp("big", many) }));
    expect(await refusal(traces.trace(ANONYMOUS, idOf("big"), request()))).toMatchObject({
      code: "too_large",
      detail: expect.stringContaining("format=columns"),
    });
    expect((await traces.trace(ANONYMOUS, idOf("big"), request("format=columns"))).nodes).toHaveLength(20_001);
  });

  test("that nobody has where one can't be asked: that is the answer", async () => {
    const broken = await fakeBackend((_, __, response) => page(response));
    expect(await refusal(on(await jaegerWith({}), broken).trace(ANONYMOUS, idOf("one"), request()))).toMatchObject({
      code: "not_tracing",
    });
  });
});

describe("a viewer who sees one namespace", () => {
  const SECRET = /secret|vault|unseal|rotate/;

  test("gets a list without the others' names, and the sums", async () => {
    const traces = on(await jaegerWith({ one: otlp("one", shop), two: otlp("two", hidden) }));
    const answer = await traces.traces(VIEWER, search());
    expect(answer.items).toMatchObject([
      { id: idOf("one"), services: ["cart.shop", "web.shop"], spans: 4, errors: 1, hidden: { spans: 1, errors: 1 } },
    ]);
    expect(answer.hidden).toBe(1);
    expect(JSON.stringify(answer)).not.toMatch(SECRET);
  });

  test.each(["spans", "columns"])("gets a trace without the others' spans and names (%s)", async (format) => {
    const traces = on(await jaegerWith({ one: otlp("one", shop) }));
    const answer = await traces.trace(VIEWER, idOf("one"), request(`format=${format}`));
    expect(JSON.stringify(answer)).not.toMatch(SECRET);
    expect(answer.hidden).toEqual({ spans: 1, errors: 1 });
    expect(answer.warnings.map(({ code }) => code)).toEqual(["hidden", "hidden"]);
    if (format === "columns") return;
    // What the hidden one called hangs from its caller.
    expect(answer.spans?.map(({ spanId, parentSpanId }) => [spanId.slice(-2), parentSpanId.slice(-2)])).toEqual([
      ["61", ""],
      ["62", "61"],
      ["64", "62"],
    ]);
  });

  test("is told the same of a hidden trace as of none", async () => {
    const traces = on(await jaegerWith({ two: otlp("two", hidden) }));
    const [there, absent] = await Promise.all([
      refusal(traces.trace(VIEWER, idOf("two"), request())),
      refusal(traces.trace(VIEWER, idOf("none"), request())),
    ]);
    expect(there).toEqual(absent);
    expect(there?.code).toBe("not_found");
  });

  test("may not ask for hidden services, existing or not, nor for such whose place is unknown", async () => {
    const traces = on(await jaegerWith({ one: otlp("one", shop) }));
    const asked = ["vault.secret", "nothing.secret", "plain"].map((service) =>
      refusal(traces.traces(VIEWER, search(`service=${service}`))),
    );
    const told = await Promise.all(asked);
    expect(told.map((each) => each?.code)).toEqual(["forbidden", "forbidden", "forbidden"]);
    expect(told[0]).toEqual(told[1]);
    expect(await refusal(traces.traceOperations(VIEWER, { backends: [], service: "vault.secret" }))).toMatchObject({
      code: "forbidden",
    });
  });

  test("gets services and operations of its own", async () => {
    const traces = on(await jaegerWith({}));
    expect((await traces.traceServices(VIEWER, [])).items.map(({ name }) => name)).toEqual(["cart.shop", "web.shop"]);
    expect((await traces.traceServices(ANONYMOUS, [])).items).toHaveLength(4);
    expect(
      (await traces.traceOperations(VIEWER, { backends: [], service: "web.shop" })).items.map(({ name }) => name),
    ).toEqual(["get"]);
    expect((await traces.traceOperations(ANONYMOUS, { backends: [], service: "web.shop" })).items).toHaveLength(2);
  });
});
