/** A real Prometheus as a child: started on a free port, waited for, and gone when the lab is gone, however it ends. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startGuarded } from "../process/guarded.ts";
import { freePorts } from "../process/ports.ts";
import { prometheusConfig } from "./config.ts";

export interface Prometheus {
  readonly url: string;
  /** Resolves with a reason when the process ends by itself; never after close(). */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

export async function startPrometheus(options: {
  readonly binary: string;
  readonly dir: string;
  readonly discovery: string;
  readonly scrapeSeconds: number;
}): Promise<Prometheus> {
  const data = join(options.dir, "data");
  mkdirSync(data, { recursive: true });
  const config = join(options.dir, "prometheus.yml");
  writeFileSync(config, prometheusConfig(options));
  const { web } = await freePorts(["web"]);
  const logPath = join(options.dir, "prometheus.log");
  const program = startGuarded(
    options.binary,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      "--storage.tsdb.retention.time=6h",
      "--storage.tsdb.retention.size=2GB",
      `--web.listen-address=127.0.0.1:${web}`,
      "--log.level=warn",
      // Prometheus keeps none unless it is told to: https://prometheus.io/docs/prometheus/latest/feature_flags/#exemplars-storage
      "--enable-feature=exemplar-storage",
    ],
    logPath,
  );
  let closing = false;
  const url = `http://127.0.0.1:${web}`;
  const close = async (): Promise<void> => {
    closing = true;
    await program.stop();
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const state = await Promise.race([program.ended, isReady(url)]);
    if (state === true) break;
    if (state !== false) throw new Error(`Prometheus ${state}; its log: ${logPath}`);
    if (Date.now() > deadline) {
      await close();
      throw new Error(`Prometheus did not become ready within 30 s; its log: ${logPath}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    failed: new Promise((resolve) => {
      void program.ended.then((reason) => {
        if (!closing) resolve(`Prometheus ${reason}; its log: ${logPath}`);
      });
    }),
    close,
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
