import { afterEach, describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { type Answers, CLOCK, type Fake, fakeBackend, page, send } from "../client/fake.test-support.ts";
import type { TraceQuery, TracingBackend } from "../port.ts";
import { createJaegerClient } from "./client.ts";

const ASK = { timeout: seconds(5) };
const QUERY: TraceQuery = {
  ...{ service: "cart", operation: null, tags: [], errorsOnly: false, minDuration: null, maxDuration: null, limit: 20 },
  ...{ start: unixSeconds(1000), end: unixSeconds(2000) },
};
const TRACE = "a".repeat(32);
const V3 = {
  result: {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: TRACE,
                spanId: "b".repeat(16),
                startTimeUnixNano: "1",
                attributes: [{ key: "error", value: { boolValue: true } }],
              },
            ],
          },
        ],
      },
    ],
  },
};
const LEGACY = {
  data: [
    {
      traceID: TRACE,
      spans: [
        { traceID: TRACE, spanID: "b", startTime: 1, duration: 1, tags: [{ key: "error", type: "bool", value: true }] },
      ],
      processes: {},
    },
  ],
};
const NONE = { error: { httpCode: 404, message: "No traces found" } };
const SUMMARY = {
  ...{
    traceId: TRACE,
    rootServiceName: "web",
    rootOperationName: "GET /",
    minStartTimeUnixNano: "1763000000000000001",
    maxEndTimeUnixNano: "1763000000100000001",
  },
  ...{
    spanCount: 7,
    errorSpanCount: 2,
    services: [{ name: "web", spanCount: 7, errorSpanCount: 2 }, { name: "quiet" }, 5],
  },
};

let fake: Fake | null = null;
let client: TracingBackend | null = null;
afterEach(async () => {
  await client?.close();
  await fake?.close();
});

/** A Jaeger of an age: what it has of its three APIs. */
async function start(
  has: { v3?: boolean; summaries?: boolean; legacy?: boolean },
  more: Answers = () => {},
): Promise<TracingBackend> {
  fake = await fakeBackend((path, request, response) => {
    const query = new URL(request.url ?? "", "http://x").searchParams;
    if (path === "/api/v3/services" && has.v3) send(response, 200, { services: ["cart"] }, "text/plain");
    else if (path === "/api/v3/operations" && has.v3)
      send(response, 200, { operations: [{ name: "get", spanKind: "server" }, { name: "do" }] });
    else if (path === "/api/v3/trace-summaries" && has.summaries) {
      const asked = query.has("query.start_time_min");
      send(response, asked ? 200 : 400, asked ? { summaries: [SUMMARY, { traceId: "?" }] } : { error: {} });
    } else if (path === "/api/v3/traces" && has.v3)
      send(
        response,
        query.get("query.service_name") === "cart" ? 200 : 404,
        query.get("query.service_name") === "cart" ? V3 : NONE,
      );
    else if (path === `/api/v3/traces/${TRACE}` && has.v3) send(response, 200, V3);
    else if (path.startsWith("/api/v3/traces/") && has.v3) send(response, 404, NONE);
    else if (path === "/api/services" && has.legacy) send(response, 200, { data: ["cart"] });
    else if (path === "/api/operations" && has.legacy)
      send(response, 200, { data: [{ name: "get", spanKind: "server" }] });
    else if (path === "/api/traces" && has.legacy) send(response, 200, LEGACY);
    else if (path === `/api/traces/${TRACE}` && has.legacy) send(response, 200, LEGACY);
    else if (path.startsWith("/api/traces/") && has.legacy)
      send(response, 404, { data: null, errors: [{ code: 404, msg: "trace not found" }] });
    else {
      more(path, request, response);
      if (!response.writableEnded) page(response);
    }
  });
  client = createJaegerClient(fake.target, { clock: CLOCK });
  return client;
}

const searched = (): string[] =>
  (fake?.asked ?? []).filter((path) => /traces\?|summaries\?/.test(path)).map((path) => path.split("?")[0] ?? "");

