import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemOf } from "../errors.ts";
import type { Format } from "./decode.ts";
import { writeTrace, writeTraces } from "./encode.ts";
import { type FileRead, TraceFileReader } from "./file.ts";
import { durationNs, hasFailed, nameOf, serviceOf, startNs, type Trace } from "./model.ts";
import { anySpans, traceOf } from "./spans.test-support.ts";

function read(parts: readonly string[], most?: number): FileRead {
  const reader = new TraceFileReader(most);
  for (const part of parts) if (!reader.write(part)) break;
  return reader.finish();
}

function problem(text: string): string {
  try {
    read([text]);
    return "none";
  } catch (thrown) {
    const { code, detail } = problemOf(thrown);
    return `${code} ${detail}`;
  }
}

/** What every format keeps, by row. */
const kept = (trace: Trace) =>
  Array.from({ length: trace.length }, (_, row) => ({
    ids: [trace.traceId, trace.spanId[row], trace.parentId[row]],
    said: [serviceOf(trace, row), nameOf(trace, row), hasFailed(trace, row)],
    times: [startNs(trace, row) / 1000n, durationNs(trace, row) / 1000n],
  }));

const pieces = (text: string, lengths: readonly number[]): string[] => {
  const parts: string[] = [];
  let rest = text;
  for (const length of lengths) {
    parts.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return [...parts, rest];
};

const SPAN = {
  traceId: "1".repeat(32),
  spanId: "2".repeat(16),
  name: "GET /",
  startTimeUnixNano: "1763000000000000001",
};
const DOCUMENT = { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] };
const OTHER = { resourceSpans: [{ scopeSpans: [{ spans: [{ ...SPAN, traceId: "3".repeat(32) }] }] }] };
const ZIPKIN = {
  traceId: "4".repeat(16),
  id: "5".repeat(16),
  name: "get",
  timestamp: 1_763_000_000_000_000,
  duration: 5,
};

