import { describe, expect, it } from "vitest";
import { milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { clockCaveat, nothingCaveat, windowCaveat } from "./caveats.ts";

const AT = unixSeconds(Date.parse("2026-08-20T14:00:00Z") / 1000);
const ago = (length: number) => unixSeconds(AT - length);

describe("a window", () => {
  it("longer than what Prometheus keeps says since when, how much of it is known, and what to choose", () => {
    expect(windowCaveat("main", AT, seconds(86_400), ago(11_400))).toBe(
      "Prometheus 'main' knows nothing before 2026-08-20T10:50:00Z (its retention, or when it began): of this window of 24 h it has seen 3 h 10 min, and rates, averaged over all of it, read low. Choose a window of at most 3 h.",
    );
  });

  it.each([
    ["is known from its beginning on", 3600],
    ["lacks less than a twentieth", 3500],
    ["lies before all that is known, which is said elsewhere", 0],
  ])("that %s needs no word", (_, known) => {
    expect(windowCaveat("main", AT, seconds(3600), ago(known))).toBeNull();
  });

  it("of which nothing was found out claims nothing", () => {
    expect(windowCaveat("main", AT, seconds(3600), null)).toBeNull();
  });

  it("of which less is known than the shortest window is long has no better one", () => {
    expect(windowCaveat("main", AT, seconds(300), ago(10))).not.toContain("Choose");
  });
});

describe("an instant of which nothing is held", () => {
  it.each([
    [null, "it keeps less than that (its retention), or read no proxy then."],
    [unixSeconds(AT + 60), "what it knows begins at 2026-08-20T14:01:00Z (its retention, or when it began)."],
    [AT, "it was there, but read no proxy then."],
  ])("%s: %s", (first, words) => {
    expect(nothingCaveat("main", AT, first)).toContain(words);
  });
});

describe("a clock", () => {
  it.each([
    [42_000, /is 42 s ahead of the console's\. What it recorded in the last 42 s isn't shown yet\./],
    [-42_000, /is 42 s behind the console's\. The last 42 s of each window are empty, and rates read low\./],
    [-600_000, /is 10 min behind the console's\. Asked for now, it finds nothing\./],
    [-7_260_000, /is 2 h 1 min behind/],
  ])("%i ms off", (ahead, words) => {
    expect(clockCaveat("main", milliseconds(ahead))).toMatch(words);
    expect(clockCaveat("main", milliseconds(ahead))).toContain("Set both by the same time server.");
  });

  it.each([0, 4_999, -4_999, null])("%s ms off needs no word", (ahead) => {
    expect(clockCaveat("main", ahead === null ? null : milliseconds(ahead))).toBeNull();
  });
});
