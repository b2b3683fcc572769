import { join } from "node:path";
import { startGroup } from "../process/group.ts";
import type { StepContext, StepResult } from "./step.ts";

export const root = join(import.meta.dirname, "..", "..");

/** A finished tool: its exit code and all it said, in order. */
interface Ran {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs an installed tool (a name in node_modules/.bin) in the checkout and collects what it says; `onOutput` sees it as it comes.
 * Ends it, with all that it started, when the run is interrupted.
 */
export async function runTool(
  name: string,
  args: readonly string[],
  { signal }: StepContext,
  options: { env?: Readonly<Record<string, string>>; onOutput?: (text: string) => void } = {},
): Promise<Ran> {
  signal.throwIfAborted();
  const group = await startGroup(join(root, "node_modules", ".bin", name), args, {
    cwd: root,
    env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0", ...options.env },
    output: "pipe",
  });
  let output = "";
  const collect = (text: string): void => {
    output += text;
    options.onOutput?.(text);
  };
  group.child.stdout?.setEncoding("utf8").on("data", collect);
  group.child.stderr?.setEncoding("utf8").on("data", collect);
  const stop = (): void => void group.stop();
  signal.addEventListener("abort", stop, { once: true });
  const code = await group.ended;
  signal.removeEventListener("abort", stop);
  return { code, output };
}

/** A check that a tool makes: passed when it exits with 0. */
export async function toolCheck(name: string, args: readonly string[], context: StepContext): Promise<StepResult> {
  const { code, output } = await runTool(name, args, context);
  return check(code === 0, output || `${name} ended with code ${code}`);
}

/** The result of a check that isn't made of tests. */
export function check(passed: boolean, output: string): StepResult {
  return { tally: { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }, output };
}
