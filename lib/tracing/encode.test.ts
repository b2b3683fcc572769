import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Format, formatOf, readTraces } from "./decode.ts";
import { writeTrace } from "./encode.ts";
import {
  attributesOf,
  durationNs,
  eventsAt,
  hasFailed,
  kindOf,
  nameOf,
  serviceOf,
  startNs,
  type Trace,
} from "./model.ts";
import { anySpans, traceOf } from "./spans.test-support.ts";

/** What every format keeps, by row. */
const kept = (trace: Trace) =>
  Array.from({ length: trace.length }, (_, row) => ({
    ids: [trace.spanId[row], trace.parentId[row]],
    service: serviceOf(trace, row),
    name: nameOf(trace, row),
    start: startNs(trace, row) / 1000n,
    duration: durationNs(trace, row) / 1000n,
    failed: hasFailed(trace, row),
  }));

const read = (format: Format, text: string): Trace => readTraces(format, text).traces[0] ?? traceOf([]);

describe.each<Format>(["otlp", "jaeger", "zipkin"])("a trace written as %s", (format) => {
  test("is read back", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        // No format has times before 1970, and an end before its beginning is no duration in Zipkin.
        const drawn = spans.filter(({ at, ms }) => at > -1e9 && ms >= 0);
        const trace = traceOf(drawn.map((span, i) => ({ ...span, error: i % 3 === 0, tags: { n: i } })));
        expect(kept(read(format, writeTrace(format, trace)))).toEqual(kept(trace));
      }),
    );
  });

  test("is known by its beginning", () => {
    expect(formatOf(writeTrace(format, traceOf([{ id: "a", at: 0, ms: 1 }])))).toBe(format);
  });
});

test("OTLP keeps everything: types, kinds, events, links, exact times", () => {
  const attributes = [
    { key: "s", value: { stringValue: "1" } },
    { key: "n", value: { intValue: "1" } },
    { key: "d", value: { doubleValue: 0.5 } },
    { key: "b", value: { boolValue: true } },
  ];
  const span = {
    ...{
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      name: "n",
      kind: 4,
      status: { code: 2, message: "no" },
      attributes,
    },
    ...{ startTimeUnixNano: "1763000000000000001", endTimeUnixNano: "1763000000000000009" },
    events: [{ timeUnixNano: "1763000000000000003", name: "e", attributes }],
    links: [{ traceId: "c".repeat(32), spanId: "d".repeat(16), attributes }],
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "web" } }] };
  const trace = read(
    "otlp",
    JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "x" }, spans: [span] }] }] }),
  );
  expect(read("otlp", writeTrace("otlp", trace))).toEqual(trace);
  const other = read("jaeger", writeTrace("jaeger", trace));
  expect([kindOf(other, 0), attributesOf(other, other.attributes, 0), eventsAt(other, 0)[0]?.name]).toEqual([
    "producer",
    attributesOf(trace, trace.attributes, 0),
    "e",
  ]);
});
