import fc from "fast-check";
import { expect, it } from "vitest";
import { readSpanDuration } from "./span-duration.ts";

it.each([
  ["500us", 0.0005],
  ["25ms", 0.025],
  ["1.5s", 1.5],
  ["2m", 120],
  ["1440m", 86_400],
  ["1441m", null],
  ["0ms", 0],
  ["5", null],
  ["-5ms", null],
  ["5 ms", null],
  ["1e3ms", null],
  ["", null],
])("%s", (text, expected) => {
  expect(readSpanDuration(text)).toBe(expected);
});

it("makes of any text a number of seconds up to a day, or nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = readSpanDuration(text);
      expect(read === null || (read >= 0 && read <= 86_400)).toBe(true);
    }),
  );
});
