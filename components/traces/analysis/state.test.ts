import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTraceAnalysisQuery } from "#lib/api/traces-query.ts";
import { problemOf } from "#lib/errors.ts";
import { LOOKBACKS, type Lookback } from "../search/state.ts";
import {
  type AnalysisAsked,
  analysisHref,
  apiParams,
  around,
  BASELINES,
  type Baseline,
  MEASURES,
  NO_ANALYSIS,
  patchAnalysis,
  problemsOf,
  questionOf,
  readAnalysis,
  SAMPLES,
} from "./state.ts";

const NOW = 1_763_000_000;
const read = (text: string) => readAnalysis(new URLSearchParams(text));
const asked = (more: Partial<AnalysisAsked>): AnalysisAsked => ({ ...NO_ANALYSIS, service: "web.shop", ...more });

describe("the address of an analysis", () => {
  test("is short where all is as usual, and keeps what belongs to others", () => {
    expect(analysisHref({ service: "web.shop" })).toBe("/traces/analysis?service=web.shop");
    expect(analysisHref({})).toBe("/traces/analysis");
    expect(patchAnalysis(new URLSearchParams("clusters=west&sample=500"), { sample: 200, by: "mean" }).toString()).toBe(
      "clusters=west&by=mean",
    );
  });

  test.each<[string, Partial<AnalysisAsked>]>([
    ["sample=7", {}],
    ["sample=1e3", { sample: 1000 }],
    ["baseline=month&by=p50", {}],
    ["baseline=week&by=mean", { baseline: "week", by: "mean" }],
    ["baselineStart=1", {}],
    ["baselineStart=1&baselineEnd=2", { against: { start: "1", end: "2" } }],
    ["baseline=constructor", {}],
  ])("%s is read as far as it is one", (text, more) => {
    expect(read(text)).toEqual({ ...NO_ANALYSIS, ...more });
  });

  test("brings back whatever was asked", () => {
    const name = fc.string({ maxLength: 20 }).map((text) => text.trim());
    const instant = fc.integer({ min: 0, max: 4e9 }).map(String);
    const question = fc.record({
      backends: fc.uniqueArray(fc.constantFrom("jaeger", "zipkin", "tempo"), { maxLength: 3 }).map((all) => all.sort()),
      ...{ service: name, operation: name, target: name },
      lookback: fc.constantFrom(...(Object.keys(LOOKBACKS) as Lookback[])),
      end: fc.option(instant),
      start: fc.constant(null),
      baseline: fc.constantFrom(...(Object.keys(BASELINES) as Baseline[])),
      against: fc.constant(null),
      sample: fc.constantFrom(...SAMPLES),
      by: fc.constantFrom(...MEASURES),
    });
    const own = fc.record({ start: instant, against: fc.record({ start: instant, end: instant }) });
    fc.assert(
      fc.property(question, fc.option(own), (each, times) => {
        // Where instants are chosen, what they stand in for is of no account.
        const whole =
          times === null ? each : { ...each, ...times, lookback: "1h" as const, baseline: "before" as const };
        expect(readAnalysis(patchAnalysis(new URLSearchParams(), whole))).toEqual(whole);
      }),
    );
  });
});

describe("what is asked of the server", () => {
  test.each<[string, Partial<AnalysisAsked>, Record<string, string | undefined>]>([
    [
      "the last hour beside the one before",
      {},
      { start: `${NOW - 3600}`, end: `${NOW}`, baselineStart: `${NOW - 7200}`, baselineEnd: `${NOW - 3600}` },
    ],
    [
      "the same time yesterday",
      { baseline: "day", lookback: "5m" },
      { baselineStart: `${NOW - 300 - 86_400}`, baselineEnd: `${NOW - 86_400}` },
    ],
    ["nothing to compare with", { baseline: "none" }, { baselineStart: undefined, baselineEnd: undefined }],
    [
      "a chosen time, and another to compare with",
      { start: `${NOW - 500}`, end: `${NOW - 100}`, against: { start: "5", end: "9" } },
      { start: `${NOW - 500}`, end: `${NOW - 100}`, baselineStart: "5", baselineEnd: "9" },
    ],
    [
      "one call, of some backends",
      { target: "db.shop", operation: "get", backends: ["a", "b"] },
      { target: "db.shop", operation: "get", backends: "a,b", sample: "200" },
    ],
  ])("%s", (_, more, expected) => {
    const params = apiParams(asked(more), NOW);
    for (const [key, value] of Object.entries(expected))
      expect([key, params.get(key) ?? undefined]).toEqual([key, value]);
    expect(parseTraceAnalysisQuery(params).service).toBe("web.shop");
  });

  test("whatever has no problem is no bad question", () => {
    const instant = fc.option(fc.integer({ min: NOW - 1e6, max: NOW }).map(String));
    const times = fc.record({ start: instant, end: instant, service: fc.string({ maxLength: 9 }) });
    fc.assert(
      fc.property(times, (more) => {
        const each = asked(more);
        fc.pre(Object.keys(problemsOf(each, NOW)).length === 0);
        const refused = (() => {
          try {
            parseTraceAnalysisQuery(apiParams(each, NOW));
            return null;
          } catch (thrown) {
            return problemOf(thrown).detail;
          }
        })();
        expect(refused).toBeNull();
      }),
    );
  });

  test("how it is ranked is no other question", () => {
    expect(questionOf(asked({ by: "mean" }))).toEqual(questionOf(asked({ by: "p95" })));
  });
});

test.each<[Partial<AnalysisAsked>, string[]]>([
  [{}, []],
  [{ service: " " }, ["service"]],
  [{ start: "soon" }, ["time"]],
  [{ start: `${NOW}`, end: `${NOW - 5}` }, ["time"]],
  [{ against: { start: "x", end: "5" } }, ["baseline"]],
  [{ against: { start: "9", end: "5" } }, ["baseline"]],
])("%j has these problems: %j", (more, fields) => {
  expect(Object.keys(problemsOf(asked(more), NOW))).toEqual(fields);
});

test("a trace's own time is half an hour to either side, or the last hour while that isn't over", () => {
  const at = new Date((NOW - 7200) * 1000).toISOString();
  expect(around(at, NOW)).toMatchObject({
    start: new Date((NOW - 9000) * 1000).toISOString(),
    end: new Date((NOW - 5400) * 1000).toISOString(),
  });
  for (const late of [new Date((NOW - 60) * 1000).toISOString(), "no instant"])
    expect(around(late, NOW)).toEqual({ start: null, end: null, lookback: "1h" });
});
