/**
 * What one trace costs a browser: the production build in headless Chromium at 1440 × 900 on a trace of a generated mesh, taken
 * and frozen, with simulator and Prometheus stopped. Each number is the median of five visits, `baseline` the limit the project has set itself. Sizes are spans. What the worker
 * computes is measured by itself, beside the usual way with an object a span, in `bench traces`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { openStage, take } from "../e2e/support/stage.ts";
import { type Demo, startDemo } from "../scripts/demo/start.ts";
import { interruption } from "../scripts/process/interrupt.ts";
import { provisionChromium } from "../scripts/provision/chromium.ts";
import { provisionPrometheus } from "../scripts/provision/prometheus.ts";
import { quietBrowser } from "../scripts/provision/quiet-browser.ts";
import { build } from "../scripts/steps/build.ts";
import { type Figure, median } from "./support/scale.ts";
import { generatedTrace } from "./support/spans.ts";
import { type TraceVisit, visitTrace } from "./support/trace-visit.ts";

export const sizes = [1_000, 10_000, 50_000, 100_000] as const;

const VISITS = 5;
const signal = interruption();

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

type Metric = readonly [metric: string, unit: string, limit: number | null, of: (visit: TraceVisit) => number];

const METRICS: readonly Metric[] = [
  ["answer to first rows", "ms", 500, ({ painted }) => painted],
  ["navigation to first rows", "ms", 1_000, ({ whole }) => whole],
  ["longest main-thread task", "ms", 50, ({ tasks }) => tasks.own],
  ["the framework's start, one task", "ms", null, ({ tasks }) => tasks.start],
  ["scrolling frame, median", "ms", 16.7, ({ frames }) => at(frames, 0.5)],
  ["scrolling frame, p95", "ms", 20, ({ frames }) => at(frames, 0.95)],
  ["everything folded", "ms", 100, ({ fold }) => fold],
  ["JavaScript heap", "MB", 150, ({ heap }) => heap / 1e6],
];

interface ResourceSpans {
  readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: string }[] }[];
}

/** Spans that are sent at once: what a collector's batches hold by default is no more. */
const BATCH = 512;

const batches = (resource: ResourceSpans): ResourceSpans[] =>
  resource.scopeSpans.flatMap(({ spans, ...scope }) =>
    Array.from({ length: Math.ceil(spans.length / BATCH) }, (_, i) => ({
      ...resource,
      scopeSpans: [{ ...scope, spans: spans.slice(i * BATCH, (i + 1) * BATCH) }],
    })),
  );

/** Puts a trace into the lab's store, in parts that it takes. @returns its id */
async function send({ state }: Demo, size: number): Promise<string> {
  const { result } = JSON.parse(generatedTrace(size, 1)) as { result: { resourceSpans: ResourceSpans[] } };
  for (const part of result.resourceSpans.flatMap(batches)) {
    const sent = await fetch(`${state.tracing}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [part] }),
    });
    if (!sent.ok) throw new Error(`the trace store answered ${sent.status}`);
  }
  const id = result.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId;
  if (id === undefined) throw new Error("the generated trace is empty");
  return id;
}

async function* measure(demo: Demo, size: number): AsyncGenerator<Figure> {
  const browser = await chromium.launch({ executablePath: await provisionChromium(), args: [...quietBrowser] });
  try {
    const id = await send(demo, size);
    // As the page asks for it.
    const path = `/api/v1/traces/${id}?format=columns`;
    const upstream = demo.state.console;
    const stage = await openStage(upstream, () => undefined, new Map([[path, await take(upstream, path)]]));
    await demo.stopLab();
    // The first warms the server and the disk.
    await visitTrace(browser, stage.url, id);
    const visits: TraceVisit[] = [];
    while (visits.length < VISITS) visits.push(await visitTrace(browser, stage.url, id));
    await stage.close();
    for (const [metric, unit, limit, of] of METRICS) {
      const baseline = limit === null ? {} : { baseline: limit };
      yield { name: "trace-page", size, metric, value: median(visits.map(of)), unit, ...baseline };
    }
  } finally {
    await browser.close();
  }
}

export async function* run(size: number): AsyncGenerator<Figure> {
  const built = await build({ signal, folder: "" });
  if (built.code !== 0) throw new Error(`The production build failed:\n${built.output}`);
  const dir = await mkdtemp(join(tmpdir(), "meshscope-bench-"));
  const options = {
    scenario: "shop" as const,
    workloads: undefined,
    namespaces: undefined,
    seed: 1,
    port: 0,
    real: false,
  };
  const demo = await startDemo({ ...options, dir }, { prometheus: await provisionPrometheus(), signal });
  try {
    yield* measure(demo, size);
  } finally {
    await demo.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
