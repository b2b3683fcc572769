/**
 * Long tasks of a page's main thread, told apart: those in which scripts of ours ran, and the one in which Next and React
 * begin, before anything of ours. What the browser does without a script (the first style, layout and paint of the page)
 * counts as neither.
 */
import type { Page } from "@playwright/test";

export interface LongTasks {
  /** The longest of our own scripts, ms; 0 where none took 50. */
  readonly own: number;
  /** The framework's beginning, ms; 0 where it took less than 50. */
  readonly start: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Watched {
  readonly tasks: Span[];
  readonly scripts: Span[];
}

/** Runs in the page, before its first script: notes tasks, and which scripts ran (https://w3c.github.io/long-animation-frames/). */
function watch(): void {
  const watched: Watched = { tasks: [], scripts: [] };
  Object.assign(globalThis, { watched });
  const span = ({ startTime, duration }: PerformanceEntry) => ({ from: startTime, to: startTime + duration });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) watched.tasks.push(span(entry));
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { scripts: PerformanceEntry[] })[])
      for (const script of entry.scripts) watched.scripts.push(span(script));
  }).observe({ type: "long-animation-frame", buffered: true });
}

/** Runs in the page. `page:script`: the first script of ours runs, in the task in which the framework begins. */
function read(): LongTasks {
  const { tasks, scripts } = (globalThis as unknown as { watched: Watched }).watched;
  const begun = performance.getEntriesByName("page:script")[0]?.startTime;
  if (begun === undefined) throw new Error("the page has no page:script");
  let own = 0;
  let start = 0;
  for (const { from, to } of tasks) {
    if (from <= begun && begun <= to) start = to - from;
    else if (scripts.some((script) => script.from < to && from < script.to)) own = Math.max(own, to - from);
  }
  return { own, start };
}

export const watchTasks = (page: Page): Promise<unknown> => page.addInitScript(watch);

export const longTasks = (page: Page): Promise<LongTasks> => page.evaluate(read);
