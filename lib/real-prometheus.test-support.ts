/** A real Prometheus on loopback, for tests: over blocks made from OpenMetrics text, without any scraping. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const bootstrap = fileURLToPath(new URL("../scripts/bootstrap.js", import.meta.url));

export interface RealPrometheus {
  readonly url: string;
  stop(): Promise<void>;
}

let found: Promise<string> | null = null;

/** Path of the provisioned promtool; looked for once. */
export function findPromtool(): Promise<string> {
  found ??= provisioned();
  return found;
}

async function provisioned(): Promise<string> {
  const { stdout } = await run(process.execPath, [bootstrap, "provision", "prometheus"], { timeout: 300_000 });
  return join(dirname(stdout.trim().split("\n").at(-1) ?? ""), "promtool");
}

/** Starts one on a free port and waits until it is ready. `openMetrics` needs timestamps and ends with `# EOF`. */
export async function startRealPrometheus(openMetrics: string): Promise<RealPrometheus> {
  const promtool = await findPromtool();
  const dir = await mkdtemp(join(tmpdir(), "meshscope-prometheus-"));
  const text = join(dir, "samples.txt");
  const config = join(dir, "prometheus.yml");
  await writeFile(text, openMetrics);
  await writeFile(config, "global: {}\n");
  const data = join(dir, "data");
  await run(promtool, ["tsdb", "create-blocks-from", "openmetrics", text, data]);
  const port = await freePort();
  const child = spawn(
    join(dirname(promtool), "prometheus"),
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--storage.tsdb.retention.time=100y",
      "--query.max-samples=100000",
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(dir, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(`${url}/-/ready`, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-2000);
  });
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Prometheus isn't ready: ${log}`);
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
