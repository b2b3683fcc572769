import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** How a finished command ended. `code` is 127 when there is no such command, 128 + n when signal n or our deadline ended it. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the command is killed. Default: two minutes. */
  readonly timeout?: number;
  /** Pass the command's output on to our stderr while it runs (a long download). Default: only collect it. */
  readonly show?: boolean;
}

/** Runs a command to its end. Never throws: a command that doesn't exist is a finished one with code 127. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { promise, resolve } = Promise.withResolvers<Finished>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeout ?? 120_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (options.show) process.stderr.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (options.show) process.stderr.write(text);
  });
  child.once("error", (error) => resolve({ code: 127, stdout, stderr: error.message }));
  child.once("close", (code) => resolve({ code: code ?? 137, stdout, stderr }));
  return promise;
}

/** True if the path is a file that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The first executable of that name on PATH, or null. */
export async function onPath(name: string): Promise<string | null> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder !== "" && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return null;
}

/** Tells the user what happens. Always stderr: stdout is for the answer alone. */
export function say(text: string): void {
  process.stderr.write(`meshscope: ${text}\n`);
}
