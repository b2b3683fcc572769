import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTags, printTags } from "./logfmt.ts";

test.each<[string, [string, string][] | null]>([
  ["", []],
  ["error", [["error", "true"]]],
  [
    "http.status_code=503  a=",
    [
      ["http.status_code", "503"],
      ["a", ""],
    ],
  ],
  [
    'x="a b \\"c\\" \\\\" y=1',
    [
      ["x", 'a b "c" \\'],
      ["y", "1"],
    ],
  ],
  ["upstream_cluster=outbound|80||cart.shop", [["upstream_cluster", "outbound|80||cart.shop"]]],
  ['x="open', null],
  ["=1", null],
  ['a="b"c', null],
])("%j", (text, pairs) => {
  expect(parseTags(text)).toEqual(pairs);
});

test("what is printed is read back", () => {
  const key = fc.stringMatching(/^[^\s="]{1,10}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
      expect(parseTags(printTags(pairs))).toEqual(pairs);
    }),
  );
});
