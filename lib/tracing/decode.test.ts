import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Format, formatOf, readTraces, TraceReader } from "./decode.ts";
import { CutError } from "./json/cut.ts";
import {
  attributeOf,
  attributesOf,
  durationNs,
  hasFailed,
  kindOf,
  nameOf,
  rangeOf,
  serviceOf,
  startNs,
  statusOf,
  type Trace,
  textAt,
  valueAt,
} from "./model.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const otlp = (spans: readonly object[], resource: object = { attributes: [attribute("service.name", "cart.shop")] }) =>
  JSON.stringify({ result: { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "envoy" }, spans }] }] } });
const attribute = (key: string, text: string) => ({ key, value: { stringValue: text } });
const span = (more: object = {}) => ({
  traceId: TRACE,
  spanId: "eee19b7ec3c1b174",
  parentSpanId: "eee19b7ec3c1b173",
  name: "GET /cart",
  kind: 2,
  startTimeUnixNano: "1544712660000000001",
  endTimeUnixNano: "1544712661000000003",
  ...more,
});
const first = (format: Format, text: string): Trace => {
  const [trace] = readTraces(format, text).traces;
  if (trace === undefined) throw new Error("no trace");
  return trace;
};
const tags = (trace: Trace, row = 0) => Object.fromEntries(attributesOf(trace, trace.attributes, row));

