import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds, unixSeconds } from "#lib/units.ts";
import { OVER, type TimesInput, timesOf } from "./times.ts";

const T = 1_800_000_000;
const at = (passed: number, more: Partial<TimesInput> = {}) =>
  timesOf({
    ...{ began: unixSeconds(T - 1), finished: unixSeconds(T), again: null, now: unixSeconds(T + passed) },
    ...{ scrape: seconds(15), ...more },
  });

describe("the stretches that tell of a change", () => {
  it.each([
    // passed, length, begin of the newer half, before, ended
    [0, 0, null, 300, null],
    [63, 60, null, 300, null],
    [119, 115, null, 300, null],
    [121, 120, 60, 300, null],
    [899, 870, 435, 600, null],
    [3000, 3000, 1500, 1800, null],
    [3600, 3600, 1800, 3600, "over"],
    [90_000, 3600, 1800, 3600, "over"],
  ])("%d s after it", (passed, length, half, before, ended) => {
    const found = at(passed);
    expect(found).toMatchObject({ from: T, to: T + length, length, before, ended, least: 60 });
    expect(found.half).toBe(half === null ? null : T + half);
  });

  it("end where one of its objects is changed again", () => {
    expect(at(500, { again: T + 100 })).toMatchObject({ to: T + 100, ended: "again" });
    expect(at(9000, { again: T + 8000 })).toMatchObject({ to: T + 3600, ended: "over" });
  });

  it("never hold a moment before the last write or from the future, and the newer half is an effective window", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 120 }), (passed, scrape) => {
        const found = at(passed, { scrape: seconds(scrape) });
        expect(found.to).toBeGreaterThanOrEqual(found.from);
        expect(found.to).toBeLessThanOrEqual(T + passed);
        expect(found.length).toBeLessThanOrEqual(OVER);
        expect(found.least).toBeGreaterThanOrEqual(4 * scrape);
        if (found.half !== null) expect(found.to - found.half).toBeGreaterThanOrEqual(found.least);
      }),
    );
  });
});
