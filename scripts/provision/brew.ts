import { join } from "node:path";
import { onPath, run, say } from "./run.ts";

/**
 * Installs a Homebrew formula and gives the folder of its programs; null where there is no Homebrew.
 * It starts no service: Homebrew does that on `brew services start` alone.
 * @throws Error when brew fails
 */
export async function brewInstall(formula: string): Promise<string | null> {
  if ((await onPath("brew")) === null) return null;
  say(`installing ${formula} with Homebrew`);
  const done = await run("brew", ["install", "--quiet", formula], { timeout: 900_000 });
  if (done.code !== 0) throw new Error(`brew install ${formula} failed: ${done.stderr.trim().split("\n").at(-1)}`);
  const prefix = await run("brew", ["--prefix", formula]);
  return prefix.code === 0 ? join(prefix.stdout.trim(), "bin") : null;
}
