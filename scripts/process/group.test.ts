import { join } from "node:path";
import { expect, test } from "vitest";
import { startGroup } from "./group.ts";

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  const deadline = performance.now() + 5000;
  while (alive(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  return !alive(pid);
}

/** Starts a shell that starts a grandchild and prints its pid. */
async function family(script: string): Promise<{ group: Awaited<ReturnType<typeof startGroup>>; grandchild: number }> {
  const group = await startGroup("sh", ["-c", script], { output: "pipe" });
  const [line] = (await group.child.stdout?.setEncoding("utf8").take(1).toArray()) ?? [];
  return { group, grandchild: Number(line) };
}

test("the exit code is the child's", async () => {
  const group = await startGroup("sh", ["-c", "exit 3"], { output: "pipe" });
  expect(await group.ended).toBe(3);
});

test("stopping ends grandchildren too", async () => {
  const { group, grandchild } = await family("sleep 60 & echo $!; wait");
  expect(alive(grandchild)).toBe(true);
  await group.stop();
  expect(await gone(grandchild)).toBe(true);
});

test("what ignores SIGTERM is killed after the grace", async () => {
  const { group } = await family("trap '' TERM; echo $$; while :; do sleep 0.05; done");
  await group.stop(100);
  expect(await group.ended).toBe(137);
});

test("when the leader leaves, its stragglers end", async () => {
  const { group, grandchild } = await family("sleep 60 & echo $!; exit 0");
  expect(await group.ended).toBe(0);
  expect(await gone(grandchild)).toBe(true);
});

test("the group ends even when its owner is killed", async () => {
  const source = JSON.stringify(join(import.meta.dirname, "group.ts"));
  const owner = `const { startGroup } = await import(${source});
    const first = await startGroup("true", [], { output: "pipe" });
    await first.ended;
    const { pid } = await startGroup("sleep", ["60"], { output: "pipe" });
    console.log(pid);
    setInterval(() => undefined, 1000);`;
  const { group, grandchild } = await family(`exec "${process.execPath}" --input-type=module -e '${owner}'`);
  expect(alive(grandchild)).toBe(true);
  process.kill(group.pid, "SIGKILL");
  await group.ended;
  expect(await gone(grandchild)).toBe(true);
});

test("a command that doesn't exist is an error", async () => {
  await expect(startGroup("meshscope-no-such-command", [], { output: "pipe" })).rejects.toThrow(/ENOENT/);
});
