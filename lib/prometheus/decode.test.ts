import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MeshscopeError } from "#lib/errors.ts";
import { unixSeconds } from "#lib/units.ts";
import { decodeMatrix, decodeNames, decodeVector, envelope, type Success } from "./decode.ts";

const at = unixSeconds(1);
const success = (data: unknown): Success => ({ data, warnings: [], infos: [] });
const vector = (result: unknown): Success => success({ resultType: "vector", result });

describe("values", () => {
  test.each<[unknown, number | undefined]>([
    ["1", 1],
    ["-0.5", -0.5],
    ["1e-7", 1e-7],
    ["1.7976931348623157e+308", Number.MAX_VALUE],
    ["NaN", Number.NaN],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-Inf", Number.NEGATIVE_INFINITY],
    ["", undefined],
    [" ", undefined],
    ["Infinity", undefined],
    ["1x", undefined],
    [1, undefined],
    [null, undefined],
  ])("%j is %s", (text, value) => {
    const { samples, warnings } = decodeVector(vector([{ metric: {}, value: [1, text] }]), at, "p");
    expect(samples).toEqual(value === undefined ? [] : [{ labels: {}, value }]);
    expect(warnings).toHaveLength(value === undefined ? 1 : 0);
  });
});

test("odd series are left out and counted, the rest is kept", () => {
  const odd = [
    null,
    7,
    [],
    {},
    { metric: { a: 1 }, value: [1, "1"] },
    { metric: null, value: [1, "1"] },
    { metric: {} },
  ];
  const { samples, warnings } = decodeVector(vector([...odd, { metric: { a: "b" }, value: [1, "3"] }]), at, "p");
  expect(samples).toEqual([{ labels: { a: "b" }, value: 3 }]);
  expect(warnings).toEqual(["7 series of the answer could not be read and are left out."]);
});

test("series out of order or with a broken point are left out as a whole", () => {
  const rows = [
    {
      metric: { a: "1" },
      values: [
        [2, "1"],
        [1, "1"],
      ],
    },
    { metric: { a: "2" }, values: [[1, "1"], [2]] },
    {
      metric: { a: "3" },
      values: [
        [1, "1"],
        [2, "2"],
      ],
    },
  ];
  const { series, warnings } = decodeMatrix(success({ resultType: "matrix", result: rows }), "p");
  expect(series).toEqual([{ labels: { a: "3" }, times: [1, 2], values: [1, 2] }]);
  expect(warnings).toHaveLength(1);
});

test("native histograms are recognisable", () => {
  const histogram = { count: "3", sum: "4.5", buckets: [[0, "1", "2", "3"]] };
  const one = decodeVector(vector([{ metric: { a: "b" }, histogram: [1, histogram] }]), at, "p");
  expect(one.samples).toEqual([{ labels: { a: "b" }, value: Number.NaN, histogram: { count: 3, sum: 4.5 } }]);
  const rows = [{ metric: {}, values: [[1, "1"]], histograms: [[2, histogram]] }];
  const many = decodeMatrix(success({ resultType: "matrix", result: rows }), "p");
  expect(many.series).toEqual([
    { labels: {}, times: [1], values: [1], histograms: [{ at: 2, histogram: { count: 3, sum: 4.5 } }] },
  ]);
});

test("warnings are kept, texts alone, and a partial answer has one", () => {
  const data = { resultType: "vector", result: [] };
  expect(envelope({ status: "success", data, warnings: ["w", 1], infos: "i" })).toEqual({
    data,
    warnings: ["w"],
    infos: [],
  });
  expect(envelope({ status: "success", data, isPartial: true })).toMatchObject({
    warnings: [expect.stringContaining("partial")],
  });
});

test("a scalar is one sample, null an empty list", () => {
  expect(decodeVector(success({ resultType: "scalar", result: [1, "5"] }), at, "p").samples).toEqual([
    { labels: {}, value: 5 },
  ]);
  expect(decodeVector(vector(null), at, "p").samples).toEqual([]);
  expect(decodeMatrix(success({ resultType: "matrix", result: null }), "p").series).toEqual([]);
  expect(decodeNames(success(null), "p")).toEqual([]);
});

test("a label called __proto__ harms nobody", () => {
  const json: unknown = JSON.parse(
    '[{"metric":{"__proto__":"x","a":"b"},"value":[1,"1"]},{"metric":{"__proto__":{"c":"d"}},"value":[1,"1"]}]',
  );
  const { samples } = decodeVector(vector(json), at, "p");
  expect(samples).toEqual([{ labels: { a: "b" }, value: 1 }]);
  expect(Object.keys(samples[0]?.labels ?? {})).toEqual(["a"]);
  expect(({} as Record<string, unknown>).c).toBeUndefined();
});

test("whatever JSON comes, it is decoded or refused by a code", () => {
  const piece = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { metric: fc.jsonValue(), value: fc.jsonValue(), values: fc.jsonValue(), histogram: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  );
  const data = fc.oneof(
    fc.jsonValue(),
    fc.record({
      resultType: fc.constantFrom("vector", "matrix", "scalar", "string"),
      result: fc.oneof(fc.array(piece), fc.jsonValue()),
    }),
  );
  const answer = fc.record(
    {
      status: fc.constantFrom("success", "error"),
      data,
      error: fc.jsonValue(),
      warnings: fc.jsonValue(),
      infos: fc.jsonValue(),
    },
    { requiredKeys: ["status"] },
  );
  fc.assert(
    fc.property(fc.oneof(answer, fc.jsonValue()), (json) => {
      const read = envelope(json);
      if (!read || "error" in read) return;
      for (const decode of [
        decodeVector.bind(null, read, at),
        decodeMatrix.bind(null, read),
        decodeNames.bind(null, read),
      ]) {
        try {
          decode("p");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(MeshscopeError);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("valid answers come back whole", () => {
  const value = fc.double();
  const written = (n: number): string =>
    n === Number.POSITIVE_INFINITY
      ? "+Inf"
      : n === Number.NEGATIVE_INFINITY
        ? "-Inf"
        : Object.is(n, -0)
          ? "-0"
          : String(n);
  const labels = fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), fc.string({ unit: "binary" }), {
    noNullPrototype: true,
  });
  const rows = fc.array(fc.record({ labels, value }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, (wanted) => {
      const result = wanted.map((row) => ({ metric: row.labels, value: [1, written(row.value)] }));
      const text = JSON.stringify({ status: "success", data: { resultType: "vector", result } });
      const read = envelope(JSON.parse(text));
      expect(read && "data" in read && decodeVector(read, at, "p").samples).toEqual(
        wanted.map((row) => ({ labels: row.labels, value: row.value })),
      );
    }),
  );
});
