import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatAge,
  formatBytesRate,
  formatCount,
  formatErrors,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlural,
  formatRate,
  formatShare,
  isolated,
} from "./format.ts";
import { bytesPerSecond, milliseconds, perSecond, ratio, seconds } from "./units.ts";

describe("formatRate", () => {
  test.each([
    [0, "0 req/s"],
    [0.000_000_4, "<0.000001 req/s"],
    [0.0042, "0.0042 req/s"],
    [0.0421, "0.042 req/s"],
    [0.0999, "0.1 req/s"],
    [0.1, "0.1 req/s"],
    [0.416, "0.42 req/s"],
    [0.999, "1 req/s"],
    [8.14, "8.1 req/s"],
    [12.44, "12.4 req/s"],
    [60.02, "60 req/s"],
    [99.96, "100 req/s"],
    [1320.4, "1,320 req/s"],
    [99_999, "99,999 req/s"],
    [131_600, "132k req/s"],
    [1_316_000, "1,316k req/s"],
  ])("%d → %s", (rate, text) => expect(formatRate(perSecond(rate))).toBe(text));

  test("another unit, and nothing known", () => {
    expect(formatRate(perSecond(3), "conn/s")).toBe("3 conn/s");
    expect(formatRate(null)).toBe("no data");
    expect(formatRate(perSecond(Number.NaN))).toBe("no data");
  });
});

describe("formatMs", () => {
  test.each([
    [0, "0 ms"],
    [0.042, "0.042 ms"],
    [0.42, "0.42 ms"],
    [8.24, "8.2 ms"],
    [38.4, "38 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1240, "1.24 s"],
    [12_340, "12.3 s"],
    [119_000, "119 s"],
    [125_000, "2 min 5 s"],
  ])("%d → %s", (ms, text) => expect(formatMs(milliseconds(ms))).toBe(text));
});

test.each([
  [0, "0 B/s"],
  [640, "640 B/s"],
  [999.6, "1 kB/s"],
  [1_234_000, "1.2 MB/s"],
  [3.2e12, "3.2 TB/s"],
  [4e15, "4,000 TB/s"],
])("bytes: %d → %s", (rate, text) => expect(formatBytesRate(bytesPerSecond(rate))).toBe(text));

test.each([
  [0, "0 %"],
  [0.000_05, "<0.01 %"],
  [0.0042, "0.42 %"],
  [0.0421, "4.21 %"],
  [0.1234, "12.3 %"],
  [0.9994, "99.9 %"],
  [0.999_96, ">99.9 %"],
  [1, "100 %"],
])("percent: %d → %s", (share, text) => expect(formatPercent(ratio(share))).toBe(text));

test.each([
  [3, 5, "3 of 5 failed"],
  [0, 12, "0 of 12 failed"],
  [0.2, 12.4, "1 of 12 failed"],
  [29, 29.9, "29 of 30 failed"],
  [0.3, 0.3, "1 of 1 failed"],
  [3, 30, "10 %"],
  [0, 0, "no requests"],
])("share: %d of %d → %s", (failed, requests, text) => expect(formatShare(failed, requests)).toBe(text));

test("errors from rates", () => {
  expect(formatErrors({ rate: 10, errorRate: 0.5, requests: 600 })).toBe("5 %");
  expect(formatErrors({ rate: 0.1, errorRate: 0.05, requests: 6 })).toBe("3 of 6 failed");
  expect(formatErrors({ rate: 0, errorRate: 0, requests: 0 })).toBe("no requests");
  expect(formatErrors({ rate: null, errorRate: null, requests: null })).toBe("no data");
});

test.each([
  [-3, "0 s"],
  [2.9, "2 s"],
  [60, "1 min"],
  [190, "3 min 10 s"],
  [4800, "1 h 20 min"],
  [7200, "2 h"],
  [172_800, "2 d"],
  [180_000, "2 d 2 h"],
])("age: %d → %s", (age, text) => expect(formatAge(seconds(age))).toBe(text));

test("counts and plurals", () => {
  expect(formatCount(2340)).toBe("2,340");
  expect(formatCount(null)).toBe("no data");
  expect(formatPlural(1, "workload")).toBe("1 workload");
  expect(formatPlural(7, "workload")).toBe("7 workloads");
});

test("a positive number never reads as zero, and text stays within 1 % (5 % below 0.1)", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.000_001, max: 1e12, noNaN: true }), (value) => {
      const read = Number(formatNumber(value).replaceAll(",", ""));
      expect(read).toBeGreaterThan(0);
      expect(Math.abs(read - value) / value).toBeLessThan(0.051);
    }),
  );
});

describe("a name in a text", () => {
  test.each([
    ["cart-v1", "cart-v1"],
    ["ünïcode-日本", "ünïcode-日本"],
    ["\u05e9\u05d9\u05e8\u05d5\u05ea", "\u2068\u05e9\u05d9\u05e8\u05d5\u05ea\u2069"],
    ["\u202eabc", "\u2068abc\u2069"],
    ["a\u2069b\u2068", "\u2068ab\u2069"],
    ["", ""],
  ])("%j turns nothing beside it", (name, said) => {
    expect(isolated(name)).toBe(said);
  });
});
