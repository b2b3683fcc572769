import fc from "fast-check";
import { expect, test } from "vitest";
import { coinciding, type Stretch, stretchOf } from "./coincidences.ts";

const WINDOW = { start: 10_000, end: 13_600, slices: 10 };

test.each<[string, { since: number | null; rose: boolean }, { end: number } | null, Stretch | null]>([
  [
    "a rise within the window, to a slice, with the time a rollout takes",
    { since: 12_000, rose: false },
    null,
    { from: 11_040, to: 12_360, since: 12_000 },
  ],
  [
    "the same beside a baseline",
    { since: 12_000, rose: true },
    { end: 9000 },
    { from: 11_040, to: 12_360, since: 12_000 },
  ],
  [
    "a rise over the baseline, between the two",
    { since: null, rose: true },
    { end: 9000 },
    { from: 8400, to: 10_360, since: null },
  ],
  [
    "over one that ends where the window begins",
    { since: null, rose: true },
    { end: 10_000 },
    { from: 9400, to: 10_360, since: null },
  ],
  ["none", { since: null, rose: false }, { end: 9000 }, null],
  ["one without a baseline", { since: null, rose: true }, null, null],
  ["one over a baseline of last week", { since: null, rose: true }, { end: 10_000 - 604_800 }, null],
  ["one over a baseline that comes later", { since: null, rose: true }, { end: 11_000 }, null],
])("%s", (_, rise, baseline, stretch) => {
  expect(stretchOf(rise, WINDOW, baseline)).toEqual(stretch);
});

test("changes come nearest first, or latest first where no instant is known", () => {
  const changes = [10, 40, 55, 70, 200].map((at) => ({ at }));
  const at = (stretch: Stretch) => coinciding(changes, stretch).map((each) => each.at);
  expect(at({ from: 20, to: 100, since: 50 })).toEqual([55, 40, 70]);
  expect(at({ from: 20, to: 100, since: null })).toEqual([70, 55, 40]);
});

test("nothing outside is told, and nothing inside is lost", () => {
  const instants = fc.array(fc.nat(1000).map((at) => ({ at })));
  fc.assert(
    fc.property(instants, fc.nat(1000), fc.nat(1000), fc.option(fc.nat(1000)), (changes, from, length, since) => {
      const stretch = { from, to: from + length, since };
      const found = coinciding(changes, stretch);
      expect(found.every(({ at }) => at >= from && at <= from + length)).toBe(true);
      expect(found.length).toBe(changes.filter(({ at }) => at >= from && at <= from + length).length);
    }),
  );
});
