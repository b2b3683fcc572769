import { describe, expect, it } from "vitest";
import { countedOf, countedWords } from "./counted.ts";

const chart = (direction: "inbound" | "outbound", lines: Record<string, (number | null)[]>) => ({
  ...{ metric: "requests" as const, unit: "1/s" as const, direction, observer: "source" as const },
  lines: Object.entries(lines).map(([name, values]) => ({ name, values })),
});
const answer = {
  step: 15,
  charts: [
    chart("inbound", { ok: [null, null] }),
    chart("inbound", { ok: [2, 4], server: [null, 1], neverArrived: [1, null], client: [1, 0] }),
  ],
};

describe("requests in the time of a search", () => {
  it("are rates times their steps; the first who counted anything counts, gaps are nothing", () => {
    expect(countedOf(answer, "inbound")).toEqual({ requests: 135, failed: 30 });
    expect(countedOf(answer, "outbound")).toBeNull();
  });

  it.each([
    [
      "both ways",
      { requests: 1229.6, failed: 40.2 },
      { requests: 310, failed: 0 },
      "about 1,230 requests to it (about 40 failed) and about 310 that it sent (none failed)",
    ],
    [
      "of a gateway what it sent",
      null,
      { requests: 310, failed: 1 },
      "about 310 requests that it sent (about 1 failed)",
    ],
    ["nothing where nothing is known", null, null, null],
  ])("are said %s", (_, inbound, outbound, words) => {
    expect(countedWords(inbound, outbound)).toBe(words);
  });
});
