import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { anySpans, BASE_NS, traceOf } from "#lib/tracing/spans.test-support.ts";
import { Analyst, type Ask } from "./analyst.ts";
import { type Jobs, work } from "./jobs.ts";

const never = new AbortController().signal;

/** Does what the service of a job is called, and answers the others with nothing. */
const PROGRAM = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    const hoard = [];
    parentPort.on("message", ({ asked }) => {
      const { service } = asked.subject;
      if (service === "exit") process.exit(3);
      if (service === "throw") throw new Error("a defect");
      while (service === "hang");
      while (service === "hoard") hoard.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
      parentPort.postMessage([]);
    });`)}`,
);

function broken(): { readonly analyst: Analyst; readonly lost: unknown[] } {
  const lost: unknown[] = [];
  return { analyst: new Analyst({ onLost: (cause) => lost.push(cause), program: PROGRAM, memoryMiB: 32 }), lost };
}

const jobOf = (service: string): Jobs["dissect"]["asked"] => ({
  traces: [],
  subject: { service, operation: null, target: null },
  nowNs: 0n,
});
const ask = (analyst: Analyst, service: string, signal = never) =>
  analyst.during(signal, (asking) => asking("dissect", jobOf(service)));

describe("the analyst", () => {
  test("answers what the same work answers on the spot, whatever the spans", async () => {
    const analyst = new Analyst({ onLost: (cause) => expect.unreachable(String(cause)) });
    await analyst.during(never, (asking) =>
      fc.assert(
        fc.asyncProperty(fc.array(anySpans, { maxLength: 5 }), async (all) => {
          const traces = all.map((spans, at) => traceOf(spans, `${at}`.padStart(32, "0")));
          const subject = { service: "web", operation: null, target: null };
          const asked = { traces, subject, nowNs: BASE_NS + 10n ** 15n };
          const dissected = await asking("dissect", asked);
          expect(dissected).toEqual(work({ task: "dissect", asked }));
          const found = dissected.flatMap((each) => (each.found === null ? [] : [each.found.decomposed]));
          const now = { start: 1_763_000_000, end: 1_763_000_600, slices: 4, traces: found, histogram: null };
          const sample = { now, before: now, most: 50, seed: 1 };
          expect(await asking("analyse", sample)).toEqual(work({ task: "analyse", asked: sample }));
        }),
        { numRuns: 25, seed: 1 },
      ),
    );
  });

  test.each([
    ["ends", "exit", "Start the analysis again"],
    ["throws", "throw", "Start the analysis again"],
    ["takes too much memory", "hoard", "Ask for fewer traces"],
  ])("where its thread %s, that job alone is lost", async (_, service, what) => {
    const { analyst, lost } = broken();
    const others = analyst.during(never, async (asking) => [
      await asking("dissect", jobOf("web")),
      await Promise.all([asking("dissect", jobOf("web")), asking("dissect", jobOf("web"))]),
    ]);
    const failed = await ask(analyst, service).catch(problemOf);
    expect(failed).toMatchObject({ code: "internal", detail: expect.stringContaining(what) });
    expect(await others).toEqual([[], [[], []]]);
    expect(lost).toHaveLength(1);
  });

  test("gives up what runs with its signal, and goes on with the next", async () => {
    const { analyst, lost } = broken();
    const [leaving, stuck] = [new AbortController(), new AbortController()];
    const running = ask(analyst, "hang", leaving.signal).catch((thrown: unknown) => thrown);
    const waiting = ask(analyst, "hang", stuck.signal).catch((thrown: unknown) => thrown);
    const next = ask(analyst, "web");
    stuck.abort("never begun");
    leaving.abort("given up");
    expect(await Promise.all([running, waiting, next])).toEqual(["given up", "never begun", []]);
    expect(lost).toEqual([]);
  });

  test("gives up what is still asked for once the work is over", async () => {
    const { analyst } = broken();
    const asked: { later?: Ask; running?: Promise<unknown> } = {};
    await analyst.during(never, async (asking) => {
      Object.assign(asked, {
        later: asking,
        running: asking("dissect", jobOf("hang")).catch((thrown: unknown) => thrown),
      });
    });
    expect(await asked.running).toMatchObject({ name: "AbortError" });
    await expect(asked.later?.("dissect", jobOf("web"))).rejects.toMatchObject({ name: "AbortError" });
  });

  test("refuses more than may wait, and says when to come again", async () => {
    const { analyst } = broken();
    const leaving = new AbortController();
    const all = Array.from({ length: 66 }, () =>
      ask(analyst, "hang", leaving.signal).catch((thrown: unknown) => thrown),
    );
    expect(await all.at(-1)).toMatchObject({
      problem: { code: "rate_limited", detail: expect.stringContaining("in a few seconds") },
      retryAfter: 10,
    });
    leaving.abort("enough");
    expect(new Set((await Promise.all(all)).slice(0, -1))).toEqual(new Set(["enough"]));
  });
});
