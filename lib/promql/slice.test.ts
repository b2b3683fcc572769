import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Matrix } from "./result.ts";
import { vectorAt } from "./slice.ts";

const at = (value: number): UnixSeconds => unixSeconds(value);
const matrix = (series: Matrix["series"]): Matrix => ({ series, warnings: ["w"], infos: ["i"] });

describe("one instant of a range", () => {
  it("holds the series that had a sample then, with the answer's warnings", () => {
    const range = matrix([
      { labels: { a: "1" }, times: [at(10), at(20), at(30)], values: [1, 2, 3] },
      { labels: { a: "2" }, times: [at(10), at(30)], values: [7, Number.NaN] },
    ]);
    expect(vectorAt(range, at(20))).toEqual({
      at: 20,
      samples: [{ labels: { a: "1" }, value: 2 }],
      warnings: ["w"],
      infos: ["i"],
    });
    expect(vectorAt(range, at(30)).samples.map(({ value }) => value)).toEqual([3, Number.NaN]);
    expect(vectorAt(range, at(25)).samples).toEqual([]);
  });

  it("keeps native histograms for what they are", () => {
    const histogram = { count: 3, sum: 1.5 };
    const range = matrix([{ labels: {}, times: [], values: [], histograms: [{ at: at(10), histogram }] }]);
    expect(vectorAt(range, at(10)).samples).toEqual([{ labels: {}, value: Number.NaN, histogram }]);
  });

  it("finds every sample of every series at its own instant, and nothing else", () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer()), {
      selector: ([time]) => time,
    });
    fc.assert(
      fc.property(fc.array(points, { maxLength: 6 }), (all) => {
        const series = all.map((list, id) => {
          const sorted = [...list].sort(([a], [b]) => a - b);
          return {
            labels: { id: String(id) },
            times: sorted.map(([time]) => at(time)),
            values: sorted.map(([, value]) => value),
          };
        });
        for (let time = 0; time <= 60; time++) {
          const expected = all.flatMap((list, id) => {
            const found = list.find(([when]) => when === time);
            return found === undefined ? [] : [{ labels: { id: String(id) }, value: found[1] }];
          });
          expect(vectorAt(matrix(series), at(time)).samples).toEqual(expected);
        }
      }),
    );
  });
});
