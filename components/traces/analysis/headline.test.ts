import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { headlineOf, turnOf } from "./headline.ts";
import { analysis, coincidence, contributor, estimate } from "./result.test-support.ts";
import { coincidencePieces, lagText, plain, rangeText, signedMs } from "./words.ts";

const say = (instant: string) => instant.slice(11, 16);
const headline = (more: Partial<AnalysisResult>) => plain(headlineOf(analysis(more), say));
const rose = contributor(170, 20, {
  ...{ since: "2026-08-20T14:05:00Z", newVersions: ["v7"] },
  coincidences: [coincidence(), coincidence({ kind: "restart" }), coincidence({ kind: "policy" })],
});
const { sample } = analysis();
const own = contributor(170, null, { kind: "self", target: null });

describe("the headline", () => {
  test.each<[string, Partial<AnalysisResult>, string]>([
    [
      "a rise with where, since when, and what coincides",
      { contributors: [rose] },
      "checkout.shop’s p95 rose 180 ms: 150 ms of it in inventory.shop → postgres, since 14:05; coincides with deployment inventory v7 and a restart of inventory",
    ],
    [
      "a rise that nothing coincides with",
      {},
      "checkout.shop’s p95 rose 180 ms: 150 ms of it in inventory.shop → postgres, since 14:05",
    ],
    [
      "a rise without a contributor that is sure to have risen",
      { contributors: [contributor(30, 30)], since: null },
      "checkout.shop’s p95 rose 180 ms",
    ],
    [
      "a rise of the mean, where p95 leaves it open",
      { change: { mean: estimate(90, 80, 100), p95: estimate(180, -5, 400) } },
      "checkout.shop’s mean rose 90 ms: 75 ms of it in inventory.shop → postgres, since 14:05",
    ],
    [
      "a fall",
      { change: { mean: estimate(-9, -10, -8), p95: estimate(-40, -50, -30) }, contributors: [contributor(20, 55)] },
      "checkout.shop’s p95 fell 40 ms: 35 ms of it in inventory.shop → postgres",
    ],
    [
      "no change",
      { change: { mean: estimate(1, -5, 7), p95: estimate(4, -20, 30) } },
      "checkout.shop’s p95 is 310 ms, and no more different from before than the samples leave open (−20 ms to +30 ms)",
    ],
    [
      "no bound, and so no change",
      { change: { mean: estimate(1, null, null), p95: estimate(400, null, null) } },
      "checkout.shop’s p95 is 310 ms, and no more different from before than the samples leave open",
    ],
    [
      "nothing to compare with",
      { change: null, baseline: null, since: null, contributors: [own] },
      "checkout.shop’s p95 is 310 ms: 170 ms of it in inventory.shop query",
    ],
    [
      "too few traces for p95",
      { change: null, baseline: null, since: null, contributors: [own], sample: { ...sample, traces: 9, p95: null } },
      "checkout.shop’s mean is 160 ms: 85 ms of it in inventory.shop query",
    ],
    [
      "no trace",
      { sample: { ...sample, traces: 0 }, operation: "POST /", target: "db" },
      "No trace of checkout.shop POST / → db in this time",
    ],
  ])("says %s", (_, more, text) => {
    expect(headline(more)).toBe(text);
  });

  test("never counts a sequence's time twice, nor calls a change what may be none", () => {
    const sequential = contributor(900, 0, { kind: "sequential", target: null });
    expect(headline({ contributors: [sequential, rose] })).toContain("150 ms of it in inventory.shop → postgres");
    expect([estimate(5, 1, 9), estimate(5, -1, 9), estimate(-5, -9, -1), estimate(5, null, null)].map(turnOf)).toEqual([
      "rose",
      null,
      "fell",
      null,
    ]);
    expect([turnOf(null), turnOf(undefined)]).toEqual([null, null]);
  });

  test("keeps hostile names apart from its own words", () => {
    const hostile = "\u202e<b>rose 9 h";
    const pieces = headlineOf(analysis({ service: hostile }), say);
    expect(pieces[0]).toEqual({ name: hostile });
    expect(pieces.filter((piece) => typeof piece === "string").join("")).not.toContain("9 h");
  });
});

test.each<[Parameters<typeof coincidence>[0], string]>([
  [{}, "deployment inventory v7"],
  [{ object: { ...coincidence().object, name: "postgres" } }, "deployment postgres"],
  [{ kind: "restart" }, "a restart of inventory"],
  [
    { kind: "policy", object: { ...coincidence().object, kind: "DestinationRule" }, concerns: "policy" },
    "a change of DestinationRule shop/inventory",
  ],
  [
    { kind: "change", object: { ...coincidence().object, kind: "MeshPolicy", namespace: null }, concerns: "namespace" },
    "the deletion of MeshPolicy inventory",
  ],
])("a change %j is said as %s", (more, text) => {
  expect(plain(coincidencePieces(coincidence(more), { service: "inventory.shop", newVersions: ["v7"] }))).toBe(text);
});

test("intervals say which side is open, and how far from a rise a change was", () => {
  expect(
    [estimate(5, 4, 6), estimate(5, 4, null), estimate(5, null, 6), estimate(5, null, null)].map((each) =>
      rangeText(each),
    ),
  ).toEqual(["4 ms to 6 ms", "at least 4 ms", "at most 6 ms", null]);
  expect([signedMs(0), signedMs(5), signedMs(-5)]).toEqual(["±0", "+5 ms", "−5 ms"]);
  const at = "2026-08-20T14:05:00Z";
  expect([
    lagText("2026-08-20T14:03:00Z", at),
    lagText("2026-08-20T14:05:20Z", at),
    lagText(at, at),
    lagText(at, null),
  ]).toEqual([
    "2 min before the rise was first seen",
    "20 s after the rise was first seen",
    "at the same second",
    null,
  ]);
});
