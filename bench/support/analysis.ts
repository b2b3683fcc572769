/** Where the time goes across two windows of traces: on the analyst's thread, beside the same work on the server's own loop. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Analyst, type Ask } from "#lib/server/tracing/analyst/analyst.ts";
import { type Job, work } from "#lib/server/tracing/analyst/jobs.ts";
import type { Analysis } from "#lib/tracing/analysis/contributors.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { type Figure, median } from "./scale.ts";

const ROUNDS = 5;
/** Traces that the sample hands over at a time: about a thousand spans. */
const PORTION = 20;
const NOW_NS = 1_763_001_000_000_000_000n;

interface Timed {
  readonly ms: number;
  /** The longest that anything else had to wait, milliseconds. */
  readonly delay: number;
  readonly analysis: Analysis;
}

const onTheLoop: Ask = async (task, asked) => work({ task, asked } as Job);

async function twoWindows(ask: Ask, traces: readonly Trace[]): Promise<Analysis> {
  const subject = { service: "svc-0.ns-0", operation: null, target: null };
  const window = async () => {
    const found = [];
    for (let from = 0; from < traces.length; from += PORTION) {
      const some = traces.slice(from, from + PORTION);
      found.push(...(await ask("dissect", { traces: some, subject, nowNs: NOW_NS })));
      // As between two answers of a backend.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const decomposed = found.flatMap((each) => (each.found === null ? [] : [each.found.decomposed]));
    return { start: 1_763_000_000, end: 1_763_000_600, slices: 20, traces: decomposed, histogram: null };
  };
  const [now, before] = [await window(), await window()];
  return ask("analyse", { now, before, most: 50, seed: 1 });
}

async function timed(run: () => Promise<Analysis>): Promise<Timed> {
  const all: Omit<Timed, "analysis">[] = [];
  let analysis: Analysis | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    analysis = await run();
    const ms = performance.now() - start;
    // What held the loop up last is seen by the next tick of its clock.
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    all.push({ ms, delay: delay.max / 1e6 });
  }
  if (analysis === undefined) throw new Error("nothing was analysed");
  return { ms: median(all.map(({ ms }) => ms)), delay: median(all.map(({ delay }) => delay)), analysis };
}

export async function* analysisFigures(traces: readonly Trace[]): AsyncGenerator<Figure> {
  const analyst = new Analyst({
    onLost: (cause) => {
      throw cause;
    },
  });
  const single = await timed(() => twoWindows(onTheLoop, traces));
  const beside = await timed(() => analyst.during(new AbortController().signal, (ask) => twoWindows(ask, traces)));
  if (JSON.stringify(beside.analysis) !== JSON.stringify(single.analysis)) throw new Error("the two analyses differ");
  const figure = { name: "traces", size: traces.length };
  const spans = traces[0]?.length ?? 0;
  const what = `two windows of traces with ${spans} spans`;
  yield { ...figure, metric: `analysis of ${what}`, value: beside.ms, unit: "ms", baseline: single.ms };
  yield {
    ...figure,
    metric: "longest delay of the server's loop in it",
    value: beside.delay,
    unit: "ms",
    baseline: single.delay,
  };
  yield { ...figure, metric: "contributors found", value: beside.analysis.contributors.length, unit: "1" };
}
