import { describe, expect, it } from "vitest";
import type { SamplingRate } from "#lib/api/traces.ts";
import { perSecond, ratio } from "#lib/units.ts";
import { configuredKept, expectWords, failedKeptWords, failedOf, measuredKept, whyUnknown } from "./kept.ts";

const rate = (change: Partial<SamplingRate> = {}): SamplingRate => ({
  ...{ cluster: "west", namespace: "istio-system", name: "default", where: "mesh", percent: 1, from: "telemetry" },
  ...change,
});

describe("the share of calls that leaves a trace", () => {
  it("is measured where both were counted and chance can't have made it another", () => {
    expect(measuredKept(41, 4_100)).toEqual({
      share: ratio(0.01),
      basis: "measured here: 41 of about 4,100 calls",
    });
    expect(measuredKept(120, 100)?.share).toBe(1);
  });

  it.each([
    ["too few traces", 9, 4_100],
    ["nothing counted", 41, null],
    ["next to nothing counted", 41, 2],
  ])("isn't measured by %s", (_, traces, calls) => {
    expect(measuredKept(traces, calls)).toBeNull();
  });

  it("is the mesh's where a Telemetry sets it, and who else sets another is said", () => {
    expect(configuredKept([rate()])).toEqual({
      share: ratio(0.01),
      basis: "set by Telemetry istio-system/default for traces that begin anywhere in the mesh",
    });
    const shop = rate({ namespace: "shop", where: "namespace", percent: 100 });
    expect(configuredKept([rate(), shop])?.basis).toContain("; 1 other sets another rate for a part of it");
    expect(configuredKept([rate(), { ...shop, percent: 1 }])?.basis).not.toContain("other");
  });

  it.each<[Partial<SamplingRate>, string]>([
    [{ from: "settings" }, "set by defaultConfig of ConfigMap istio-system/istio for"],
    [{ from: "settings", percent: 0 }, "switched off by ConfigMap istio-system/istio for"],
    [{ from: "istiod" }, "set by istiod’s PILOT_TRACE_SAMPLING for"],
    [
      { from: "default" },
      "Istio’s default, as nothing else is set by Telemetry, ConfigMap istio-system/istio or istiod, for",
    ],
  ])("of %j is the mesh's too, and said to be", (from, words) => {
    expect(configuredKept([rate({ name: "istio", ...from })])?.basis).toContain(words);
  });

  it("is that of the clusters in question", () => {
    const east = rate({ cluster: "east", percent: 5 });
    expect(configuredKept([rate(), east], ["east"])?.share).toBe(0.05);
    expect(configuredKept([rate(), east])).toBeNull();
  });

  it.each<[string, readonly SamplingRate[] | null]>([
    ["nobody could read them", null],
    ["no object sets any", []],
    ["one sets it for a part alone", [rate({ where: "workloads" })]],
    ["two of the mesh disagree", [rate(), rate({ name: "other", percent: 10 })]],
  ])("is unknown where %s, and never Istio's default", (_, rates) => {
    expect(configuredKept(rates)).toBeNull();
  });
});

describe("failed calls among the traces", () => {
  const kept = { share: ratio(0.01), basis: "measured here" };

  it.each([
    [0, 40.2, kept, "0 of about 40 failed calls were kept; at 1 % expect 0.4 (measured here)"],
    [1, 1_230, kept, "1 of about 1,230 failed calls were kept; at 1 % expect 12.3 (measured here)"],
    [0, 40, null, "0 of about 40 failed calls were kept"],
    [0, 0.3, kept, null],
    [0, 40, { share: ratio(0), basis: "off" }, "0 of about 40 failed calls were kept; at 0 % expect 0 (off)"],
  ])("%#", (found, failed, share, words) => {
    expect(failedKeptWords(found, failed, share)).toBe(words);
  });

  it("are held against no number where the share isn't known, and it is said why", () => {
    const unknown = [
      { cluster: "west", why: "no right" },
      { cluster: "east", why: "no ConfigMap" },
    ];
    expect(whyUnknown(unknown, ["west"])).toBe("no right");
    expect(whyUnknown(unknown)).toBe("west: no right; east: no ConfigMap");
    expect(whyUnknown(unknown, ["north"])).toBeNull();
    expect(failedKeptWords(0, 40, null, "no right")).toBe(
      "0 of about 40 failed calls were kept; which share of calls leaves a trace isn’t known (no right)",
    );
  });

  it("in the thousands are told as a round number", () => {
    expect(expectWords(123_456, kept)).toBe("at 1 % expect about 1,235 (measured here)");
    expect(expectWords(4, null)).toBeNull();
  });
});

it("failed calls are counted over all edges that count requests", () => {
  const edge = (rate: number, errorRate: number) => ({
    ...{ rate: perSecond(rate), errorRate: perSecond(errorRate), requests: rate * 60 },
    observer: "source" as const,
  });
  const tcp = { rate: null, errorRate: null, requests: null, observer: "source" as const };
  const others = { ...edge(4, 4), observer: "extension" as const };
  expect(failedOf([edge(10, 0.5), edge(0, 0), tcp, edge(2, 2), others])).toBeCloseTo(150);
  expect(failedOf([])).toBe(0);
});
