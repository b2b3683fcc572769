import fc from "fast-check";
import { expect, test } from "vitest";
import { readTraces } from "./decode.ts";
import { anySpans, traceOf } from "./spans.test-support.ts";
import { fromWire, toWire, type WireTrace } from "./wire.ts";

const sent = (wire: WireTrace): WireTrace => JSON.parse(JSON.stringify(wire)) as WireTrace;

test("any trace comes out as it went in", () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const trace = traceOf(spans);
      expect(fromWire(sent(toWire(trace)))).toEqual(trace);
    }),
  );
});

test("with events, links, resources, values of all types and times that no double can tell", () => {
  const attributes = [
    { key: "s", value: { stringValue: "1" } },
    { key: "n", value: { intValue: "1" } },
    { key: "b", value: { boolValue: true } },
  ];
  const span = {
    ...{
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      name: "n",
      startTimeUnixNano: "1763000000000000001",
      endTimeUnixNano: "1763000000000000002",
      attributes,
    },
    events: [{ timeUnixNano: "1763000000000000001", name: "e", attributes }],
    links: [{ traceId: "c".repeat(32), spanId: "d".repeat(16), attributes }],
  };
  const text = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes },
        scopeSpans: [{ scope: { name: "x" }, spans: [span, { ...span, spanId: "", startTimeUnixNano: "0" }] }],
      },
    ],
  });
  const [trace] = readTraces("otlp", text).traces;
  if (trace === undefined) throw new Error("no trace");
  expect(trace.far.size).toBe(1);
  expect(fromWire(sent(toWire(trace)))).toEqual(trace);
});
