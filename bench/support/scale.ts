/** The `scale` scenario with a console on it, for benchmarks of the server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Graph } from "#lib/graph/model.ts";
import { type Demo, startDemo } from "../../scripts/demo/start.ts";
import { interruption } from "../../scripts/process/interrupt.ts";
import { provisionPrometheus } from "../../scripts/provision/prometheus.ts";
import { build } from "../../scripts/steps/build.ts";
import { namespacesOfScale } from "./mesh.ts";

export interface Figure {
  readonly name: string;
  readonly size: number;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
}

/** Five scrapes of the scenario: a window of 1 min at 15 s is full, and rates are steady. */
const SETTLE = 80_000;
/** Until the graph is full, in milliseconds: the more is scraped, the longer an answer of Prometheus takes beside it. */
const deadline = (workloads: number) => 240_000 + 60 * workloads;

const signal = interruption();

/** Waits `ms` milliseconds, or fails when the run is interrupted. */
export const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal });

/** Runs `work` beside a lab of `workloads`, once its graph is full; ends everything afterwards. */
export async function* onScale<T>(workloads: number, work: (demo: Demo) => AsyncIterable<T>): AsyncGenerator<T> {
  const built = await build({ signal, folder: "" });
  if (built.code !== 0) throw new Error(`The production build failed:\n${built.output}`);
  const dir = await mkdtemp(join(tmpdir(), "meshscope-bench-"));
  const namespaces = namespacesOfScale(workloads);
  const options = { scenario: "scale" as const, workloads, namespaces, seed: 1, port: 0, real: false, dir };
  const demo = await startDemo(options, { prometheus: await provisionPrometheus(), signal });
  try {
    const began = performance.now();
    await pause(SETTLE);
    while ((await askGraph(demo, "latency=off")).graph.edges.length < workloads) {
      if (performance.now() - began > deadline(workloads)) throw new Error("The scale scenario's graph stayed small.");
      await pause(2_000);
    }
    yield* work(demo);
  } finally {
    await demo.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Answer {
  readonly graph: Graph;
  /** Milliseconds until its last byte was here; what a reader makes of it isn't in it. */
  readonly ms: number;
}

/** One GET /graph. A graph of fewer than `edges` is none to be timed. */
export async function askGraph(demo: Demo, query: string, edges = 0): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(`${demo.state.console}/api/v1/graph?${query}`);
  const bytes = await response.arrayBuffer();
  const ms = performance.now() - began;
  const text = new TextDecoder().decode(bytes);
  if (!response.ok) throw new Error(`GET /graph?${query}: ${response.status} ${text}`);
  const graph = JSON.parse(text) as Graph;
  if (graph.edges.length < edges) throw new Error(`GET /graph?${query} has ${graph.edges.length} edges only.`);
  return { graph, ms };
}

/** The API rounds instants to as many seconds; the newest is left out, of which not every scrape may be stored. */
const AT_STEP = 5;

/** Instants of a full mesh that nobody has asked for, each later than the one before: time passes until there is one. */
export function freshInstants(): () => Promise<number> {
  let last = 0;
  return async () => {
    for (;;) {
      const at = (Math.floor(Date.now() / 1000 / AT_STEP) - 1) * AT_STEP;
      if (at > last) {
        last = at;
        return at;
      }
      await pause(500);
    }
  };
}

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
