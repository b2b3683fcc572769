import { expect, test } from "vitest";
import { playwrightTally, vitestTally } from "./reports.ts";

const vitest = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, success: true };

test("Vitest's counts", () => {
  expect(vitestTally(JSON.stringify(vitest))).toEqual({ passed: 7, failed: 0, skipped: 1 });
});

test("a file that can't be loaded is a failure, though no test of it failed", () => {
  expect(vitestTally(JSON.stringify({ ...vitest, success: false })).failed).toBe(1);
});

test("Playwright's counts: flaky is failed", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 0 };
  expect(playwrightTally(JSON.stringify({ stats }))).toEqual({ passed: 5, failed: 3, skipped: 0 });
});
