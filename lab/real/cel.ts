/** What Istio's webhook says of expressions of CEL (istiod/cel). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Milliseconds for all of them, on a machine that has other things to do. */
const DEADLINE = 120_000;

/**
 * Of each expression, as the filter of a Telemetry's access log, why it is refused; null: it is taken.
 * @throws Error when the program says nothing of one of them
 */
export async function refusalsOf(binary: string, expressions: readonly string[]): Promise<readonly (string | null)[]> {
  const child = spawn(binary, [], { stdio: "pipe", timeout: DEADLINE });
  const ended = once(child, "close");
  child.stdin.end(expressions.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  const answers = output.split("\n").filter((line) => line !== "");
  if (answers.length !== expressions.length)
    throw new Error(`${answers.length} of ${expressions.length} expressions were read; ${complaint}`);
  return answers.map((line) => JSON.parse(line) as string | null);
}
