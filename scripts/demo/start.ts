import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { provisionReal, realComponents } from "../real/components.ts";
import { root } from "../steps/tool.ts";
import { consoleConfig } from "./config.ts";
import type { DemoOptions } from "./options.ts";
import { freePort } from "./port.ts";
import { type Service, startService } from "./service.ts";
import {
  type DemoState,
  type LabState,
  prepareFolder,
  readLabState,
  removeState,
  runningDemo,
  writePrivate,
  writeState,
} from "./state.ts";

/** A lab and a console that answer. */
export interface Demo {
  readonly state: DemoState;
  /** Resolves with a sentence when a part of it ends by itself. */
  readonly broken: Promise<string>;
  /** Ends the lab alone: the console goes on without its sources. */
  stopLab(): Promise<void>;
  /** Ends all parts and takes the state file back. */
  stop(): Promise<void>;
}

/** Seconds between two readings of the console: scenarios with few series are scraped every second, generated ones every 15. */
const polls: Readonly<Record<string, number>> = { shop: 2 };
const defaultPoll = 5;
/** A lab writes every object of every workload to its API server before it answers, in milliseconds. */
const labDeadline = ({ workloads = 0 }: DemoOptions) => 120_000 + 40 * workloads;
const consoleDeadline = 60_000;

/**
 * Starts the lab, then the console on it, waits until both answer, and publishes the state file. Expects the production
 * build to be there.
 * @throws Error with the next step for the user; then nothing is left running
 */
export async function startDemo(
  options: DemoOptions,
  { prometheus, signal }: { prometheus: string; signal: AbortSignal },
): Promise<Demo> {
  const other = await runningDemo(options.dir);
  if (other !== null) {
    throw new Error(
      `A demo already runs from ${options.dir}: ${other.console} (process ${other.pid}). End it, or set MESHSCOPE_LAB_DIR for a second one.`,
    );
  }
  const port = await freePort(options.port);
  await prepareFolder(options.dir);
  const services: Service[] = [];
  const stop = async (): Promise<void> => {
    await removeState(options.dir);
    // The console first, so that it doesn't report a dying lab.
    for (const service of services.toReversed()) await service.group.stop();
  };
  try {
    const lab = await startService({
      name: "The lab",
      args: labArgs(options, prometheus),
      env: options.real ? await realEnvironment() : {},
      log: join(options.dir, "lab.log"),
      signal,
    });
    services.push(lab);
    const found = await lab.ready(() => readLabState(options.dir), labDeadline(options));
    const config = join(options.dir, "console.yaml");
    const sessionKeyFile = join(options.dir, "session.key");
    await writePrivate(sessionKeyFile, `${randomBytes(48).toString("base64")}\n`);
    const { scenario, workloads } = options;
    const poll = polls[scenario] ?? defaultPoll;
    await writePrivate(config, consoleConfig(found, { port, poll, sessionKeyFile, workloads }));
    const console = await startService({
      name: "The console",
      args: [join(root, "server", "main.ts")],
      env: { MESHSCOPE_CONFIG: config, NODE_ENV: "production" },
      log: join(options.dir, "console.log"),
      signal,
    });
    services.push(console);
    const url = `http://127.0.0.1:${port}`;
    await console.ready(() => answers(`${url}/readyz`), consoleDeadline);
    const { tracing, truth, kubernetes } = found;
    const state = {
      pid: process.pid,
      console: url,
      prometheus: found.prometheus,
      tracing,
      truth,
      kubernetes,
      ...istiodOf(found),
    };
    await writeState(options.dir, state);
    const broken = Promise.race([
      lab.group.ended.then((code) => `The lab ended by itself (code ${code}); see ${join(options.dir, "lab.log")}.`),
      console.group.ended.then(
        (code) => `The console ended by itself (code ${code}); see ${join(options.dir, "console.log")}.`,
      ),
    ]);
    return { state, broken, stopLab: () => lab.group.stop(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function istiodOf({ clusters }: LabState): Pick<DemoState, "istiod"> {
  const istiod = clusters[0]?.istiod;
  return istiod === undefined ? {} : { istiod };
}

function labArgs(options: DemoOptions, prometheus: string): string[] {
  const numbers = { workloads: options.workloads, namespaces: options.namespaces, seed: options.seed };
  return [
    join(root, "lab", "main.ts"),
    ...["--dir", options.dir, "--prometheus", prometheus, "--scenario", options.scenario],
    ...Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...(options.real ? ["--real"] : []),
  ];
}

/** Where the lab finds the real components. */
async function realEnvironment(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const component of realComponents.filter(({ testsOnly }) => testsOnly !== true)) {
    const path = await provisionReal(component);
    if (path === null) throw new Error(`--real needs ${component.name}. Next step: ${component.nextStep}.`);
    found[component.env] = path;
  }
  return found;
}

async function answers(url: string): Promise<true | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ? true : null;
}
