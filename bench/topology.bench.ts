/**
 * What the topology costs a browser: the production build in headless Chromium at 1440 × 900, on an answer taken from the
 * scale scenario and frozen, with simulator and Prometheus stopped. Each number is the median of five visits, and holds
 * twice: for the default view, and with every workload and edge drawn. `baseline` is the limit the project has set itself.
 */
import { chromium } from "@playwright/test";
import { provisionChromium } from "../scripts/provision/chromium.ts";
import { quietBrowser } from "../scripts/provision/quiet-browser.ts";
import { type Frozen, freeze } from "./support/frozen.ts";
import { type Figure, median, onScale } from "./support/scale.ts";
import { type Visit, visit } from "./support/visit.ts";

export const sizes = [100, 1000, 5000] as const;

const VISITS = 5;
const MB = 1e6;

/** By size: navigation to painted, layout, longest task, frame median and p95, delta (all ms), heap (MB). */
const LIMITS: Readonly<Record<number, readonly number[]>> = {
  100: [1000, 100, 50, 16.7, 20, 16, 60],
  1000: [1500, 600, 50, 16.7, 20, 33, 100],
  5000: [5000, 4000, 100, 20, 33, 100, 250],
};

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

const METRICS: readonly (readonly [metric: string, unit: string, of: (visit: Visit) => number])[] = [
  ["navigation to painted", "ms", ({ painted }) => painted],
  ["layout in the worker", "ms", ({ layout }) => layout],
  ["longest main-thread task", "ms", ({ tasks }) => tasks.own],
  ["frame, median", "ms", ({ frames }) => at(frames, 0.5)],
  ["frame, p95", "ms", ({ frames }) => at(frames, 0.95)],
  ["delta applied and painted", "ms", ({ delta }) => delta],
  ["JavaScript heap", "MB", ({ heap }) => heap / MB],
];

/** What the page draws at an address, and the query it asks for that. */
function views(frozen: Frozen): readonly (readonly [name: string, address: string, query: string])[] {
  const grouped = frozen.graph("").nodes.length > 150;
  return [
    ["default", "/topology", grouped ? "lens=namespace" : ""],
    ["every workload", "/topology?detail=workloads", ""],
  ];
}

async function* measure(frozen: Frozen, size: number): AsyncGenerator<Figure> {
  const browser = await chromium.launch({ executablePath: await provisionChromium(), args: [...quietBrowser] });
  try {
    for (const [view, address, query] of views(frozen)) {
      // The first warms the server and the disk.
      await visit(browser, frozen, address, query);
      const visits: Visit[] = [];
      while (visits.length < VISITS) visits.push(await visit(browser, frozen, address, query));
      const name = "topology";
      for (const [i, [metric, unit, of]] of METRICS.entries()) {
        const limit = LIMITS[size]?.[i];
        const baseline = limit === undefined ? {} : { baseline: limit };
        yield { name, size, metric: `${view}: ${metric}`, value: median(visits.map(of)), unit, ...baseline };
      }
      const start = median(visits.map(({ tasks }) => tasks.start));
      yield { name, size, metric: `${view}: the framework's start, one task`, value: start, unit: "ms" };
      const all = "delta of every edge applied and painted";
      yield { name, size, metric: `${view}: ${all}`, value: median(visits.map(({ whole }) => whole)), unit: "ms" };
      const [last] = visits;
      yield { name, size, metric: `${view}: nodes drawn`, value: last?.nodes ?? 0, unit: "1" };
      yield { name, size, metric: `${view}: edges drawn`, value: last?.edges ?? 0, unit: "1" };
    }
  } finally {
    await browser.close();
  }
}

export async function* run(size: number): AsyncGenerator<Figure> {
  yield* onScale(size, async function* (demo): AsyncGenerator<Figure> {
    const frozen = await freeze(demo.state.console, ["", "lens=namespace"]);
    try {
      await demo.stopLab();
      yield* measure(frozen, size);
    } finally {
      await frozen.close();
    }
  });
}
