import fc from "fast-check";
import { expect, test } from "vitest";
import { moveWeight, onlyTo, percentsOf, sharesOf, stepWeight, type WeightRule, writtenWeights } from "./weights.ts";

const of = (...weights: (number | null)[]) => weights.map((weight, index) => ({ version: `v${index}`, weight }));

test.each<[WeightRule, (number | null)[], number[]]>([
  ["istio", [null], [100]],
  ["istio", [0], [100]],
  ["istio", [90, null], [100, 0]],
  ["istio", [1, 1, 1], [34, 33, 33]],
  ["istio", [9, 1], [90, 10]],
  ["istio", [0, 0], [0, 0]],
  ["gateway-api", [null, null], [50, 50]],
  ["gateway-api", [null, 3], [25, 75]],
  ["gateway-api", [0], [0]],
])("%s %j is %j percent", (rule, weights, percents) => expect(percentsOf(of(...weights), rule)).toEqual(percents));

test("shares are exact, and nothing is no share", () => {
  expect(sharesOf(of(1, 2), "istio")).toEqual([1 / 3, 2 / 3]);
  expect(sharesOf(of(0, 0), "istio")).toEqual([0, 0]);
});

test.each<[string, readonly number[], readonly number[]]>([
  ["the others share in proportion", moveWeight([60, 30, 10], 2, 40), [40, 20, 40]],
  ["where they have nothing, the stable one", moveWeight([0, 100, 0], 1, 90, 2), [0, 90, 10]],
  ["or the first other", moveWeight([100, 0, 0], 0, 70), [70, 30, 0]],
  ["steps stop at the ends", stepWeight([95, 5], 0, 10), [100, 0]],
  ["blue-green", onlyTo([100, 0], 1), [0, 100]],
  ["alone it has everything", moveWeight([100], 0, 20), [100]],
  ["from nothing at all", moveWeight([0, 0], 1, 30), [70, 30]],
])("%s", (_, found, expected) => expect(found).toEqual(expected));

/** Weights as an API server would keep them: 1 to 8, natural numbers or absent. */
const weights = fc
  .array(fc.option(fc.nat({ max: 1_000_000 })), { minLength: 1, maxLength: 8 })
  .map((list) => of(...list));
const rule = fc.constantFrom<WeightRule>("istio", "gateway-api");

test("whatever is moved, percents are integers from 0 to 100 that sum to 100", () => {
  const moves = fc.array(fc.tuple(fc.nat({ max: 7 }), fc.integer({ min: -50, max: 150 })), { minLength: 1 });
  fc.assert(
    fc.property(weights, rule, moves, (list, by, steps) => {
      let percents = percentsOf(list, by);
      for (const [moved, percent] of steps) percents = moveWeight(percents, moved % list.length, percent);
      expect(percents.reduce((a, b) => a + b, 0)).toBe(100);
      expect(percents.every((value) => Number.isInteger(value) && value >= 0 && value <= 100)).toBe(true);
    }),
  );
});

test("what isn't moved is written as it was: the same list", () => {
  fc.assert(
    fc.property(weights, rule, (list, by) => {
      const percents = percentsOf(list, by);
      expect(writtenWeights(list, percents, by)).toBe(list);
      const [first = 0] = percents;
      if (percents.includes(100) || first > 0) expect(moveWeight(percents, 0, first)).toBe(percents);
    }),
  );
  expect(writtenWeights(of(1, 1), [60, 40], "istio")).toEqual(of(60, 40));
});
