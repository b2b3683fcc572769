import type { Tally } from "./step.ts";

/** What is read of Vitest's JSON report: https://vitest.dev/guide/reporters.html#json-reporter */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

/** What is read of Playwright's JSON report: https://playwright.dev/docs/api/class-testconfig#test-config-report-slow-tests */
interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

/** The tally of a Vitest report. A run that failed without a failed test (a file that can't be loaded) is one failure. */
export function vitestTally(text: string): Tally {
  const report = JSON.parse(text) as VitestReport;
  const failed = report.success ? report.numFailedTests : Math.max(1, report.numFailedTests);
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

/** The tally of a Playwright report. A test that passed on a second try failed. */
export function playwrightTally(text: string): Tally {
  const { expected, unexpected, flaky, skipped } = (JSON.parse(text) as PlaywrightReport).stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
}

/** What Playwright's line reporter printed but for a line at each test's start: where a run's end alone is kept, failures are in it. */
export function withoutProgress(output: string): string {
  return output.replaceAll(/^\s*\[\d+\/\d+\] .*\n/gm, "");
}