describe("which API is there is found by asking", () => {
  test.each<[string, Parameters<typeof start>[0], object]>([
    [
      "v2.19 and newer",
      { v3: true, summaries: true, legacy: true },
      { api: "Jaeger, /api/v3 and /api", tags: true, summaries: true },
    ],
    [
      "v2.21, without the older lists",
      { v3: true, summaries: true },
      { api: "Jaeger, /api/v3", tags: true, summaries: true },
    ],
    ["v1.35 to v2.18", { v3: true, legacy: true }, { api: "Jaeger, /api/v3 and /api", tags: true, summaries: false }],
    ["v3 alone, of before v2.19", { v3: true }, { tags: false, errorsOnly: false, summaries: false }],
    ["v1", { legacy: true }, { api: "Jaeger, /api", tags: true, summaries: false }],
  ])("%s", async (_, has, expected) => {
    expect(await (await start(has)).capabilities(ASK)).toMatchObject({ serviceOptional: false, ...expected });
  });

  test("once, until what is there turns out to be something else", async () => {
    const jaeger = await start({ v3: true, legacy: true });
    await jaeger.services(ASK);
    await jaeger.operations("cart", ASK);
    expect(fake?.asked.filter((path) => path === "/api/v3/trace-summaries")).toHaveLength(1);
  });

  test("again after a failure", async () => {
    let down = true;
    const jaeger = await start({ legacy: true }, (path, _, response) => {
      if (path === "/api/v3/services" && down) send(response, 500, "no");
    });
    await expect(jaeger.services(ASK)).rejects.toMatchObject({ problem: { code: "upstream_bad" } });
    down = false;
    expect(await jaeger.services(ASK)).toEqual(["cart"]);
  });
});

describe("a search for failures looks at the newest traces, and says that there are more", () => {
  const id = (n: number) => n.toString(16).padStart(32, "0");
  const summary = (n: number, errors: number) => ({ ...SUMMARY, traceId: id(n), errorSpanCount: errors });
  const many = (errors: number) => Array.from({ length: 20 }, (_, n) => summary(n + 1, errors));
  /** A storage of summaries: what it answers by the tag, and without it. */
  async function storage(tagged: object[], newest: object[]): Promise<TracingBackend> {
    fake = await fakeBackend((path, request, response) => {
      const query = new URL(request.url ?? "", "http://x").searchParams;
      if (path === "/api/v3/services") send(response, 200, { services: ["cart"] });
      else if (path !== "/api/v3/trace-summaries") page(response);
      else if (!query.has("query.start_time_min")) send(response, 400, { error: {} });
      else send(response, 200, { summaries: query.has("query.attributes") ? tagged : newest });
    });
    client = createJaegerClient(fake.target, { clock: CLOCK });
    return client;
  }

  test.each<[string, object[], object[], number, boolean]>([
    ["unless all there are were looked through", [], [summary(1, 0), summary(2, 3)], 1, false],
    ["where nothing shows that the storage knows the tag", [], many(0), 0, true],
    ["where it knows the status alone", [], [summary(99, 1), ...many(0).slice(1)], 1, true],
    ["where it takes the tag for something else", [summary(50, 0)], [summary(99, 1), ...many(0).slice(1)], 1, true],
    ["not where it knows the tag", [summary(98, 2), summary(99, 1)], [summary(99, 1), ...many(0).slice(1)], 2, false],
    ["where there are more by the tag than were asked for", many(1), many(1), 20, true],
  ])("%s", async (_, tagged, newest, found, more) => {
    const jaeger = await storage(tagged, newest);
    const answer = await jaeger.search({ ...QUERY, errorsOnly: true }, { ...ASK, whole: false });
    expect([answer.summaries?.length, answer.more]).toEqual([found, more]);
  });
});

