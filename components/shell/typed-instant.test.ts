import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTyped, stepInstant, writeTyped } from "./typed-instant.ts";

const now = new Date(2026, 7, 20, 15, 30, 0);
const at = (...parts: readonly [number, number, number, number, number, number?]) => {
  const [year, month, day, hour, minute, second = 0] = parts;
  return `${new Date(year, month - 1, day, hour, minute, second).toISOString().slice(0, 19)}Z`;
};

describe("what is typed for an instant", () => {
  it.each([
    ["now-15m", at(2026, 8, 20, 15, 15)],
    ["-2h", at(2026, 8, 20, 13, 30)],
    ["NOW - 1d", at(2026, 8, 19, 15, 30)],
    ["14:00", at(2026, 8, 20, 14, 0)],
    ["16:00", at(2026, 8, 19, 16, 0)],
    ["2026-08-20 14:00", at(2026, 8, 20, 14, 0)],
    ["2026-08-20T14:00:05", at(2026, 8, 20, 14, 0, 5)],
    ["2026-08-19", at(2026, 8, 19, 0, 0)],
    ["1000000000", "2001-09-09T01:46:40Z"],
    ["2020-03-01T14:02:00Z", "2020-03-01T14:02:00Z"],
  ])("%s is an instant", (text, expected) => {
    expect(readTyped(text, now)).toEqual({ kind: "instant", at: expected });
  });

  it.each(["", " ", "now", "Now"])("'%s' follows time", (text) => {
    expect(readTyped(text, now)).toEqual({ kind: "live" });
  });

  it.each([
    ["yesterday", "now-15m"],
    ["25:00", "no such time"],
    ["2026-02-30 10:00", "no such time"],
    ["2027-01-01", "future"],
    ["now-15y", "now-15m"],
  ])("%s is refused, and says why", (text, words) => {
    const typed = readTyped(text, now);
    expect(typed.kind === "wrong" ? typed.why : "").toContain(words);
  });

  it("never throws and never leads into the future", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const typed = readTyped(text, now);
        if (typed.kind === "instant") expect(Date.parse(typed.at)).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });

  it("can be typed back as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_700_000_000 }), (seconds) => {
        const text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
        const typed = readTyped(writeTyped(text), now);
        // An hour that a clock change repeats has two instants and one writing.
        const off = typed.kind === "instant" ? Math.abs(Date.parse(typed.at) / 1000 - seconds) : Number.NaN;
        expect([0, 3600]).toContain(off);
      }),
    );
  });
});

describe("stepping", () => {
  it("goes back from now, back from there, and forth until it is now again", () => {
    const first = stepInstant(null, -60_000, now);
    expect(first).toBe(at(2026, 8, 20, 15, 29));
    expect(stepInstant(first, -60_000, now)).toBe(at(2026, 8, 20, 15, 28));
    expect(stepInstant(first, 60_000, now)).toBeNull();
    expect(stepInstant(null, 60_000, now)).toBeNull();
    const later = new Date(now.getTime() + 7000);
    expect(stepInstant(first, 60_000, later)).toBeNull();
  });
});