describe("OTLP", () => {
  test("a span with all it can have", () => {
    const trace = first(
      "otlp",
      otlp([
        span({
          status: { code: 2, message: "out of stock" },
          attributes: [
            attribute("upstream_cluster", "outbound|80||cart.shop.svc.cluster.local"),
            { key: "small", value: { intValue: "42" } },
            { key: "large", value: { intValue: "9223372036854775807" } },
            { key: "share", value: { doubleValue: 0.5 } },
            { key: "odd", value: { doubleValue: "NaN" } },
            { key: "yes", value: { boolValue: true } },
            { key: "list", value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: "b" }, {}] } } },
            { key: "map", value: { kvlistValue: { values: [{ key: "__proto__", value: { stringValue: "x" } }] } } },
            { key: "bytes", value: { bytesValue: "AQI=" } },
            { key: "@jaeger@warnings", value: { arrayValue: { values: [{ stringValue: "clock skew" }] } } },
            { key: "nothing", value: {} },
            { value: { stringValue: "no key" } },
          ],
          events: [
            {
              timeUnixNano: "1544712660500000000",
              name: "exception",
              attributes: [attribute("exception.type", "Oops")],
            },
          ],
          links: [{ traceId: "a".repeat(32), spanId: "b".repeat(16) }],
          droppedEventsCount: 3,
        }),
      ]),
    );
    expect([trace.traceId, trace.spanId[0], trace.parentId[0]]).toEqual([
      TRACE,
      "eee19b7ec3c1b174",
      "eee19b7ec3c1b173",
    ]);
    expect([serviceOf(trace, 0), nameOf(trace, 0), kindOf(trace, 0), statusOf(trace, 0)]).toEqual([
      "cart.shop",
      "GET /cart",
      "server",
      "error",
    ]);
    expect([startNs(trace, 0), durationNs(trace, 0)]).toEqual([1544712660000000001n, 1000000002n]);
    expect([textAt(trace, trace.statusMessage[0]), textAt(trace, trace.scope[0]), hasFailed(trace, 0)]).toEqual([
      "out of stock",
      "envoy",
      true,
    ]);
    expect(tags(trace)).toEqual({
      upstream_cluster: "outbound|80||cart.shop.svc.cluster.local",
      ...{ small: 42, large: "9223372036854775807", share: 0.5, odd: "NaN", yes: true },
      ...{ list: '[1,"b",null]', map: '{"__proto__":"x"}', bytes: '"AQI="' },
    });
    expect(rangeOf(trace.events.row, 0)).toEqual({ from: 0, to: 1 });
    expect([textAt(trace, trace.events.name[0]), valueAt(trace, trace.events.attributes, 0, "exception.type")]).toEqual(
      ["exception", "Oops"],
    );
    expect(trace.baseNs + BigInt(trace.events.at[0] ?? 0)).toBe(1544712660500000000n);
    expect(textAt(trace, trace.links.spanId[0])).toBe("b".repeat(16));
    expect(trace.warnings.map(({ row, code }) => [row, code])).toEqual([
      [0, "dropped"],
      [0, "backend"],
    ]);
  });

  test.each<[string, string, string]>([
    [
      "as a collector writes it",
      `{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[${JSON.stringify(span())}]}]}]}`,
      "server",
    ],
    [
      "Tempo's list, ids in base64, kinds by name",
      `{"batches":[{"scopeSpans":[{"spans":[${JSON.stringify(span({ traceId: "W47/95gDgQPSabYzgT/GDA==", spanId: "7uGbfsPBsXQ=", kind: "SPAN_KIND_SERVER" }))}]}]}]}`,
      "server",
    ],
    [
      "Tempo's second version",
      `{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON.stringify(span({ kind: undefined }))}]}]}]}}`,
      "unspecified",
    ],
    [
      "an old library's name for scopes, the resource last",
      `{"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[${JSON.stringify(span({ kind: 99 }))}],"instrumentationLibrary":{"name":"x"}}],"resource":{"attributes":[]}}]}`,
      "unspecified",
    ],
    ["several results in a row", `${otlp([span()])}\n${otlp([])}`, "server"],
  ])("%s", (_, text, kind) => {
    const trace = first("otlp", text);
    expect([trace.traceId, trace.spanId[0], kindOf(trace, 0)]).toEqual([TRACE, "eee19b7ec3c1b174", kind]);
  });

  test("a resource that comes last belongs to the spans before it", () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[${JSON.stringify(span())}]}],"resource":{"attributes":[${JSON.stringify(attribute("service.name", "late"))}]}}]}`;
    expect(serviceOf(first("otlp", text), 0)).toBe("late");
  });

  test("equal resources are kept once, and looked up behind the span's own attributes", () => {
    const resource = { attributes: [attribute("service.name", "web"), attribute("k8s.pod.name", "web-1")] };
    const one = { resource, scopeSpans: [{ spans: [span()] }] };
    const trace = first("otlp", JSON.stringify({ resourceSpans: [one, one, one] }));
    expect([trace.length, trace.resources.service.length, attributeOf(trace, 2, "k8s.pod.name")]).toEqual([
      3,
      1,
      "web-1",
    ]);
  });

  test("times that no double can tell stay exact", () => {
    const trace = first(
      "otlp",
      otlp([span(), span({ startTimeUnixNano: "7", endTimeUnixNano: "18446744073709551615" })]),
    );
    expect([startNs(trace, 1), durationNs(trace, 1)]).toEqual([7n, 18446744073709551608n]);
  });

  test("what can't be read is counted, and the rest is there", () => {
    const read = readTraces(
      "otlp",
      otlp([span({ traceId: "none" }), span({ startTimeUnixNano: "soon" }), span(), { a: 1 }]),
    );
    expect([read.unread, read.traces[0]?.length]).toEqual([3, 1]);
  });

  test("an error in place of traces", () => {
    expect(readTraces("otlp", '{"error":{"httpCode":404,"message":"No traces found"}}')).toMatchObject({
      traces: [],
      error: { httpCode: 404 },
    });
  });
});

describe("Jaeger's legacy form", () => {
  const legacy = (spans: readonly object[], more: object = {}) =>
    JSON.stringify({
      data: [
        {
          traceID: "1a2b",
          spans,
          processes: { p1: { serviceName: "cart.shop", tags: [{ key: "ip", type: "string", value: "10.0.0.1" }] } },
          warnings: null,
          ...more,
        },
      ],
      total: 0,
      errors: null,
    });
  const old = (more: object = {}) => ({
    traceID: "1a2b",
    spanID: "c",
    operationName: "get",
    processID: "p1",
    startTime: 1544712660000001,
    duration: 1500,
    ...more,
  });

  test("a span with all it can have", () => {
    const trace = first(
      "jaeger",
      legacy(
        [
          old({
            references: [
              { refType: "FOLLOWS_FROM", traceID: "1a2b", spanID: "a" },
              { refType: "CHILD_OF", traceID: "1a2b", spanID: "b" },
              { refType: "CHILD_OF", traceID: "ffff", spanID: "d" },
            ],
            tags: [
              { key: "span.kind", type: "string", value: "client" },
              { key: "otel.status_code", type: "string", value: "ERROR" },
              { key: "http.status_code", type: "int64", value: 503 },
              { key: "big", type: "int64", value: "9223372036854775807" },
            ],
            logs: [
              {
                timestamp: 1544712660000002,
                fields: [
                  { key: "event", type: "string", value: "retry" },
                  { key: "n", type: "int64", value: 2 },
                ],
              },
            ],
            warnings: ["clock skew adjustment disabled"],
          }),
        ],
        { warnings: ["incomplete"] },
      ),
    );
    expect([trace.traceId, trace.spanId[0], trace.parentId[0]]).toEqual([
      "1a2b".padStart(32, "0"),
      "c".padStart(16, "0"),
      "b".padStart(16, "0"),
    ]);
    expect([serviceOf(trace, 0), kindOf(trace, 0), statusOf(trace, 0)]).toEqual(["cart.shop", "client", "error"]);
    expect([startNs(trace, 0), durationNs(trace, 0)]).toEqual([1544712660000001000n, 1500000n]);
    expect(tags(trace)).toEqual({ "http.status_code": 503, big: "9223372036854775807" });
    expect(attributeOf(trace, 0, "ip")).toBe("10.0.0.1");
    expect(trace.links.row.length).toBe(2);
    expect([textAt(trace, trace.events.name[0]), valueAt(trace, trace.events.attributes, 0, "n")]).toEqual([
      "retry",
      2,
    ]);
    expect(trace.warnings.map(({ row, detail }) => [row, detail])).toEqual([
      [0, "clock skew adjustment disabled"],
      [-1, "incomplete"],
    ]);
  });

  test("a process that isn't there, one named like a prototype's member, and none at all", () => {
    const trace = first(
      "jaeger",
      legacy([old({ processID: "p9" }), old({ processID: "constructor" }), old({ processID: undefined })]),
    );
    expect([0, 1, 2].map((row) => serviceOf(trace, row))).toEqual(["", "", ""]);
  });

  test("errors in place of data", () => {
    expect(readTraces("jaeger", '{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}')).toMatchObject({
      traces: [],
      error: [{ code: 404 }],
    });
  });
});

describe("Zipkin", () => {
  const client = {
    traceId: "5af7183fb1d4cf5f",
    id: "352bff9a74ca9ad2",
    parentId: "6b221d5bc9e6496c",
    kind: "CLIENT",
    name: "get /api",
    timestamp: 1556604172355737,
    duration: 1431,
  };

  test("a span with all it can have", () => {
    const text = JSON.stringify([
      [
        {
          ...client,
          localEndpoint: { serviceName: "backend", ipv4: "192.168.99.1", port: 3306 },
          remoteEndpoint: { serviceName: "db", ipv4: "172.19.0.2", port: 58648 },
          annotations: [{ timestamp: 1556604172355800, value: "cache miss" }],
          tags: { "http.method": "GET", error: "timeout", odd: { a: 1 } },
        },
      ],
      [{ ...client, traceId: "f".repeat(16), shared: true, kind: "SERVER" }],
    ]);
    const { traces } = readTraces("zipkin", text);
    const [trace, other] = traces as [Trace, Trace];
    expect([trace.traceId, serviceOf(trace, 0), kindOf(trace, 0), statusOf(trace, 0)]).toEqual([
      "5af7183fb1d4cf5f".padStart(32, "0"),
      "backend",
      "client",
      "error",
    ]);
    expect(textAt(trace, trace.statusMessage[0])).toBe("timeout");
    expect([startNs(trace, 0), durationNs(trace, 0)]).toEqual([1556604172355737000n, 1431000n]);
    expect(tags(trace)).toEqual({
      "http.method": "GET",
      error: "timeout",
      "peer.service": "db",
      "peer.ip": "172.19.0.2",
      "peer.port": 58648,
    });
    expect([attributeOf(trace, 0, "host.ip"), textAt(trace, trace.events.name[0])]).toEqual([
      "192.168.99.1",
      "cache miss",
    ]);
    expect([other.shared[0], other.length]).toEqual([1, 1]);
  });

  test("one trace is a plain list", () => {
    expect(readTraces("zipkin", JSON.stringify([client, client])).traces[0]?.length).toBe(2);
  });

  test("a span without a time says so", () => {
    const { timestamp: _, ...timeless } = client;
    expect(first("zipkin", JSON.stringify([timeless])).warnings).toMatchObject([{ row: 0, code: "bad-time" }]);
  });
});

describe("limits", () => {
  test("values of a megabyte are cut, and the span says so", () => {
    const trace = first(
      "otlp",
      otlp([span({ attributes: [attribute("stack", "x".repeat(1_000_000)), attribute("k".repeat(100_000), "v")] })]),
    );
    const [[, value] = ["", ""]] = attributesOf(trace, trace.attributes, 0);
    expect(String(value).length).toBe(64 * 1024 + 1);
    expect(trace.warnings).toMatchObject([{ row: 0, code: "cut" }]);
  });

  test("attributes, events and links are at most a thousand each", () => {
    const many = Array.from({ length: 1_500 }, (_, i) => attribute(`k${i}`, "v"));
    const events = Array.from({ length: 1_500 }, () => ({ name: "e" }));
    const trace = first("otlp", otlp([span({ attributes: many, events })]));
    expect([attributesOf(trace, trace.attributes, 0).length, trace.events.row.length]).toEqual([1_000, 1_000]);
    expect(trace.warnings).toMatchObject([{ code: "cut" }]);
  });

  test.each<Format>(["otlp", "zipkin", "jaeger"])("no more spans than asked are kept (%s)", (format) => {
    const old = { traceID: TRACE, spanID: "c", startTime: 1, duration: 1 };
    const texts = {
      otlp: otlp([span(), span(), span()]),
      zipkin: JSON.stringify([1, 2, 3].map((n) => ({ traceId: TRACE, id: `${n}`, timestamp: 1 }))),
      jaeger: JSON.stringify({ data: [{ traceID: TRACE, spans: [old, old, old] }] }),
    };
    const reader = new TraceReader(format, 2);
    for (const part of texts[format].match(/[^]{1,40}/g) ?? []) if (!reader.write(part)) break;
    const read = reader.finish();
    expect([read.traces[0]?.length, read.beyond]).toEqual([2, true]);
  });

  test("an answer that was given up keeps what came", () => {
    const text = otlp([span(), span()]);
    const reader = new TraceReader("otlp");
    reader.write(text.slice(0, -40));
    expect(reader.finish(true).traces[0]?.length).toBe(1);
  });
});

test("a file's format is known by its beginning", () => {
  expect(formatOf(otlp([]))).toBe("otlp");
  expect(formatOf('{"data":[{"traceID":"1"}]}')).toBe("jaeger");
  expect(formatOf("\n [[]]")).toBe("zipkin");
  expect([formatOf("<html>"), formatOf("{}"), formatOf("")]).toEqual([null, null, null]);
});

/** JSON that often looks like spans. */
const spanLike = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      null,
      true,
      "",
      "1",
      TRACE,
      "eee19b7ec3c1b174",
      "AQI=",
      -1,
      2,
      1e300,
      "99999999999999999999999999",
      "SERVER",
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(
        ...[
          "result",
          "resourceSpans",
          "scopeSpans",
          "spans",
          "resource",
          "attributes",
          "key",
          "value",
          "stringValue",
          "intValue",
          "arrayValue",
          "values",
        ],
        ...[
          "traceId",
          "spanId",
          "parentSpanId",
          "startTimeUnixNano",
          "endTimeUnixNano",
          "status",
          "code",
          "events",
          "links",
          "kind",
          "__proto__",
        ],
        ...[
          "data",
          "traceID",
          "spanID",
          "processes",
          "processID",
          "references",
          "refType",
          "tags",
          "logs",
          "fields",
          "startTime",
          "duration",
          "warnings",
        ],
        ...["id", "timestamp", "localEndpoint", "serviceName", "annotations", "shared", "error"],
      ),
      tie("value"),
      { maxKeys: 8 },
    ),
  ),
}));

test.each<Format>(["otlp", "jaeger", "zipkin"])(
  "whatever comes as %s is read or refused as no JSON, and never changes a prototype",
  (format) => {
    fc.assert(
      fc.property(spanLike.value, (value) => {
        const text = JSON.stringify(value);
        try {
          for (const trace of readTraces(format, text).traces) {
            expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
            expect(trace.attributes.start.length).toBe(trace.length + 1);
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CutError);
        }
        expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  },
);
