import fc from "fast-check";
import { expect, test } from "vitest";
import { text } from "./manifest.test-support.ts";
import { parsePath, pointer, printPath } from "./path.ts";

test("a place's text names that place", () => {
  const segment = fc.oneof(text, fc.nat({ max: 1000 }));
  fc.assert(fc.property(fc.array(segment), (at) => void expect(parsePath(printPath(at))).toEqual(at)));
  expect(printPath(["spec", "http", 0, "route", 1, "weight"])).toBe("spec.http[0].route[1].weight");
  expect(pointer(["a/b", 0, "c~d"])).toBe("/a~1b/0/c~0d");
});

test("what is no path is none, whatever is sent", () => {
  for (const bad of ["a..b", "a.", "[x]", 'a["', "a b", ".a", "a[0]b", "[-1]"]) expect(parsePath(bad), bad).toBeNull();
  fc.assert(fc.property(fc.string(), (any) => void parsePath(any)));
});
