/** Programs that the lab starts, and that are gone when it is gone, however it ends. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A running program. */
export interface Guarded {
  /** Resolves with how it ended, as in "exited with 1"; never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to end, insists after five seconds, and resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * The shell stands between, because a lab that is killed can't clean up: the pipe on its stdin closes with the lab, and
 * then it ends the program. Background jobs get /dev/null as stdin, so the pipe is kept on descriptor 3. Signals to the
 * whole group (Ctrl-C in a terminal) are the program's to answer: shell and watcher stay until it has.
 */
const GUARD = `exec 3<&0
trap : HUP INT TERM
"$@" </dev/null 3<&- &
child=$!
{
  trap '' HUP INT TERM
  cat <&3 >/dev/null
  kill -TERM $child
  for _ in 1 2 3 4 5; do
    sleep 1
    kill -0 $child || exit
  done
  kill -KILL $child
} 2>/dev/null &
watcher=$!
while :; do
  wait $child
  status=$?
  kill -0 $child 2>/dev/null || break
done
kill -KILL $watcher 2>/dev/null
exit $status`;

/**
 * Starts a program with its output in a file, which it begins anew. One that isn't there counts as ended, with the
 * shell's reason in the file.
 */
export function startGuarded(command: string, args: readonly string[], log: string): Guarded {
  const output = openSync(log, "w", 0o600);
  const child = spawn("/bin/sh", ["-c", GUARD, "guard", command, ...args], { stdio: ["pipe", output, output] });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`didn't start (${error.message})`));
    child.once("exit", (code, signal) => resolve(`exited with ${signal ?? code}`));
  });
  // Writing fails once the shell is gone; its exit says so already.
  child.stdin?.on("error", () => undefined);
  return {
    ended,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