describe("a file of traces", () => {
  it.each<Format>(["otlp", "jaeger", "zipkin"])(
    "that was downloaded as %s is read as it was, in any parts",
    (format) => {
      fc.assert(
        fc.property(fc.array(anySpans, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(300)), (all, lengths) => {
          // No format has times before 1970, and an end before its beginning is no duration in Zipkin.
          const drawn = all.map((spans) => spans.filter(({ at, ms }) => at > -1e9 && ms >= 0));
          const traces = drawn
            .map((spans, i) =>
              traceOf(
                spans.map((span, n) => ({ ...span, error: n % 3 === 0 })),
                String(i + 1).repeat(32),
              ),
            )
            .filter(({ length }) => length > 0);
          fc.pre(traces.length > 0);
          const found = read(pieces(writeTraces(format, traces), lengths));
          expect(found.format).toBe(format);
          expect(found.traces.map(kept)).toEqual(traces.map(kept));
          expect(found.partial).toBeNull();
        }),
      );
    },
  );

  it.each<[string, string, Format, readonly string[]]>([
    ["OTLP", JSON.stringify(DOCUMENT), "otlp", [SPAN.traceId]],
    [
      "a document per line",
      `${JSON.stringify(DOCUMENT)}\n${JSON.stringify(OTHER)}\n`,
      "otlp",
      [SPAN.traceId, "3".repeat(32)],
    ],
    ["Jaeger's v3 answer", JSON.stringify({ result: DOCUMENT }), "otlp", [SPAN.traceId]],
    ["Tempo's answer", JSON.stringify({ batches: DOCUMENT.resourceSpans }), "otlp", [SPAN.traceId]],
    ["Zipkin's list", JSON.stringify([ZIPKIN]), "zipkin", ["4".repeat(16).padStart(32, "0")]],
    [
      "Zipkin's lists",
      JSON.stringify([[ZIPKIN], [{ ...ZIPKIN, traceId: "6" }]]),
      "zipkin",
      ["4".repeat(16).padStart(32, "0"), "6".padStart(32, "0")],
    ],
    [
      "spaces and a mark before all",
      `\uFEFF\n  ${JSON.stringify([ZIPKIN])}`,
      "zipkin",
      ["4".repeat(16).padStart(32, "0")],
    ],
  ])("may be %s", (_, text, format, ids) => {
    const found = read([text]);
    expect([found.format, found.traces.map(({ traceId }) => traceId)]).toEqual([format, ids]);
  });

  it.each<[string, string, RegExp]>([
    ["nothing", " \n", /The file is empty\. Expected is JSON/],
    ["a web page", "<!doctype html>", /begins with “<”/],
    ["an archive", "\u001f\u008b\u0008", /is it compressed/],
    ["other JSON", '{"kind":"List","items":[]}', /names nothing that files of traces begin with/],
    ["no spans", '{"data":[]}', /looks like Jaeger’s JSON, but has no span/],
    ["numbers for spans", "[1,2,3]", /looks like Zipkin’s JSON, but has no span/],
    ["a break in the middle", '{\n"data": [\n  {"spans": [}', /At line 3, character 14 this is no JSON/],
    ["a text cut off", '{"data":[{"spans":[', /At line 1, character 20 this is no JSON, or it breaks off/],
    ["a broken span", `[\n${JSON.stringify(ZIPKIN)},\n{"id":}]`, /At line 3, character 1 /],
    ["nesting without end", `{"data":[{"spans":[${"[".repeat(90_000)}`, /nested deeper than any span/],
  ])("that is %s is refused with what was expected and where it broke", (_, text, said) => {
    expect(problem(text)).toMatch(/^unsupported_media_type /);
    expect(problem(text)).toMatch(said);
  });

  it("is read up to a number of spans", () => {
    const trace = traceOf(["a", "b", "c"].map((id, at) => ({ id, at, ms: 1 })));
    const found = read([writeTrace("otlp", trace)], 2);
    expect(found.traces[0]?.length).toBe(2);
    expect(found.partial).toEqual({ reason: "spans", detail: expect.stringContaining("more than 2 spans") });
  });

  it("that is too large is shown as far as it was read", () => {
    const text = writeTrace("zipkin", traceOf(["a", "b", "c"].map((id, at) => ({ id, at, ms: 1 }))));
    const reader = new TraceFileReader();
    reader.write(text.slice(0, -40));
    expect(reader.finish(256 * 1024 * 1024)).toMatchObject({
      traces: [{ length: 2 }],
      partial: { reason: "bytes", detail: expect.stringContaining("256 MiB") },
    });
  });

  it("counts what it could not read", () => {
    expect(read([JSON.stringify([ZIPKIN, { ...ZIPKIN, traceId: "no id" }])]).warnings).toEqual([
      "Not read, and left out: 1 span of the file.",
    ]);
  });

  it("whatever it holds is read or refused, and never more than that", () => {
    const tokens = fc.constantFrom(
      ...'{}[],:"\\\n ',
      ...[
        '"data"',
        '"spans"',
        '"resourceSpans"',
        '"scopeSpans"',
        '"traceId"',
        `"${"1".repeat(32)}"`,
        '"id"',
        "1",
        "-1e999",
      ],
      ...["null", "é", "\u0000", '"__proto__"', '"tags"', '"processes"', '"duration"'],
    );
    const broken = fc
      .tuple(
        fc.constantFrom(JSON.stringify(DOCUMENT), JSON.stringify([ZIPKIN]), '{"data":[{"spans":[{}]}]}'),
        fc.nat(120),
        fc.array(tokens),
      )
      .map(([text, at, added]) => text.slice(0, at) + added.join("") + text.slice(at));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(tokens).map((each) => each.join("")),
          broken,
        ),
        (text) => {
          expect(problem(text)).toMatch(/^(none$|unsupported_media_type )/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
