import { expect, test } from "vitest";
import { Familiar } from "./familiar.ts";

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `n${from + i}`);

test("the first drawing is new, and so is one that shares less than a third", () => {
  const familiar = new Familiar();
  expect(familiar.isNew(ids(9))).toBe(true);
  expect(familiar.isNew(ids(9, 1))).toBe(false);
  expect(familiar.isNew(ids(9, 100))).toBe(true);
  expect(familiar.isNew(ids(9))).toBe(true);
});

test("what was hidden for a while is still known when it comes back", () => {
  const familiar = new Familiar();
  familiar.isNew(ids(90));
  expect(familiar.isNew(ids(2))).toBe(false);
  expect(familiar.isNew([])).toBe(false);
  expect(familiar.isNew(ids(90))).toBe(false);
});

test("names that came and went are forgotten", () => {
  const familiar = new Familiar();
  familiar.isNew(ids(3));
  for (let i = 0; i < 2000; i++) familiar.isNew([...ids(2), `job${i}`]);
  expect(familiar.isNew(ids(5, 2))).toBe(true);
});
