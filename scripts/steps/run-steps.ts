import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, nothing, type Step, type StepContext, type StepResult, type Tally } from "./step.ts";

interface Options {
  readonly signal: AbortSignal;
  /** How many steps may run at a time. */
  readonly lanes: number;
  readonly print: (line: string) => void;
}

/**
 * Runs steps in the order of their list, several at a time where they may, all of them even if some fail, and prints each
 * one's time and the output of those that failed or were skipped.
 * @returns the sum of all tallies
 */
export async function runSteps(steps: readonly Step[], { signal, lanes, print }: Options): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "meshscope-steps-"));
  const results = new Map<string, StepResult>();
  const waiting = [...steps];
  const active = new Map<Step, Promise<void>>();
  try {
    while ((waiting.length > 0 && !signal.aborted) || active.size > 0) {
      const next = signal.aborted ? undefined : nextStep(waiting, active, lanes, results);
      if (next === undefined) {
        await Promise.race(active.values());
        continue;
      }
      waiting.splice(waiting.indexOf(next), 1);
      const work = runStep(next, { signal, folder }, results, print).finally(() => active.delete(next));
      active.set(next, work);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return add(nothing, ...[...results.values()].map(({ tally }) => tally));
}

/** The first waiting step that may start now; undefined while none may. */
function nextStep(
  waiting: readonly Step[],
  active: ReadonlyMap<Step, unknown>,
  lanes: number,
  results: ReadonlyMap<string, StepResult>,
): Step | undefined {
  if (active.size >= lanes || [...active.keys()].some((step) => step.alone)) return undefined;
  const undecided = new Set([...waiting, ...active.keys()].map((step) => step.name));
  return waiting.find(
    (step) =>
      (step.needs ?? []).every((name) => results.has(name) || !undecided.has(name)) &&
      (!step.alone || active.size === 0),
  );
}

async function runStep(
  step: Step,
  context: StepContext,
  results: Map<string, StepResult>,
  print: (line: string) => void,
): Promise<void> {
  const broken = (step.needs ?? []).filter((name) => (results.get(name)?.tally.failed ?? 0) > 0);
  const start = performance.now();
  const result =
    broken.length > 0 ? failure(`not run, because ${broken.join(" and ")} failed`) : await attempt(step, context);
  results.set(step.name, result);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { passed, failed, skipped } = result.tally;
  const tests = passed + failed + skipped > 1 ? `  ${passed} passed, ${failed} failed` : "";
  const sign = failed > 0 ? "✗" : passed === 0 && skipped > 0 ? "–" : "✓";
  print(`${sign} ${step.name.padEnd(14)} ${seconds.padStart(6)} s${tests}`);
  if (failed > 0 || sign === "–") print(`${result.output.trimEnd().replaceAll(/^/gm, "    ")}\n`);
}

async function attempt(step: Step, context: StepContext): Promise<StepResult> {
  try {
    return await step.run(context);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

function failure(output: string): StepResult {
  return { tally: { passed: 0, failed: 1, skipped: 0 }, output };
}
