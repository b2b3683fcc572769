import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { guardGroup } from "./guard.ts";

/** A child that leads its own process group, so that whatever it starts ends with it. */
export interface Group {
  readonly pid: number;
  /** Resolves when the child is gone: its exit code, 128 + n after signal n. Never rejects. */
  readonly ended: Promise<number>;
  readonly child: ChildProcess;
  /** SIGTERM to the whole group, SIGKILL to what is left `grace` milliseconds later. Resolves when the child is gone. */
  stop(grace?: number): Promise<void>;
}

export interface GroupOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `inherit`: the child writes to our own streams. `pipe`: the caller reads child.stdout and child.stderr. */
  readonly output: "inherit" | "pipe";
}

const running = new Set<number>();
process.on("exit", () => {
  for (const pid of running) signalGroup(pid, "SIGKILL");
});

/**
 * Starts a command as a process group of its own. A terminal's Ctrl-C doesn't reach it: we end it, in order.
 * However this process ends, the group doesn't outlive it.
 * @throws Error when there is no such command
 */
export async function startGroup(command: string, args: readonly string[], options: GroupOptions): Promise<Group> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ["ignore", options.output, options.output],
  });
  const ended = new Promise<number>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 137)),
    );
  });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  running.add(pid);
  const release = guardGroup(pid);
  const gone = ended.then((code) => {
    // The leader is gone; stragglers of its group are not waited for.
    signalGroup(pid, "SIGKILL");
    running.delete(pid);
    release();
    return code;
  });
  return {
    pid,
    child,
    ended: gone,
    async stop(grace = 10_000) {
      signalGroup(pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), grace);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Signals every process of a group; a group that is already gone is no error. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
