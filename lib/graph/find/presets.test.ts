import { expect, it } from "vitest";
import { parse } from "./parse.ts";
import { FIND_PRESETS, HIDE_PRESETS } from "./presets.ts";
import { print } from "./print.ts";

it.each([...FIND_PRESETS, ...HIDE_PRESETS])(
  "the preset '$title' is read, and written as it is read: $expression",
  ({ expression }) => {
    const parsed = parse(expression);
    expect(parsed.ok && parsed.expression !== null && print(parsed.expression)).toBe(expression);
  },
);

it.each([
  ["find", FIND_PRESETS],
  ["hide", HIDE_PRESETS],
])("no two presets of %s are the same", (_, presets) => {
  expect(new Set(presets.map(({ title }) => title)).size).toBe(presets.length);
  expect(new Set(presets.map(({ expression }) => expression)).size).toBe(presets.length);
});
