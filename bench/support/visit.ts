/** One visit of the topology in a browser, and what it took. */
import type { Browser, Page } from "@playwright/test";
import type { Graph, GraphDelta } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import type { Frozen } from "./frozen.ts";
import { type LongTasks, longTasks, watchTasks } from "./long-tasks.ts";

export interface Visit {
  /** From navigation to the first laid-out frame, ms. */
  readonly painted: number;
  /** In the worker, ms. */
  readonly layout: number;
  readonly tasks: LongTasks;
  /** Between frames while the map is panned and zoomed, ms. */
  readonly frames: readonly number[];
  /** From sending a step in which a tenth of the edges change to the frame that shows it, ms. */
  readonly delta: number;
  /** The same with all edges. */
  readonly whole: number;
  /** Page and worker together after garbage was collected, bytes. */
  readonly heap: number;
  readonly nodes: number;
  readonly edges: number;
}

const GESTURE_FRAMES = 120;
const TENTH = 10;

/** Pans for half of the frames and zooms for the rest; milliseconds between frames. */
async function gesture(frames: number): Promise<number[]> {
  const canvas = document.querySelector("canvas");
  if (canvas === null) throw new Error("no drawing");
  const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, cancelable: true, bubbles: true };
  const gaps: number[] = [];
  let before = await nextFrame();
  for (let i = 0; i < frames; i++) {
    const step = i % 20 < 10 ? 1 : -1;
    canvas.dispatchEvent(
      new WheelEvent(
        "wheel",
        i < frames / 2 ? { ...at, deltaX: 14 * step, shiftKey: true } : { ...at, deltaY: -30 * step },
      ),
    );
    const now = await nextFrame();
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}

/** One edge in `every` with another rate, some of them in another state. */
function step(graph: Graph, seq: number, every: number): GraphDelta {
  const { window, latencyAt, configurationAt } = graph;
  return {
    seq,
    at: new Date(Date.parse(graph.at) + seq * 5000).toISOString(),
    window,
    latencyAt,
    configurationAt,
    removed: { nodes: [], edges: [] },
    nodes: [],
    edges: graph.edges
      .filter((_, i) => i % every === seq % every)
      .map((edge, i) => ({
        ...edge,
        rate: edge.rate === null ? null : perSecond(edge.rate * (1 + 0.5 * Math.sin(seq + i))),
        health: (i + seq) % 29 === 0 ? "degraded" : edge.health,
      })),
  };
}

/** Heap in use of the page and its workers, after garbage was collected; a worker answers through the page's own session. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const ask = { id: 1, method: "Runtime.getHeapUsage" };
  const workers: Promise<number>[] = [];
  const attached = ({ sessionId }: { readonly sessionId: string }) => {
    workers.push(
      new Promise((resolve, reject) => {
        session.on("Target.receivedMessageFromTarget", (answer) => {
          if (answer.sessionId !== sessionId) return;
          const { id, result } = JSON.parse(answer.message) as { id?: number; result?: { usedSize: number } };
          if (id === ask.id) resolve(result?.usedSize ?? Number.NaN);
        });
        const send = (message: object) =>
          session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify(message) });
        send({ id: 0, method: "HeapProfiler.collectGarbage" })
          .then(() => send(ask))
          .catch(reject);
      }),
    );
  };
  session.on("Target.attachedToTarget", attached);
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  // One that starts from here on isn't asked: it would be asked after the page was closed.
  session.off("Target.attachedToTarget", attached);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  if (workers.length === 0) throw new Error("the graph's worker didn't answer");
  const used = await Promise.all(workers);
  await session.detach();
  return usedSize + used.reduce((sum, bytes) => sum + bytes, 0);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function deltaTime(page: Page, frozen: Frozen, steps: readonly GraphDelta[]): Promise<number> {
  const times: number[] = [];
  for (const delta of steps) {
    const seen = await page.evaluate(() => performance.getEntriesByName("topology:delta").length);
    const sent = frozen.send(delta);
    await page.waitForFunction((count) => performance.getEntriesByName("topology:delta").length > count, seen);
    const painted = await page.evaluate(
      () => performance.timeOrigin + (performance.getEntriesByName("topology:delta").at(-1)?.startTime ?? 0),
    );
    times.push(painted - sent);
  }
  return median(times);
}

const PAINTED = "topology:painted";

/** Runs in the page, before its first script: says aloud that the mark was set. */
function tellPainted(name: string): void {
  new PerformanceObserver((list) => {
    if (list.getEntriesByName(name).length > 0) console.debug(name);
  }).observe({ type: "mark", buffered: true });
}

/** Waits until the page can be used and all that was asked of the drawing stands there, as sharp as it gets. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset["ready"] === "true" &&
      document.querySelector("canvas")?.dataset["still"] === "true",
  );
}

/** Opens the topology in a fresh profile, looks around, takes five steps, and leaves. `query`: of the graph that is drawn. */
export async function visit(browser: Browser, frozen: Frozen, address: string, query: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 });
  try {
    const page = await context.newPage();
    await watchTasks(page);
    await page.addInitScript(tellPainted, PAINTED);
    // Heard, not asked for: a question puts a script of a quarter of a megabyte into the page that is being measured.
    const painted = page.waitForEvent("console", { predicate: (said) => said.text() === PAINTED, timeout: 120_000 });
    await page.goto(`${frozen.url}${address}`, { waitUntil: "commit" });
    await painted;
    await settled(page);
    const first = await page.evaluate(() => {
      const [painted] = performance.getEntriesByName("topology:painted") as PerformanceMark[];
      const [laid] = performance.getEntriesByName("topology:layout") as PerformanceMark[];
      const { nodes, edges } = painted?.detail as { nodes: number; edges: number };
      const { ms } = laid?.detail as { ms: number };
      return { painted: painted?.startTime ?? Number.NaN, layout: ms, nodes, edges };
    });
    const frames = await page.evaluate(gesture, GESTURE_FRAMES);
    await settled(page);
    const graph = frozen.graph(query);
    const steps = (from: number, every: number) => Array.from({ length: 5 }, (_, i) => step(graph, from + i, every));
    const delta = await deltaTime(page, frozen, steps(1, TENTH));
    const whole = await deltaTime(page, frozen, steps(6, 1));
    return { ...first, frames, delta, whole, tasks: await longTasks(page), heap: await heapOf(page) };
  } finally {
    await context.close();
  }
}
