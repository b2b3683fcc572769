import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads "+ PID" and "- PID" lines; when its input ends, which the kernel sees to however we die, it ends the process groups
 * that are still on its list.
 */
const script = `
trap '' INT TERM HUP
groups=' '
while read -r change pid; do
  case $change in
    +) groups="$groups$pid " ;;
    -) groups="\${groups%% $pid *} \${groups#* $pid }" ;;
  esac
done
for pid in $groups; do kill -TERM "-$pid" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 3
for pid in $groups; do kill -KILL "-$pid" 2>/dev/null; done
`;

let guard: ChildProcess | null = null;

/**
 * Makes a process group end with this process even if this process is killed by SIGKILL, when no handler of ours can run.
 * @returns what to call when the group is gone: its number may then be given to strangers
 */
export function guardGroup(pid: number): () => void {
  guard ??= startGuard();
  const { stdin } = guard;
  stdin?.write(`+ ${pid}\n`);
  return () => void stdin?.write(`- ${pid}\n`);
}

function startGuard(): ChildProcess {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  // A guard that was killed can't guard; everything else works without it.
  child.once("error", () => undefined);
  child.stdin.once("error", () => undefined);
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  return child;
}
