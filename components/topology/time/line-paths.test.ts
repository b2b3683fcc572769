import { describe, expect, it } from "vitest";
import { linePaths } from "./line-paths.ts";

const stretch = { start: 0, end: 100 };

describe("the axis's lines", () => {
  it("are placed by time, scaled to the most requests, and open where nothing is known", () => {
    const points = [
      { t: 0, requests: 10, failed: 0 },
      { t: 50, requests: null, failed: null },
      { t: 100, requests: 5, failed: 5 },
    ];
    expect(linePaths(stretch, points)).toEqual({ requests: "M0.0 1.5M1000.0 12.0", failed: "M0.0 22.5M1000.0 12.0" });
  });

  it("are empty without requests, and leave out what lies outside", () => {
    expect(linePaths(stretch, [{ t: 10, requests: 0, failed: 0 }]).requests).toBe("");
    expect(linePaths(stretch, [{ t: 500, requests: 4, failed: 0 }]).requests).toBe("");
  });
});
