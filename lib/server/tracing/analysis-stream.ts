/** An analysis as server-sent events: progress with what is known so far, then a result or a problem. It ends when the reader leaves, and so do its searches. */
import { type ProblemBody, problemBody } from "#lib/api/problem.ts";
import { type Problem, problemOf } from "#lib/errors.ts";
import { milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { event, HEARTBEAT } from "../stream/event.ts";
import { Viewer } from "../stream/viewer.ts";

const BEAT = milliseconds(15_000);

export interface AnalysisStreamOptions {
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Gives the stream's slot back. */
  readonly release: () => void;
  /** Calls back once when the viewer must sign in again; the answer ends the watch. */
  readonly watch: (end: (detail: string) => void) => () => void;
  readonly shown: (problem: Problem) => Problem;
  readonly run: (say: (name: "progress" | "interim", data: object) => void, signal: AbortSignal) => Promise<object>;
}

export function analysisStream({
  timers,
  signal,
  requestId,
  release,
  watch,
  shown,
  run,
}: AnalysisStreamOptions): ReadableStream<Uint8Array> {
  const over = new AbortController();
  const leave = () => over.abort();
  let unwatch = () => {};
  const viewer = new Viewer(timers, {
    // Progress that was missed is of no use later.
    drained: () => {},
    gone: () => {
      over.abort();
      unwatch();
      release();
      signal.removeEventListener("abort", leave);
    },
  });
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  unwatch = watch((detail) => viewer.close(event("reauth", JSON.stringify({ detail }))));
  void beat(viewer, timers, over.signal);
  const work = async (): Promise<void> => {
    try {
      const result = await run((name, data) => viewer.send(event(name, JSON.stringify(data))), over.signal);
      viewer.close(event("result", JSON.stringify(result)));
    } catch (thrown) {
      if (over.signal.aborted) return viewer.close();
      const body: ProblemBody = problemBody(shown(problemOf(thrown)), requestId);
      viewer.close(event("problem", JSON.stringify(body)));
    }
  };
  void work();
  return viewer.body;
}

async function beat(viewer: Viewer, timers: Timers, signal: AbortSignal): Promise<void> {
  for (;;) {
    await timers.sleep(BEAT, signal);
    if (signal.aborted) return;
    viewer.send(HEARTBEAT);
  }
}