describe("searches", () => {
  test.each<[string, Parameters<typeof start>[0], Partial<TraceQuery>, boolean, string[]]>([
    ["by v3", { v3: true, legacy: true }, {}, true, ["/api/v3/traces"]],
    [
      "by tags: the older API, where v3 can't",
      { v3: true, legacy: true },
      { tags: [["a", "b"]] },
      true,
      ["/api/traces"],
    ],
    [
      "by tags: v3, where it can",
      { v3: true, summaries: true, legacy: true },
      { tags: [["a", "b"]] },
      true,
      ["/api/v3/traces"],
    ],
    ["for a list: summaries", { v3: true, summaries: true }, {}, false, ["/api/v3/trace-summaries"]],
    ["for a list, without summaries", { v3: true }, {}, false, ["/api/v3/traces"]],
    ["on v1", { legacy: true }, {}, true, ["/api/traces"]],
    [
      "for failures: by the tag and without it",
      { v3: true, legacy: true },
      { errorsOnly: true },
      true,
      ["/api/traces", "/api/v3/traces"],
    ],
  ])("%s", async (_, has, more, whole, paths) => {
    const {
      traces,
      summaries,
      more: others,
    } = await (await start(has)).search({ ...QUERY, ...more }, { ...ASK, whole });
    expect(others).toBe(false);
    expect(searched().sort()).toEqual(paths);
    expect([...traces, ...(summaries ?? [])].map(({ traceId }) => traceId)).toEqual([TRACE]);
  });

  test("write every condition as the API wants it", async () => {
    const jaeger = await start({ v3: true, summaries: true });
    const query = {
      ...QUERY,
      operation: "a b",
      tags: [["x.y", "1"]] as const,
      minDuration: seconds(0.025),
      maxDuration: seconds(1),
    };
    await jaeger.search(query, { ...ASK, whole: true });
    const asked = new URL(fake?.asked.at(-1) ?? "", "http://x").searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      "query.service_name": "cart",
      "query.operation_name": "a b",
      "query.start_time_min": "1970-01-01T00:16:40.000Z",
      "query.start_time_max": "1970-01-01T00:33:20.000Z",
      "query.duration_min": "25000us",
      "query.duration_max": "1000000us",
      "query.num_traces": "20",
      "query.search_depth": "20",
      "query.attributes": '{"x.y":"1"}',
    });
  });

  test("read summaries, zeros left out and odd ones counted", async () => {
    const { summaries, warnings } = await (await start({ v3: true, summaries: true })).search(QUERY, {
      ...ASK,
      whole: false,
    });
    expect(summaries).toEqual([
      {
        traceId: TRACE,
        root: { service: "web", operation: "GET /" },
        services: [
          { name: "web", spans: 7, errors: 2 },
          { name: "quiet", spans: 0, errors: 0 },
        ],
        ...{ spans: 7, errors: 2, startNs: 1763000000000000001n, durationNs: 100000000n },
      },
    ]);
    expect(warnings).toEqual(["1 summaries could not be read and are left out."]);
  });

  test("find nothing where v3 says 404", async () => {
    expect(
      await (await start({ v3: true })).search({ ...QUERY, service: "nobody" }, { ...ASK, whole: true }),
    ).toMatchObject({ traces: [], summaries: null });
  });

  test("say that v3 of before v2.19 can't search by tags", async () => {
    const jaeger = await start({ v3: true });
    const refused = await jaeger
      .search({ ...QUERY, tags: [["a", "b"]] }, { ...ASK, whole: true })
      .then(() => null, problemOf);
    expect(refused).toMatchObject({ code: "bad_query", detail: expect.stringContaining("v2.19") });
  });
});

test.each<[string, Parameters<typeof start>[0]]>([
  ["v3", { v3: true, legacy: true }],
  ["the older API", { legacy: true }],
])("a trace by %s, and none", async (_, has) => {
  const jaeger = await start(has);
  expect((await jaeger.trace(TRACE, ASK))?.trace.length).toBe(1);
  expect(await jaeger.trace("c".repeat(32), ASK)).toBeNull();
  expect(await jaeger.operations("cart", ASK)).toContainEqual({ name: "get", kind: "server" });
});
