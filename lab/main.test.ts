/** The command as its callers use it: what it writes, and that nothing of it outlives it. */
import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

const started: ChildProcess[] = [];
const dirs: string[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

const prometheus = (): string =>
  execFileSync(process.execPath, ["scripts/bootstrap.js", "provision", "prometheus"], { encoding: "utf8" }).trim();

function start(
  args: readonly string[],
  through: readonly string[] = [],
): { readonly child: ChildProcess; readonly out: () => string } {
  const [command = process.execPath, ...rest] = [...through, process.execPath, "lab/main.ts", ...args];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part) => {
      out += String(part);
    });
  return { child, out: () => out };
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 45_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`not within 45 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const answers = async (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    (r) => r.ok,
    () => false,
  );

interface State {
  readonly pid: number;
  readonly prometheus: string;
  readonly truth: string;
  readonly tracing: string;
  readonly kubernetes: {
    readonly server: string;
    readonly ca: string;
    readonly kubeconfig: string;
    readonly tokens: Record<string, string>;
  };
  readonly clusters: readonly { readonly name: string }[];
}

async function ready(
  through: readonly string[] = [],
): Promise<{ readonly dir: string; readonly state: State; readonly child: ChildProcess }> {
  const dir = mkdtempSync(join(tmpdir(), "meshscope-main-"));
  dirs.push(dir);
  const { child, out } = start(["--dir", dir, "--prometheus", prometheus()], through);
  await until(() => {
    if (child.exitCode !== null) throw new Error(out());
    return out().includes("lab ready\n");
  }, "lab ready");
  return { dir, child, state: JSON.parse(readFileSync(join(dir, "lab.json"), "utf8")) as State };
}

describe("node lab/main.ts", () => {
  it("says where everything is, to its owner alone, and ends it all on SIGTERM", async () => {
    const { dir, child, state } = await ready();
    expect(statSync(join(dir, "lab.json")).mode & 0o777).toBe(0o600);
    expect(state.pid).toBe(child.pid);
    expect(state.clusters.map((c) => c.name)).toEqual(["west-1", "east-1"]);
    expect((await fetch(`${state.tracing}/api/v3/services`)).status).toBe(200);
    expect(Object.keys(state.kubernetes.tokens).sort()).toEqual(["admin", "editor", "viewer"]);
    expect(existsSync(state.kubernetes.ca) && existsSync(state.kubernetes.kubeconfig)).toBe(true);
    expect(await answers(state.prometheus)).toBe(true);
    child.kill("SIGTERM");
    await until(() => child.exitCode !== null, "exit");
    expect(child.exitCode).toBe(0);
    expect(existsSync(join(dir, "lab.json"))).toBe(false);
    expect(await answers(state.prometheus)).toBe(false);
  }, 120_000);

  it("takes Prometheus with it even when it is killed", async () => {
    const { child, state } = await ready();
    child.kill("SIGKILL");
    await until(async () => !(await answers(state.prometheus)), "Prometheus gone");
  }, 120_000);

  it("ends when its parent does", async () => {
    // The shell stays a parent of its own, because something follows the command.
    const { child, state } = await ready(["/bin/sh", "-c", '"$@"; exit 0', "sh"]);
    child.kill("SIGKILL");
    await until(async () => !(await answers(state.prometheus)), "Prometheus gone");
  }, 120_000);

  it.each([
    [[], "--dir and --prometheus are needed"],
    [
      ["--dir", "x", "--prometheus", "y", "--scenario", "moon"],
      "--scenario is one of shop, scale, forgotten-account, ",
    ],
    [["--dir", "x", "--prometheus", "y", "--workloads", "many"], "--workloads wants a whole number, not many"],
    [["--what"], "Unknown option '--what'"],
  ])(
    "refuses %j with a reason",
    async (args, reason) => {
      const { child, out } = start(args);
      await until(() => child.exitCode !== null, "exit");
      expect(child.exitCode).toBe(2);
      expect(out()).toContain(reason);
    },
    60_000,
  );

  it("says so when Prometheus doesn't start, and leaves nothing behind", async () => {
    const dir = mkdtempSync(join(tmpdir(), "meshscope-main-"));
    dirs.push(dir);
    const { child, out } = start(["--dir", dir, "--prometheus", "/bin/false"]);
    await until(() => child.exitCode !== null, "exit");
    expect(child.exitCode).toBe(1);
    expect(out()).toMatch(/Prometheus exited with 1; its log: /);
    expect(existsSync(join(dir, "lab.json"))).toBe(false);
  }, 60_000);
});
