import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { createAnalysis } from "./analysis-store.ts";

/** A server that the test speaks for; each request has a stream of its own. */
function setUp() {
  const asked: { url: string; signal: AbortSignal; say: (name: string, data: unknown) => Promise<void> }[] = [];
  const store = createAnalysis({
    fetch: async (url, { signal }) => {
      const pieces = new TransformStream<Uint8Array, Uint8Array>();
      const writer = pieces.writable.getWriter();
      const say = (name: string, data: unknown) =>
        writer.write(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
      asked.push({ url, signal, say });
      return new Response(pieces.readable);
    },
    after: () => () => {},
  });
  return { store, asked };
}

const RESULT = { service: "web.shop" } as AnalysisResult;
const progress = (window: "now" | "baseline", done: number) => ({ window, slices: 4, done, traces: done, wanted: 4 });

describe("the analysis that a page shows", () => {
  test("goes from progress over what is known so far to its result", async () => {
    const { store, asked } = setUp();
    let told = 0;
    const leave = store.subscribe(() => {
      told += 1;
    });
    expect(store.state().phase).toBe("idle");
    store.start("/a");
    await asked[0]?.say("progress", progress("now", 2));
    await asked[0]?.say("interim", RESULT);
    await asked[0]?.say("progress", progress("baseline", 1));
    await expect
      .poll(() => store.state())
      .toEqual({
        ...{ phase: "running", now: progress("now", 2), baseline: progress("baseline", 1) },
        ...{ result: RESULT, problem: null },
      });
    await asked[0]?.say("result", { ...RESULT, service: "whole" });
    await expect.poll(() => [store.state().phase, store.state().result?.service]).toEqual(["done", "whole"]);
    expect(told).toBe(5);
    leave();
    store.stop();
    expect([store.state().phase, told]).toEqual(["done", 5]);
  });

  test("keeps what came of one that was stopped, and of one that failed", async () => {
    for (const end of ["stopped", "failed"] as const) {
      const { store, asked } = setUp();
      store.start("/a");
      await asked[0]?.say("interim", RESULT);
      await expect.poll(() => store.state().result).toEqual(RESULT);
      const problem = { code: "internal", detail: "no" };
      if (end === "stopped") store.stop();
      else await asked[0]?.say("problem", problem);
      await expect.poll(() => store.state().phase).toBe(end);
      expect([store.state().result, store.state().problem]).toEqual([RESULT, end === "failed" ? problem : null]);
    }
  });

  test("that is begun anew ends the one before and forgets what came of it", async () => {
    const { store, asked } = setUp();
    store.start("/a");
    await asked[0]?.say("interim", RESULT);
    await expect.poll(() => store.state().result).toEqual(RESULT);
    store.start("/b");
    expect(store.state()).toMatchObject({ phase: "running", result: null });
    await expect
      .poll(() => asked.map(({ url, signal }) => [url, signal.aborted]))
      .toEqual([
        ["/a", true],
        ["/b", false],
      ]);
  });
});
