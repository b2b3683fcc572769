import { expect, it } from "vitest";
import { durationMs } from "./duration.ts";

it.each<[string | null, number | null]>([
  ["5s", 5000],
  ["0.5s", 500],
  ["300ms", 300],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
  ["250us", 0.25],
  ["0", 0],
  ["0s", 0],
  ["", null],
  [null, null],
  ["5", null],
  ["-5s", null],
  ["5 s", null],
  ["s", null],
  ["5s!", null],
  [`${"9".repeat(60)}s`, null],
])("%j", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
