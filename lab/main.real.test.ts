/** The command with --real: two clusters on kube-apiserver and etcd, and nothing left of them however it ends. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { parse } from "yaml";
import { createKube } from "./kube/client.ts";
import { RESOURCES } from "./kube/object.ts";

const started: ChildProcess[] = [];
const dirs: string[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

const prometheus = (): string =>
  execFileSync(process.execPath, ["scripts/bootstrap.js", "provision", "prometheus"], { encoding: "utf8" }).trim();

interface Kubernetes {
  readonly server: string;
  readonly ca: string;
  readonly kubeconfig: string;
  readonly tokens: { readonly admin: string; readonly editor: string; readonly viewer: string };
}

interface State {
  readonly clusters: readonly {
    readonly name: string;
    readonly kubernetes: Kubernetes;
    readonly istiod?: { readonly http: string; readonly grpc: string };
  }[];
}

interface Running {
  readonly child: ChildProcess;
  readonly dir: string;
  readonly said: () => string;
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "meshscope-main-real-"));
  dirs.push(dir);
  return dir;
}

function start(dir: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ["lab/main.ts", "--dir", dir, "--prometheus", prometheus(), "--real"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  started.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part) => {
      said += String(part);
    });
  return { child, dir, said: () => said };
}

async function until(holds: () => boolean, seconds: number, what: string): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Command lines of the processes that work in a folder. */
function workingIn(dir: string): readonly string[] {
  const lines = execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(dir) && !line.includes("lab/main.ts"));
}

async function ready(running: Running): Promise<State> {
  await until(
    () => {
      if (running.child.exitCode !== null) throw new Error(running.said());
      return running.said().includes("lab ready\n");
    },
    120,
    "lab ready",
  );
  return JSON.parse(readFileSync(join(running.dir, "lab.json"), "utf8")) as State;
}

it("has both clusters on servers of their own, in the embedded ones' places, and takes all back on SIGTERM", async () => {
  const running = start(folder());
  const { clusters } = await ready(running);
  expect(clusters.map(({ name }) => name)).toEqual(["west-1", "east-1"]);
  expect(new Set(clusters.map(({ kubernetes }) => kubernetes.server)).size).toBe(2);
  for (const { name, kubernetes } of clusters) {
    const dir = join(running.dir, "kubernetes", name);
    for (const file of ["ca.crt", "admin.kubeconfig", "editor.kubeconfig", "viewer.kubeconfig", "console.kubeconfig"])
      expect(statSync(join(dir, file)).mode & 0o777, file).toBe(0o600);
    expect([kubernetes.ca, kubernetes.kubeconfig]).toEqual([join(dir, "ca.crt"), join(dir, "admin.kubeconfig")]);
    const ca = readFileSync(kubernetes.ca, "utf8");
    const kubeconfig = parse(readFileSync(join(dir, "console.kubeconfig"), "utf8")) as {
      users: { user: { token: string } }[];
    };
    for (const token of [kubernetes.tokens.admin, kubeconfig.users[0]?.user.token ?? ""]) {
      const kube = createKube({ server: kubernetes.server, ca, token });
      expect((await kube.list(RESOURCES.Pod)).items.length, name).toBeGreaterThan(2);
      kube.close();
    }
    for (const token of [kubernetes.tokens.editor, kubernetes.tokens.viewer]) {
      const kube = createKube({ server: kubernetes.server, ca, token });
      await expect(kube.list(RESOURCES.Pod), name).rejects.toMatchObject({ code: 403, reason: "Forbidden" });
      kube.close();
    }
  }
  expect(workingIn(running.dir).some((line) => line.includes("etcd"))).toBe(true);
  expect(clusters.map(({ istiod }) => istiod !== undefined)).toEqual([true, false]);
  // It has read what is there: a service of the shop is in its registry.
  const registry = await fetch(`${clusters[0]?.istiod?.http}/debug/registryz`);
  expect(await registry.text()).toContain("reviews.shop.svc.cluster.local");
  running.child.kill("SIGTERM");
  await once(running.child, "exit");
  expect(running.child.exitCode, running.said()).toBe(0);
  expect(workingIn(running.dir)).toEqual([]);
  expect(existsSync(join(running.dir, "lab.json"))).toBe(false);
  expect(readdirSync(join(running.dir, "kubernetes", "west-1"))).not.toContain("server");
}, 180_000);

it("leaves no process when it is killed, and starts again over what was left", async () => {
  const killed = start(folder());
  const programs = (): number => workingIn(killed.dir).filter((line) => !line.startsWith("/bin/sh")).length;
  await until(() => programs() === 5, 60, "two of each and a Prometheus");
  killed.child.kill("SIGKILL");
  await until(() => workingIn(killed.dir).length === 0, 15, "all gone");
  const again = start(killed.dir);
  expect((await ready(again)).clusters.length).toBe(2);
  again.child.kill("SIGTERM");
  await once(again.child, "exit");
}, 240_000);

it("says which program doesn't start, with the end of its log, and ends the others", async () => {
  const running = start(folder(), { MESHSCOPE_ETCD: "/bin/false" });
  await once(running.child, "exit");
  expect(running.child.exitCode).toBe(1);
  expect(running.said()).toMatch(/etcd exited with 1; its log \(.+etcd\.log\) ends with:/);
  expect(workingIn(running.dir)).toEqual([]);
}, 60_000);
