import fc from "fast-check";
import { expect, it } from "vitest";
import { formatNanoseconds, parseNanoseconds } from "./nanoseconds.ts";

it.each<[string, string | null]>([
  ["2026-11-27T01:02:03.123456789Z", "1795741323123456789"],
  ["2026-11-27T01:02:03Z", "1795741323000000000"],
  ["2026-11-27T02:32:03.5+01:30", "1795741323500000000"],
  ["1970-01-01T00:00:00.000000001Z", "1"],
  ["2026-11-27 01:02:03Z", null],
  ["2026-11-27T01:02:03", null],
  ["2026-13-27T01:02:03Z", null],
  ["", null],
])("reads %j", (text, expected) => {
  expect(parseNanoseconds(text)?.toString() ?? null).toBe(expected);
});

it("reads what it writes", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 253_402_300_799_999_999_999n }), (ns) => {
      expect(parseNanoseconds(formatNanoseconds(ns))).toBe(ns);
    }),
  );
});
