import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startGuarded } from "./guarded.ts";

let dir = "";
let log = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "meshscope-guarded-"));
  log = join(dir, "log");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process id that a shell program wrote as its first line. */
async function pidIn(path: string): Promise<number> {
  await until(() => readFileSync(path, "utf8").includes("\n"), "a process id");
  return Number(readFileSync(path, "utf8").split("\n")[0]);
}

it("says how a program ended, and keeps what it wrote", async () => {
  const program = startGuarded("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"], log);
  expect(await program.ended).toBe("exited with 3");
  expect(readFileSync(log, "utf8")).toBe("out\nerr\n");
  await program.stop();
});

it("counts a program that isn't there as ended, with the reason in its log", async () => {
  expect(await startGuarded(join(dir, "nothing"), [], log).ended).toMatch(/^exited with 12[67]$/);
  expect(readFileSync(log, "utf8")).toContain("nothing");
});

it("stops what can be asked at once", async () => {
  const program = startGuarded("/bin/sh", ["-c", "echo $$; exec sleep 60"], log);
  const pid = await pidIn(log);
  await program.stop();
  expect(alive(pid)).toBe(false);
});

it("insists where a program doesn't listen", async () => {
  const program = startGuarded("/bin/sh", ["-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done"], log);
  const pid = await pidIn(log);
  await program.stop();
  expect(alive(pid)).toBe(false);
}, 15_000);

it.each(["SIGKILL", "SIGTERM"] as const)("takes the program along when its owner gets %s", async (signal) => {
  const source = JSON.stringify(join(import.meta.dirname, "guarded.ts"));
  const owner = `const { startGuarded } = await import(${source});
    startGuarded("/bin/sh", ["-c", "echo $$; exec sleep 60"], ${JSON.stringify(log)});
    console.log("started");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", owner], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const pid = await pidIn(log);
  expect(alive(pid)).toBe(true);
  child.kill(signal);
  await until(() => !alive(pid), "the program gone");
});

it("waits for the program when a whole group is told to end", async () => {
  // A group of its own, as a terminal makes one, with an owner that isn't impressed itself.
  const source = JSON.stringify(join(import.meta.dirname, "guarded.ts"));
  const owner = `const { startGuarded } = await import(${source});
    process.on("SIGTERM", () => undefined);
    const script = "trap 'sleep 0.3; echo late; exit 0' TERM; echo $$; while :; do sleep 0.05; done";
    const program = startGuarded("/bin/sh", ["-c", script], ${JSON.stringify(log)});
    console.log("started");
    console.log(await program.ended);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", owner], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += String(chunk);
  });
  await until(() => said !== "", "started");
  const pid = await pidIn(log);
  process.kill(-(child.pid ?? Number.NaN), "SIGTERM");
  await once(child, "exit");
  expect(alive(pid)).toBe(false);
  expect(readFileSync(log, "utf8")).toContain("late");
  expect(said).toMatch(/exited with \d+/);
});
