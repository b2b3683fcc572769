import { expect, test } from "vitest";
import { playwrightTally, vitestTally, withoutProgress } from "./reports.ts";

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

test("of Playwright's lines the failures stay", () => {
  const output = [
    "Running 3 tests using 1 worker",
    "",
    "[1/3] [embedded] › e2e/a.spec.ts:1:1 › one",
    "[2/3] [embedded] › e2e/a.spec.ts:9:1 › [2/3] two",
    "  1) [embedded] › e2e/a.spec.ts:9:1 › [2/3] two ─────",
    "",
    "    Error: expect(locator).toBeVisible() failed",
    "[3/3] [embedded] › e2e/b.spec.ts:1:1 › three",
    "  1 failed",
    "",
  ].join("\n");
  expect(withoutProgress(output)).toBe(
    [
      "Running 3 tests using 1 worker",
      "  1) [embedded] › e2e/a.spec.ts:9:1 › [2/3] two ─────",
      "",
      "    Error: expect(locator).toBeVisible() failed",
      "  1 failed",
      "",
    ].join("\n"),
  );
});
