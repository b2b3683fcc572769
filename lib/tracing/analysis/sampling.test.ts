import { expect, test } from "vitest";
import { keptWords, samplingAdvice, samplingRate } from "./sampling.ts";

test("a rate is told only where both sides are counted", () => {
  expect(samplingRate({ kept: 20, complete: true, requests: 2000 })).toBe(0.01);
  expect(samplingRate({ kept: 30, complete: true, requests: 20 })).toBe(1);
  for (const odd of [
    { kept: 20, complete: false, requests: 2000 },
    { kept: 20, complete: true, requests: null },
    { kept: 0, complete: true, requests: 0 },
  ])
    expect(samplingRate(odd)).toBeNull();
});

test.each<[number, number, number | null, string]>([
  [0, 40, 0.01, "0 of about 40 failed calls were kept; at 1 % expect 0.4"],
  [12, 4000, 0.005, "12 of about 4000 failed calls were kept; at 0.5 % expect 20"],
  [3, 3, 1, "3 of about 3 failed calls were kept"],
  [3, 30, null, "3 of about 30 failed calls were kept"],
])("%d of %d at %s", (kept, calls, rate, words) => {
  expect(keptWords(kept, calls, "failed calls", rate)).toBe(words);
});

test("advice where everything is kept of much, and where too little is kept of anything", () => {
  const at = (kept: number, requests: number) => samplingAdvice({ kept, complete: true, requests }, 3600);
  expect(at(360_000, 360_000)[0]).toContain("100 requests a second");
  expect(at(36, 3600)[0]).toContain("At 1 % about 36 traces an hour");
  expect([at(3600, 360_000), at(3000, 3000), samplingAdvice({ kept: 5, complete: false, requests: 9 }, 60)]).toEqual([
    [],
    [],
    [],
  ]);
});
