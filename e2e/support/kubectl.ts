import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { DemoState } from "../../scripts/demo/state.ts";
import { provisionKubectl } from "../../scripts/provision/kubectl.ts";

const run = promisify(execFile);

/** Runs kubectl as the lab's administrator, as an operator would beside the console. */
export async function kubectl(demo: DemoState, ...args: string[]): Promise<string> {
  const { stdout } = await run(await provisionKubectl(), ["--kubeconfig", demo.kubernetes.kubeconfig, ...args]);
  return stdout;
}
