import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Access to the lab's Kubernetes API. Paths are absolute; tokens are bearer tokens. */
export interface LabKubernetes {
  readonly server: string;
  readonly ca: string;
  readonly kubeconfig: string;
  readonly tokens: { readonly admin: string; readonly editor: string; readonly viewer: string };
}

/** A cluster as the console is to know it; without `kubernetes` it is seen through telemetry alone. */
export interface LabCluster {
  readonly name: string;
  readonly metricsName?: string;
  readonly kubernetes?: LabKubernetes;
  /** What the console reads it with: a user with the rights of deploy/kubernetes and no more. There where `kubernetes` is. */
  readonly consoleKubeconfig?: string;
  /** A real control plane's debug pages and plaintext ADS, `host:port`; absent where none runs. */
  readonly istiod?: { readonly http: string; readonly grpc: string };
}

/** DIR/lab.json: what the lab writes once everything of it answers. */
export interface LabState {
  readonly pid: number;
  readonly prometheus: string;
  readonly tracing: string | null;
  readonly truth: string;
  readonly kubernetes: LabKubernetes;
  readonly clusters: readonly LabCluster[];
}

/** DIR/state.json: what a running demo is made of, for scripts and tests. `pid` is the process to signal. */
export interface DemoState {
  readonly pid: number;
  readonly console: string;
  readonly prometheus: string;
  readonly tracing: string | null;
  readonly truth: string;
  readonly kubernetes: LabKubernetes;
  /** Of the first cluster, with --real. */
  readonly istiod?: { readonly http: string; readonly grpc: string };
}

const stateFile = "state.json";

/** Writes a file that only this user may read, by rename: a reader sees the old one or the new one, whole. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await rm(part, { force: true });
  await writeFile(part, text, { mode: 0o600, flag: "wx" });
  await rename(part, path);
}

/** Publishes a running demo. */
export function writeState(dir: string, state: DemoState): Promise<void> {
  return writePrivate(join(dir, stateFile), `${JSON.stringify(state, null, 2)}\n`);
}

/** Takes the demo's state back; it is over. */
export function removeState(dir: string): Promise<void> {
  return rm(join(dir, stateFile), { force: true });
}

/** The state of a demo that is running from this folder, or null; a file left by one that was killed is removed. */
export async function runningDemo(dir: string): Promise<DemoState | null> {
  const text = await readFile(join(dir, stateFile), "utf8").catch(() => null);
  if (text === null) return null;
  const state = JSON.parse(text) as DemoState;
  if (isAlive(state.pid)) return state;
  await removeState(dir);
  return null;
}

/** What the lab wrote, or null while it hasn't. */
export async function readLabState(dir: string): Promise<LabState | null> {
  const text = await readFile(join(dir, "lab.json"), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as LabState);
}

/** Prepares the folder: private, and without the state of an earlier lab. */
export async function prepareFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await rm(join(dir, "lab.json"), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
