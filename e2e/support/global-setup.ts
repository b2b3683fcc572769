import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDemo } from "../../scripts/demo/start.ts";
import { provisionPrometheus } from "../../scripts/provision/prometheus.ts";
import { build } from "../../scripts/steps/build.ts";

/**
 * Builds the console if it is stale, and starts the demo's shop on a free port, with a folder of its own so that a demo
 * may run beside it. Tests find it in MESHSCOPE_E2E_DIR/state.json.
 * @returns what ends it after the last test
 */
export default async function setup(): Promise<() => Promise<void>> {
  const interrupted = new AbortController();
  const context = { signal: interrupted.signal, folder: "" };
  const built = await build(context);
  if (built.code !== 0) throw new Error(`The production build failed:\n${built.output}`);
  const dir = await mkdtemp(join(tmpdir(), "meshscope-e2e-"));
  const options = { scenario: "shop", workloads: undefined, namespaces: undefined, seed: undefined };
  const real = process.env.MESHSCOPE_E2E_REAL === "1";
  const prometheus = await provisionPrometheus();
  const demo = await startDemo({ ...options, port: 0, real, dir }, { prometheus, signal: interrupted.signal });
  process.env.MESHSCOPE_E2E_DIR = dir;
  return async () => {
    await demo.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
