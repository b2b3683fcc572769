/**
 * The lab's command: `node lab/main.ts --dir DIR --prometheus BIN --scenario NAME`. Writes DIR/lab.json once all of
 * it answers, says `lab ready`, and ends everything it started on SIGTERM, SIGINT, or when its parent goes away. With
 * --real, clusters are kube-apiservers with etcd instead of the embedded server.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type RealBinaries, realBinaries, realJaeger } from "./real/binaries.ts";
import { startJaeger } from "./real/jaeger.ts";
import { startRealKube } from "./real/kube.ts";
import type { Scenario } from "./scenarios/model.ts";
import { scale } from "./scenarios/scale.ts";
import { shop } from "./scenarios/shop.ts";
import { trials } from "./scenarios/trials/all.ts";
import type { Lab, Tracing } from "./sim/lab.ts";
import { startLab } from "./sim/lab.ts";
import { startTraceServer } from "./tracing/server.ts";

const USAGE =
  "usage: node lab/main.ts --dir DIR --prometheus BIN [--scenario NAME] [--workloads N] [--namespaces N] [--seed N] [--otlp URL] [--real]";

interface Arguments {
  readonly dir: string;
  readonly prometheus: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly otlp: string | null;
  readonly real: RealBinaries | null;
}

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      ...{ dir: text, prometheus: text, scenario: text, workloads: text, namespaces: text, seed: text, otlp: text },
      real: { type: "boolean", default: false },
    },
  });
  const whole = (name: "workloads" | "namespaces" | "seed", fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isSafeInteger(value) || value < (name === "seed" ? 0 : 1))
      throw new Error(`--${name} wants a whole number, not ${values[name]}`);
    return value;
  };
  if (values.dir === undefined || values.prometheus === undefined) throw new Error("--dir and --prometheus are needed");
  const seed = whole("seed", 1);
  const name = values.scenario ?? "shop";
  const size = { workloads: whole("workloads", 1000), namespaces: whole("namespaces", 40), seed };
  const scenario = name === "shop" ? shop : name === "scale" ? scale(size) : trials.get(name)?.scenario;
  if (scenario === undefined)
    throw new Error(`--scenario is one of shop, scale, ${[...trials.keys()].join(", ")}, not ${name}`);
  const real = values.real ? realBinaries(process.env) : null;
  return { dir: resolve(values.dir), prometheus: values.prometheus, scenario, seed, otlp: values.otlp ?? null, real };
}

const log = (message: string): void => {
  process.stderr.write(`lab: ${message}\n`);
};

/** DIR/lab.json: where everything is, readable by its owner alone because it holds tokens. */
function writeState(file: string, lab: Lab): void {
  const kubernetes = lab.clusters.map(({ api, dir }) => ({
    server: api.url,
    ca: join(dir, "ca.crt"),
    kubeconfig: join(dir, "admin.kubeconfig"),
    tokens: api.tokens,
  }));
  const state = {
    pid: process.pid,
    prometheus: lab.prometheus,
    tracing: lab.tracing,
    truth: lab.truth,
    kubernetes: kubernetes[0],
    clusters: lab.clusters.map(({ name, dir, controlPlane }, i) => ({
      name,
      ...(controlPlane === undefined ? {} : { istiod: { http: controlPlane.http, grpc: controlPlane.grpc } }),
      kubernetes: kubernetes[i],
      consoleKubeconfig: join(dir, "console.kubeconfig"),
    })),
  };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** The embedded trace store, or a real Jaeger. */
function tracingOf(real: RealBinaries | null): (dir: string) => Promise<Tracing> {
  return real === null ? () => startTraceServer() : (dir) => startJaeger(realJaeger(process.env), dir);
}

async function main(): Promise<void> {
  const parent = process.ppid;
  let options: Arguments;
  try {
    options = readArguments();
  } catch (error) {
    log(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(options.dir, { recursive: true });
  const file = join(options.dir, "lab.json");
  let lab: Lab;
  try {
    const { real, ...rest } = options;
    // Whoever names a receiver of its own wants no other.
    const startTracing = options.otlp === null ? { startTracing: tracingOf(real) } : {};
    lab = await startLab({
      ...rest,
      ...startTracing,
      log,
      ...(real && { startApi: (place) => startRealKube(real, place) }),
    });
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    return;
  }
  let ending = false;
  const watchdog = setInterval(() => {
    // A parent that is gone leaves its children to somebody else.
    if (process.ppid !== parent) void end(0);
  }, 1000);
  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    clearInterval(watchdog);
    rmSync(file, { force: true });
    await lab.close();
    process.exit(code);
  };
  process.once("SIGTERM", () => void end(0));
  process.once("SIGINT", () => void end(0));
  void lab.failed.then((reason) => {
    log(reason);
    return end(1);
  });
  writeState(file, lab);
  process.stdout.write("lab ready\n");
}

await main();
