import { describe, expect, test } from "vitest";
import { isNumbered, keyProblem, scalarProblem } from "./scalars.ts";

/** As Go's encoding/json reads them into these types, texts less their quotes where the type is a number. */
const cases: readonly (readonly [type: string, taken: readonly unknown[], refused: readonly unknown[]])[] = [
  ["bool", [true, false], ["true", 1, "", {}]],
  ["string", ["", "a"], [1, true, [], {}]],
  [
    "int32",
    [0, -1, 2 ** 31 - 1, -(2 ** 31), "5", " -5 ", "-0", "null"],
    [2 ** 31, -(2 ** 31) - 1, 1.5, "", "1.0", "+1", "5\n", "\t5", "5\r", "5\u00a0", "\u20285", "null\n"],
  ],
  ["uint32", [0, 2 ** 32 - 1, "4294967295"], [-1, 2 ** 32, "-0", "-1", "01", "1e3", "0x1", true, [], {}]],
  [
    "int64",
    ["9223372036854775807", "-9223372036854775808", 2 ** 53],
    [2 ** 63, -(2 ** 63), 1e300, "9223372036854775808", "1".repeat(99)],
  ],
  ["uint64", ["18446744073709551615", 2 ** 63], ["18446744073709551616", 2 ** 64, -1, "a"]],
  [
    "float",
    [1.5, "1.5", "NaN", "Infinity", "-Infinity", "1e3", 3.4e38],
    [3.5e38, "inf", "", ".5", "1.", true, "1.5\n", "1.5\u00a0"],
  ],
  ["double", [1e308, "1e308", "null", -0], ["1e400", "x", [], {}]],
  ["bytes", ["", "AAAA", "AA==", "AAA=", "AA\r\n==", [0, 255, null]], ["A", "AA=", "AA-_", 7, [256], ["a"], {}]],
  ["google.protobuf.UInt32Value", [5, "5"], [-1, {}, { value: 5 }]],
  [
    "google.protobuf.Duration",
    ["1s", "-1.5h", "0", "1h30m", ".5s", "1µs"],
    [1, "", "1", "1d", "1 s", "9999999999999s"],
  ],
  ["google.protobuf.Timestamp", ["2026-01-31T12:00:00Z"], [0, "", "yesterday"]],
];

describe("values that hold no others", () => {
  test.each(cases)("%s", (type, taken, refused) => {
    expect(taken.filter((value) => scalarProblem(type, value) !== null)).toEqual([]);
    expect(refused.filter((value) => scalarProblem(type, value) === null)).toEqual([]);
  });

  test("of a type that is none of these nothing is said", () => {
    expect(scalarProblem("envoy.config.cluster.v3.Cluster", 7)).toBeNull();
  });

  test("an enumeration takes any number of its size", () => {
    expect([0, 7, -1, "0", 1.5, 2 ** 31, null].map(isNumbered)).toEqual([true, true, true, false, false, false, false]);
  });

  test("keys of maps are texts of their types", () => {
    expect(keyProblem("string", "")).toBeNull();
    expect(["1", "-1", "a", ""].map((key) => keyProblem("int64", key) === null)).toEqual([true, true, false, false]);
    expect(["true", "1"].map((key) => keyProblem("bool", key) === null)).toEqual([true, false]);
    expect([" 1\n", "\t1\r", '"1"', "1\u00a0", '"1', '""'].map((key) => keyProblem("int64", key) === null)).toEqual([
      ...[true, true, true, false, false, false],
    ]);
    expect(["\ttrue\n", "true\u00a0", '"true"'].map((key) => keyProblem("bool", key) === null)).toEqual([
      ...[true, false, false],
    ]);
    expect(keyProblem("int64", `${" ".repeat(1_000_000)}a`)).not.toBeNull();
  });
});
