import { describe, expect, it } from "vitest";
import { seconds } from "#lib/units.ts";
import { parseWindow, raiseWindow, sayWindow, WINDOWS, windowSeconds } from "./windows.ts";

describe("windows", () => {
  it("go from 15 s to 30 days, in order, each said in words", () => {
    const lengths = WINDOWS.map(windowSeconds);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect([lengths[0], lengths.at(-1)]).toEqual([15, 30 * 86_400]);
    expect(["15s", "5m", "24h", "168h", "720h"].map(sayWindow)).toEqual(["15 s", "5 m", "24 h", "7 d", "30 d"]);
  });

  it.each([
    ["60s", "1m"],
    ["1440m", "24h"],
    ["10080m", "168h"],
    ["720h", "720h"],
    ["7m", null],
    ["48h", null],
    ["7d", null],
    ["721h", null],
    ["", null],
  ])("%s is %s, by length", (text, window) => expect(parseWindow(text)).toBe(window));

  it("are raised to what scraping can fill", () => {
    expect(raiseWindow("1m", seconds(60))).toBe("1m");
    expect(raiseWindow("1m", seconds(61))).toBe("2m");
    expect(raiseWindow("30m", seconds(90_000))).toBe("168h");
    expect(raiseWindow("30m", seconds(1e9))).toBe("720h");
  });
});
