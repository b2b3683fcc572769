/** A second console on the demo's lab, with other settings. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consoleConfig } from "../../scripts/demo/config.ts";
import { freePort } from "../../scripts/demo/port.ts";
import { startService } from "../../scripts/demo/service.ts";
import { type LabState, writePrivate } from "../../scripts/demo/state.ts";
import { root } from "../../scripts/steps/tool.ts";

/**
 * Starts one, and waits until its process answers. `change`: what is different about the lab as it sees it; `rewrite`: about
 * its configuration (YAML).
 */
export async function startBeside(
  change: Partial<LabState>,
  rewrite: (yaml: string) => string = (yaml) => yaml,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const labDir = process.env.MESHSCOPE_E2E_DIR ?? "";
  const dir = await mkdtemp(join(tmpdir(), "meshscope-beside-"));
  const lab = JSON.parse(await readFile(join(labDir, "lab.json"), "utf8")) as LabState;
  const port = await freePort(0);
  const config = join(dir, "console.yaml");
  // The console of the demo made it.
  const sessionKeyFile = join(labDir, "session.key");
  await writePrivate(config, rewrite(consoleConfig({ ...lab, ...change }, { port, poll: 2, sessionKeyFile })));
  const console = await startService({
    name: "The console beside",
    args: [join(root, "server", "main.ts")],
    env: { MESHSCOPE_CONFIG: config, NODE_ENV: "production" },
    log: join(dir, "console.log"),
    signal: new AbortController().signal,
  });
  const url = `http://127.0.0.1:${port}`;
  await console.ready(async () => ((await fetch(`${url}/healthz`).catch(() => null))?.ok ? true : null), 30_000);
  return {
    url,
    async stop() {
      await console.group.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
