import fc from "fast-check";
import { expect, test } from "vitest";
import { contributor, estimate } from "./result.test-support.ts";
import { rowsOf } from "./rows.ts";

const named = (service: string, now: number, before: number | null, mean: number) => {
  const each = contributor(now, before, { service });
  return {
    ...each,
    now: { ...each.now, mean: estimate(mean) },
    change: each.change && { ...each.change, mean: estimate(-mean) },
  };
};

test("rows are ranked by change where there is one, else by share, of p95 or of the mean", () => {
  const compared = [named("a", 100, 90, 50), named("b", 60, 5, 1), named("c", 5, 45, 9)];
  expect(rowsOf({ contributors: compared }, "p95").map(({ each }) => each.service)).toEqual(["b", "c", "a"]);
  expect(rowsOf({ contributors: compared }, "mean").map(({ each }) => each.service)).toEqual(["a", "c", "b"]);
  const alone = [named("a", 5, null, 50), named("b", 60, null, 1)];
  expect(rowsOf({ contributors: alone }, "p95").map(({ each, now, before }) => [each.service, now, before])).toEqual([
    ["b", 1, null],
    ["a", 5 / 60, null],
  ]);
});

test("too few traces for p95 are ranked by the mean", () => {
  const few = [named("a", 5, null, 50), named("b", 60, null, 1)].map((each) => ({
    ...each,
    now: { ...each.now, p95: null },
  }));
  expect(rowsOf({ contributors: few }, "p95").map(({ each, now }) => [each.service, now])).toEqual([
    ["a", 1],
    ["b", 1 / 50],
  ]);
});

test("no row is lost, and no bar longer than the longest", () => {
  const size = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), size, fc.option(size), size)), (all) => {
      const rows = rowsOf({ contributors: all.map((each) => named(...each)) }, "p95");
      expect(rows.length).toBe(all.length);
      for (const { now, before } of rows) expect(now >= 0 && now <= 1 && (before ?? 0) <= 1).toBe(true);
    }),
  );
});
