/** One visit of a trace's page in a browser, and what it took. */
import type { Browser, Page } from "@playwright/test";
import { type LongTasks, longTasks, watchTasks } from "./long-tasks.ts";
import { heapOf } from "./visit.ts";

export interface TraceVisit {
  /** From the arrival of our server's answer, as the worker sees it, to the first rows, ms. */
  readonly painted: number;
  /** From navigation to the first rows, ms. */
  readonly whole: number;
  readonly tasks: LongTasks;
  /** Between frames while the rows are scrolled, ms. */
  readonly frames: readonly number[];
  /** From the key that folds everything to the frame that shows it, ms. */
  readonly fold: number;
  /** Page and workers together after garbage was collected, bytes. */
  readonly heap: number;
}

const SCROLLED = 120;

/** Scrolls a fifth of a screen each frame; milliseconds between frames. */
async function scrolled(frames: number): Promise<number[]> {
  const field = document.querySelector("[data-testid=timeline]");
  if (field === null) throw new Error("no rows");
  const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const gaps: number[] = [];
  let before = await next();
  for (let i = 0; i < frames; i++) {
    field.scrollTop += field.clientHeight / 5;
    const now = await next();
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}

/** Milliseconds from the key to the frame with one row left. */
async function folded(): Promise<number> {
  const begun = performance.now();
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "]" }));
  while (document.querySelectorAll("[role=treegrid] [role=row]").length > 1)
    await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - begun;
}

async function answered(page: Page, url: string, before: () => Promise<unknown>): Promise<number> {
  const response = page.waitForResponse((each) => each.url().includes(url));
  await before();
  await (await response).finished();
  return Date.now();
}

/** Opens a trace in a fresh profile, scrolls through it, folds it, and leaves. */
export async function visitTrace(browser: Browser, url: string, id: string): Promise<TraceVisit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 });
  try {
    const page = await context.newPage();
    await watchTasks(page);
    const came = await answered(page, `/api/v1/traces/${id}`, () =>
      page.goto(`${url}/traces/${id}`, { waitUntil: "commit" }),
    );
    await page.waitForFunction(
      () => performance.getEntriesByName("trace:painted").length > 0 || document.querySelector("main [role=alert]"),
      undefined,
      { timeout: 120_000 },
    );
    const problem = page.locator("main [role=alert]");
    if ((await problem.count()) > 0) throw new Error(`The trace wasn't shown: ${await problem.innerText()}`);
    const { at, whole } = await page.evaluate(() => {
      const mark = performance.getEntriesByName("trace:painted")[0]?.startTime ?? Number.NaN;
      return { at: performance.timeOrigin + mark, whole: mark };
    });
    await page.waitForFunction(() => document.documentElement.dataset["ready"] === "true");
    const frames = await page.evaluate(scrolled, SCROLLED);
    const fold = await page.evaluate(folded);
    return { painted: at - came, whole, tasks: await longTasks(page), frames, fold, heap: await heapOf(page) };
  } finally {
    await context.close();
  }
}
