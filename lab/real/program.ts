/** Programs of a real cluster: how they are started, and what is said when one ends. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Guarded, startGuarded } from "../process/guarded.ts";

export interface Program {
  readonly guarded: Guarded;
  /** Resolves with a sentence when it has ended. */
  readonly died: Promise<string>;
}

/** Starts a program whose output goes to DIR/NAME.log. */
export function startProgram(name: string, binary: string, flags: readonly string[], dir: string): Program {
  const log = join(dir, `${name}.log`);
  const guarded = startGuarded(binary, flags, log);
  return { guarded, died: guarded.ended.then(async (how) => `${name} ${how}; ${await tail(log)}`) };
}

/** The end of a log, for messages. */
export async function tail(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return [`its log (${log}) ends with:`, ...text.trimEnd().split("\n").slice(-10)].join("\n    ");
}

/** Milliseconds that anything here may take to be ready, on a machine that has other things to do. */
const DEADLINE = 90_000;

/** Asks until the answer is true. Throws with `explain()` after the deadline, and when the signal fires. */
export async function until(
  check: () => Promise<boolean>,
  signal: AbortSignal,
  explain: () => string | Promise<string>,
): Promise<void> {
  const end = performance.now() + DEADLINE;
  while (!(await check())) {
    signal.throwIfAborted();
    if (performance.now() > end) throw new Error(await explain());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
