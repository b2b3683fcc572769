import { expect, test } from "vitest";
import { isOneOf } from "./theme-change.ts";

const FONT = 'inter, "inter Fallback", "Helvetica Neue", Arial, sans-serif';

test.each([
  ["the first", ["inter"], true],
  ["quoted, and in capitals", ['"Inter"'], true],
  ["its fallback", ["inter Fallback"], true],
  ["another text's", ["jetbrains"], false],
  ["one of which it is a part", ["inter tight"], false],
  ["one of several", ["jetbrains", "Inter"], true],
  ["none", [], false],
])("a typeface that arrives is the canvas's: %s", (_, families, wanted) => {
  expect(
    isOneOf(
      FONT,
      families.map((family) => ({ family })),
    ),
  ).toBe(wanted);
});
