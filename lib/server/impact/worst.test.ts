import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImpactItem, VERDICTS } from "#lib/policy/impact.ts";
import { worstOf } from "./worst.ts";

const item = (verdict: ImpactItem["verdict"], max: number, name: string): ImpactItem => ({
  ...{ verdict, max, certainty: "certain", min: max, rate: max, seen: "hour", protocol: "http", rule: null, why: "" },
  ...{ source: `c/shop/workload/${name}`, target: "c/shop/workload/api", blindSpots: [], closeWith: [], evidence: [] },
});
const many = (verdict: ImpactItem["verdict"], count: number, max = 1) =>
  Array.from({ length: count }, (_, i) => item(verdict, max, `${verdict}-${i}`));

describe("the worst of very many items", () => {
  it("are chosen of all changes, whichever comes first, and what is left is told of each", () => {
    const [weights, deny] = [many("rerouted", 400), many("denied", 40)];
    const { items, left } = worstOf([weights, deny]);
    expect(items).toEqual([weights.filter((each) => items[0]?.includes(each)), deny]);
    expect(items.map(({ length }) => length)).toEqual([260, 40]);
    expect(left).toEqual([140, 0]);
  });

  it("of one verdict are those of the most calls", () => {
    const { items, left } = worstOf([many("denied", 300), many("denied", 200, 2)]);
    expect(items.map(({ length }) => length)).toEqual([100, 200]);
    expect(left).toEqual([200, 0]);
  });

  it("are all where they aren't many", () => {
    const few = [many("denied", 150), [], many("rerouted", 150)];
    expect(worstOf(few)).toEqual({ items: few, left: [0, 0, 0] });
  });

  it("are never milder than what is left, and none is lost count of", () => {
    const list = fc.array(
      fc.record({ verdict: fc.constantFrom(...VERDICTS), count: fc.integer({ min: 0, max: 120 }), max: fc.nat(3) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), (lists) => {
        const given = lists.map((groups) => groups.flatMap(({ verdict, count, max }) => many(verdict, count, max)));
        const { items, left } = worstOf(given);
        expect(items.flat().length).toBe(Math.min(300, given.flat().length));
        expect(left).toEqual(given.map((own, i) => own.length - (items[i]?.length ?? 0)));
        const shown = new Set(items.flat());
        const rank = ({ verdict }: ImpactItem) => VERDICTS.indexOf(verdict);
        const out = given.flat().filter((each) => !shown.has(each));
        const least = Math.min(...out.map(rank));
        for (const each of shown) expect(rank(each)).toBeLessThanOrEqual(least);
      }),
      { numRuns: 40 },
    );
  });
});
