import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { type Group, startGroup } from "../process/group.ts";

/** A child that serves something until it is stopped, with its output in a file. */
export interface Service {
  readonly group: Group;
  /**
   * Polls until `probe` gives something else than null.
   * @throws Error with the end of the log when the child ends first, the deadline passes or the signal fires
   */
  ready<T>(probe: () => Promise<T | null>, deadline: number): Promise<T>;
}

interface ServiceOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log: string;
  readonly signal: AbortSignal;
}

/** Starts a script of this tree under our Node, in a process group of its own. */
export async function startService({ name, args, env = {}, log, signal }: ServiceOptions): Promise<Service> {
  signal.throwIfAborted();
  const nodeArgs = ["--disable-warning=ExperimentalWarning", ...args];
  const group = await startGroup(process.execPath, nodeArgs, { env, output: "pipe" });
  const file = createWriteStream(log, { mode: 0o600 });
  group.child.stdout?.pipe(file, { end: false });
  group.child.stderr?.pipe(file, { end: false });
  let over: number | null = null;
  // Output may come after the exit; `close` is when the last of it has been read.
  group.child.once("close", () => file.end());
  const logged = finished(file)
    .catch(() => undefined)
    .then(() => group.ended);
  void logged.then((code) => {
    over = code;
  });
  return {
    group,
    async ready(probe, deadline) {
      const end = performance.now() + deadline;
      for (;;) {
        signal.throwIfAborted();
        if (over !== null) throw new Error(`${name} ended with code ${over}.\n${await tail(log)}`);
        const found = await probe();
        if (found !== null) return found;
        if (performance.now() > end) {
          throw new Error(`${name} wasn't ready after ${deadline / 1000} s.\n${await tail(log)}`);
        }
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), logged]);
      }
    },
  };
}

async function tail(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  const last = text.trimEnd().split("\n").slice(-20);
  return [`Its log (${log}) ends with:`, ...last.map((line) => `    ${line}`)].join("\n");
}
