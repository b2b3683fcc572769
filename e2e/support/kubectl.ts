import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { DemoState } from "../../scripts/demo/state.ts";
import { provisionKubectl } from "../../scripts/provision/kubectl.ts";

const run = promisify(execFile);

/** Runs kubectl as the lab's administrator, as an operator would beside the console. */
export async function kubectl(demo: DemoState, ...args: string[]): Promise<string> {
  const { stdout } = await run(await provisionKubectl(), ["--kubeconfig", demo.kubernetes.kubeconfig, ...args]);
  return stdout;
}

/** The same with these objects on its standard input, and `-f -` at its end. */
export async function feedKubectl(demo: DemoState, objects: readonly object[], ...args: string[]): Promise<string> {
  // Validation by kubectl itself would ask for a document that the embedded lab doesn't serve.
  const all = ["--kubeconfig", demo.kubernetes.kubeconfig, ...args, "--validate=false", "-f", "-"];
  const child = spawn(await provisionKubectl(), all, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
  const [code] = await once(child, "close");
  const text = Buffer.concat(said).toString("utf8");
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} failed: ${text}`);
  return text;
}
