import { expect, it } from "vitest";
import { matching } from "./checklist.tsx";

const items = ["shop", "payments", "shop-canary", "edge"].map((value) => ({ value }));
const names = (chosen: readonly string[], text: string) => matching(items, chosen, text).map((item) => item.value);

it.each([
  ["all by name", [], "", ["edge", "payments", "shop", "shop-canary"]],
  ["chosen ones first", ["shop", "gone"], "", ["shop", "edge", "payments", "shop-canary"]],
  ["every word, in any order and case", [], "CAN shop", ["shop-canary"]],
  ["nothing", [], "x", []],
])("offers %s", (_, chosen, text, expected) => {
  expect(names(chosen, text)).toEqual(expected);
});
