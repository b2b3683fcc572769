/** How many tests passed, failed and were skipped. A check that isn't made of tests counts as one. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface StepContext {
  /** Fires when the user ends the run; a step then ends its children and throws. */
  readonly signal: AbortSignal;
  /** A folder for this run's reports, removed afterwards. */
  readonly folder: string;
}

/** What a step found: its tally, and what to show when something failed. */
export interface StepResult {
  readonly tally: Tally;
  readonly output: string;
}

export interface Step {
  readonly name: string;
  /** Steps that must have passed: without them this one can't say anything, and counts as failed. */
  readonly needs?: readonly string[];
  /** Wants the machine for itself (a browser that watches a lab with a clock). */
  readonly alone?: boolean;
  /** Throws only when it can't do its work at all; that counts as one failure. */
  readonly run: (context: StepContext) => Promise<StepResult>;
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

/** The sum of tallies. */
export function add(...tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    skipped: tallies.reduce((sum, tally) => sum + tally.skipped, 0),
  };
}

/** The last line of every run; scripts read it. */
export function summary(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}
