import { spawn } from "node:child_process";
import { dirname, join } from "node:path";

/**
 * Runs the real step and becomes invisible: its streams are ours, signals reach it, its exit code is the answer.
 * @param {string} node path of the Node binary
 * @param {string[]} args script and arguments
 * @param {string} root the checkout; its binaries come first on the step's PATH
 * @returns {Promise<number>} the step's exit code; 128 + n when signal n ended it
 */
export function handOver(node, args, root) {
  const bin = join(root, "node_modules", ".bin");
  const path = [dirname(node), bin, process.env.PATH].join(":");
  // The step ends itself should we be killed (scripts/process/interrupt.ts).
  const env = { ...process.env, PATH: path, MESHSCOPE_BOOTSTRAP: String(process.pid) };
  // The flag only matters on the first 24.x releases, where type stripping still announced itself as experimental.
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], { env, stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  const watch = watchParent(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      resolve(code ?? 128 + (signal === "SIGINT" ? 2 : signal === "SIGTERM" ? 15 : 9));
    });
  });
}

/**
 * npm passes SIGINT and SIGTERM on, but a killed npm can't: then the step would live on without anybody who could end it.
 * Started by hand, our parent is a shell that may well leave first, so there it isn't watched.
 * @param {() => void} onOrphaned
 * @returns {NodeJS.Timeout | undefined}
 */
function watchParent(onOrphaned) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, 500);
  timer.unref();
  return timer;
}
