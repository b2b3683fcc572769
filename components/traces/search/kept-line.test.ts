import { describe, expect, it } from "vitest";
import type { TraceItem } from "#lib/api/traces.ts";
import { ratio } from "#lib/units.ts";
import { lineWords } from "./kept-line.tsx";

const found = (count: number, full: string[] = []) => ({
  items: Array.from({ length: count }, () => ({}) as TraceItem),
  full,
});
const counted = { calls: 4_100, failed: 40 };
const kept = { share: ratio(0.01), basis: "as set" };

describe("what the listed traces are of", () => {
  it.each([
    [
      "failures",
      true,
      found(3),
      "3 traces with failures, of about 40 failed calls that Prometheus counted; at 1 % expect 0.4 (as set).",
    ],
    [
      "the newest failures",
      true,
      found(1, ["j"]),
      "The newest 1 trace with failures, of about 40 failed calls that Prometheus counted; at 1 % expect 0.4 (as set).",
    ],
    ["all calls", false, found(41), "41 traces of about 4,100 calls that Prometheus counted: 1 % were kept."],
    ["the newest of all calls", false, found(50, ["j"]), null],
  ])("is said of %s", (_, errors, answer, words) => {
    expect(lineWords({ errors }, answer, counted, kept)).toBe(words);
  });

  it("is nothing where nothing was counted", () => {
    expect(lineWords({ errors: true }, found(1), { calls: 10, failed: 0 }, kept)).toBeNull();
    expect(lineWords({ errors: false }, found(1), { calls: 0, failed: 0 }, kept)).toBeNull();
  });
});
