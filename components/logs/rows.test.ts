import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import { type Moment, namedIn, offsetNs, rowsOf, textOf } from "./rows.ts";
import { aroundMoment, fromMoment } from "./window.ts";

const START = 1_800_000_000_000_000_005n;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const moment: Moment = {
  ...{ startNs: START, endNs: START + 1_000_000n, spanId: "b7ad6b7169203331", traceId: TRACE },
  requestId: "0AF76519-16cd-43dd-9448-eb211c80319c",
};
const line = (afterNs: bigint | null, text: string) => ({
  at: afterNs === null ? null : formatNanoseconds(START + afterNs),
  text,
});
const LINES = [
  line(-7n, "before GET /x"),
  line(0n, `span_id=${moment.spanId}`),
  line(null, "no time"),
  line(5_000_000n, "after GET /y"),
];
const words = (find: string, of: Moment | null = moment) =>
  rowsOf(LINES, of, find).map((row) => (row.kind === "line" ? row.index : row.kind));

describe("rows of a log", () => {
  it.each<[string, Moment | null, (string | number)[]]>([
    ["", moment, [0, "begin", 1, 2, "end", 3]],
    ["get", moment, [0, "begin", "end", 3]],
    ["/Y get", moment, ["begin", "end", 3]],
    ["nothing", moment, ["begin", "end"]],
    ["", null, [0, 1, 2, 3]],
    ["", { ...moment, startNs: 0n, endNs: 1n }, ["begin", "end", 0, 1, 2, 3]],
  ])("with %j", (find, of, expected) => expect(words(find, of)).toEqual(expected));

  it("hold every line once and in order, and the span's two ends, whatever the times", () => {
    const any = fc.array(fc.option(fc.bigInt({ min: -9n, max: 9n })));
    fc.assert(
      fc.property(any, fc.bigInt({ min: 0n, max: 9n }), (times, length) => {
        const of = { ...moment, endNs: START + length };
        const rows = rowsOf(
          times.map((at) => line(at, "x")),
          of,
          "",
        );
        expect(rows.flatMap((row) => (row.kind === "line" ? [row.index] : []))).toEqual(times.map((_, i) => i));
        expect(rows.flatMap(({ kind }) => (kind === "line" ? [] : [kind]))).toEqual(["begin", "end"]);
      }),
    );
  });

  it("say a line's time after the span's begin, to the nanosecond", () => {
    expect(LINES.map((each) => offsetNs(each, moment))).toEqual([-7, 0, null, 5_000_000]);
    expect(offsetNs(line(0n, ""), null)).toBeNull();
  });

  it("are copied as they are read, without the marks between them", () => {
    expect(textOf(rowsOf(LINES, moment, "time"))).toBe("- no time\n");
    expect(textOf(rowsOf(LINES, moment, "before"))).toBe("2027-01-15T07:59:59.999999998Z before GET /x\n");
  });
});

it.each<[string, ReturnType<typeof namedIn>]>([
  [`trace_id=${TRACE} span_id=${moment.spanId}`, "span"],
  [`trace_id=${TRACE.toUpperCase()} span_id=0`, "trace"],
  ['"0af76519-16cd-43dd-9448-eb211c80319c" "api"', "trace"],
  ["0af7651916cd43dd", null],
  ["", null],
])("%j names the %s", (text, expected) => expect(namedIn(text, moment)).toBe(expected));

it("names nothing by ids that aren't there", () => {
  expect(namedIn("anything", { ...moment, spanId: "", traceId: "", requestId: "" })).toBeNull();
});

it("asks exactly around the span, from it on, and never before 1970", () => {
  expect(aroundMoment(moment, 5)).toEqual({ start: "1799999995.000000005", end: "1800000005.001000005" });
  expect(fromMoment(moment, 5)).toEqual({ start: "1800000000.000000005", end: "1800000005.001000005" });
  expect(aroundMoment({ ...moment, startNs: 7n, endNs: 8n }, 5)).toEqual({ start: "0.000000000", end: "5.000000008" });
});
