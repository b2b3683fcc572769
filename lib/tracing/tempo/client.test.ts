/** Tempo by shapes recorded from its documentation (https://grafana.com/docs/tempo/latest/api_docs/): none ran beside it. */
import { afterEach, describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { CLOCK, type Fake, fakeBackend, send } from "../client/fake.test-support.ts";
import type { TraceQuery, TracingBackend } from "../port.ts";
import { createTempoClient } from "./client.ts";
import { traceQl } from "./query.ts";

const ASK = { timeout: seconds(5) };
const QUERY: TraceQuery = {
  ...{ service: "cart", operation: null, tags: [], errorsOnly: false, minDuration: null, maxDuration: null, limit: 20 },
  ...{ start: unixSeconds(1000), end: unixSeconds(2000) },
};
/** GET /api/search. Leading zeros of ids are left out. */
const SEARCH = {
  traces: [
    {
      traceID: "2f3e0cee77ae5dc9c17ade3689eb2e54",
      rootServiceName: "shop-backend",
      rootTraceName: "update-billing",
      startTimeUnixNano: "1684778327699392724",
      durationMs: 557,
      spanSets: [
        {
          spans: [{ spanID: "563d623c76514f8e", startTimeUnixNano: "1684778327735077898", durationNanos: "446979497" }],
          matched: 1,
        },
      ],
      serviceStats: { "shop-backend": { spanCount: 3, errorCount: 1 }, db: { spanCount: 1 } },
    },
    {
      traceID: "6ac2d1",
      rootServiceName: "<root span not yet received>",
      startTimeUnixNano: "1684778327000000000",
      durationMs: 12,
    },
    { traceID: "not hex" },
  ],
  metrics: { inspectedBytes: "1000" },
};
/** GET /api/v2/traces/{id}; ids are base64. */
const TRACE = {
  trace: {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "shop-backend" } }] },
        scopeSpans: [
          {
            scope: {},
            spans: [
              {
                traceId: "Lz4M7neuXcnBet42iesuVA==",
                spanId: "Vj1iPHZRT44=",
                name: "update-billing",
                kind: "SPAN_KIND_SERVER",
                startTimeUnixNano: "1684778327699392724",
                endTimeUnixNano: "1684778328256392724",
                status: { code: "STATUS_CODE_ERROR" },
              },
            ],
          },
        ],
      },
    ],
  },
};

let fake: Fake | null = null;
let client: TracingBackend | null = null;
afterEach(async () => {
  await client?.close();
  await fake?.close();
});

async function start(old = false): Promise<TracingBackend> {
  fake = await fakeBackend((path, _, response) => {
    if (path === "/api/search") send(response, 200, SEARCH);
    else if (path === "/api/v2/traces/2f3e0cee77ae5dc9c17ade3689eb2e54" && !old) send(response, 200, TRACE);
    else if (path === "/api/traces/2f3e0cee77ae5dc9c17ade3689eb2e54" && old)
      send(response, 200, { batches: TRACE.trace.resourceSpans });
    else if (path === "/api/v2/search/tag/resource.service.name/values")
      send(response, 200, {
        tagValues: [
          { type: "string", value: "web" },
          { type: "string", value: "cart" },
        ],
      });
    else if (path === "/api/v2/search/tag/name/values") send(response, 200, { tagValues: ["get"] });
    else send(response, 404, "not found", "text/plain");
  });
  client = createTempoClient(fake.target, { clock: CLOCK });
  return client;
}

describe("TraceQL", () => {
  test.each<[Partial<TraceQuery>, string]>([
    [{}, "{}"],
    [{ service: "cart", operation: 'say "hi"\n' }, '{ resource.service.name = "cart" && name = "say \\"hi\\"\\n" }'],
    [
      {
        tags: [
          ["http.status_code", "503"],
          ["a", "b"],
        ],
      },
      '{ (."http.status_code" = "503" || ."http.status_code" = 503) && ."a" = "b" }',
    ],
    [{ tags: [["x", '" || true || .y = "']] }, '{ ."x" = "\\" || true || .y = \\"" }'],
    [{ tags: [["x", "\\"]] }, '{ ."x" = "\\\\" }'],
    [
      { errorsOnly: true, minDuration: seconds(0.05), maxDuration: seconds(2) },
      "{ status = error && duration >= 50000us && duration <= 2000000us }",
    ],
  ])("%j", (query, text) => {
    expect(traceQl(query)).toBe(text);
  });

  test.each(['x" = 1 || ."y', "", "a b", "x".repeat(300)])("a tag named %j can't be written", (name) => {
    expect(() => traceQl({ tags: [[name, "v"]] })).toThrow(/tags whose names/);
  });
});

describe("Tempo", () => {
  test("a search answers summaries; what it doesn't say is null", async () => {
    const { summaries, warnings } = await (await start()).search(QUERY, { ...ASK, whole: false });
    expect(summaries).toEqual([
      {
        traceId: "2f3e0cee77ae5dc9c17ade3689eb2e54",
        root: { service: "shop-backend", operation: "update-billing" },
        services: [
          { name: "shop-backend", spans: 3, errors: 1 },
          { name: "db", spans: 1, errors: 0 },
        ],
        ...{ spans: 4, errors: 1, startNs: 1684778327699392724n, durationNs: 557000000n },
      },
      {
        traceId: "6ac2d1".padStart(32, "0"),
        root: null,
        services: [],
        spans: null,
        errors: null,
        startNs: 1684778327000000000n,
        durationNs: 12000000n,
      },
    ]);
    expect(warnings).toEqual(["1 traces of the answer could not be read and are left out."]);
    expect(Object.fromEntries(new URL(fake?.asked.at(-1) ?? "", "http://x").searchParams)).toEqual({
      ...{ q: '{ resource.service.name = "cart" }', start: "1000", end: "2000", limit: "20", spss: "1" },
    });
  });

  test.each([false, true])("whole traces are asked for one by one (an old server: %s)", async (old) => {
    const { traces } = await (await start(old)).search(QUERY, { ...ASK, whole: true });
    expect(traces.map(({ traceId, length }) => [traceId, length])).toEqual([["2f3e0cee77ae5dc9c17ade3689eb2e54", 1]]);
    expect(await client?.trace("b".repeat(32), ASK)).toBeNull();
  });

  test("services and operations", async () => {
    const tempo = await start();
    expect(await tempo.services(ASK)).toEqual(["cart", "web"]);
    expect(await tempo.operations("cart", ASK)).toEqual([{ name: "get", kind: null }]);
    expect((await tempo.capabilities(ASK)).language).toBe("TraceQL");
  });

  test("a tag that can't be written is refused before anything is asked", async () => {
    const tempo = await start();
    expect(
      await tempo.search({ ...QUERY, tags: [["a b", "c"]] }, { ...ASK, whole: false }).then(() => null, problemOf),
    ).toMatchObject({ code: "bad_parameter" });
    expect(fake?.asked).toEqual([]);
  });
});
