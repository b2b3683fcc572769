import { expect, test } from "vitest";
import { isAtLeast, parseVersion } from "./version.ts";

test.each([
  ["prometheus, version 2.42.0+ds (branch: debian/sid)", [2, 42, 0]],
  ["etcd Version: 3.4.23", [3, 4, 23]],
  ["2:1.19~1", [1, 19, 0]],
  ["no version here", null],
])("%s holds %j", (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test.each([
  ["2.42.0", true],
  ["2.53.4", true],
  ["3.0.0", true],
  ["2.41.9", false],
  ["1.99", false],
  ["unknown", false],
])("%s is at least 2.42: %j", (text, answer) => {
  expect(isAtLeast(text, [2, 42])).toBe(answer);
});
