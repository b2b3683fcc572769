import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { Problem } from "#lib/errors.ts";
import { openAnalysis } from "./analysis.ts";

type Said = readonly [name: string, data: unknown];

/** A server that the test speaks for, and a clock that it turns. */
function setUp(refusal: Response | null = null) {
  const said: Said[] = [];
  const pieces = new TransformStream<Uint8Array, Uint8Array>();
  const writer = pieces.writable.getWriter();
  let silence = () => {};
  let aborted = false;
  const close = openAnalysis(
    "/api/v1/trace-analysis?service=web.shop",
    {
      fetch: async (_, { signal }) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        return refusal ?? new Response(pieces.readable);
      },
      after: (_, call) => {
        silence = call;
        return () => {
          silence = () => {};
        };
      },
    },
    {
      progress: (data) => said.push(["progress", data]),
      interim: (data) => said.push(["interim", data]),
      result: (data) => said.push(["result", data]),
      failed: (data) => said.push(["failed", data]),
    },
  );
  return {
    said,
    close,
    isAborted: () => aborted,
    silence: () => silence(),
    say: (name: string, data: unknown) =>
      writer.write(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)),
    beat: () => writer.write(new TextEncoder().encode(": beat\n\n")),
    hangUp: () => writer.close(),
    breakOff: () => writer.abort(new Error("reset")),
  };
}

const problemIn = ([name, data]: Said = ["nothing", null]): Problem => {
  if (name !== "failed") throw new Error(`${name} is no failure`);
  return data as Problem;
};
const RESULT = { service: "web.shop" } as AnalysisResult;

describe("an analysis that is heard", () => {
  test("tells progress and what is known so far, then its result, and hangs up", async () => {
    const { said, say, beat, isAborted } = setUp();
    await say("progress", { done: 1 });
    await beat();
    await say("interim", RESULT);
    await say("unheard-of", {});
    await say("result", RESULT);
    await expect
      .poll(() => said)
      .toEqual([
        ["progress", { done: 1 }],
        ["interim", RESULT],
        ["result", RESULT],
      ]);
    expect(isAborted()).toBe(true);
  });

  test.each<[string, unknown, Problem]>([
    ["problem", { code: "not_tracing", detail: "a web page" }, { code: "not_tracing", detail: "a web page" }],
    ["reauth", { detail: "sign in" }, { code: "reauth", detail: "sign in" }],
  ])("that ends with a %s says so", async (name, data, problem) => {
    const { said, say } = setUp();
    await say(name, data);
    await expect.poll(() => said.length).toBe(1);
    expect(problemIn(said[0])).toEqual(problem);
  });

  test("that is refused says why", async () => {
    const body = { code: "bad_instant", detail: "no" };
    const { said } = setUp(new Response(JSON.stringify(body), { status: 400 }));
    await expect.poll(() => said.length).toBe(1);
    expect(problemIn(said[0])).toMatchObject(body);
  });

  test("that breaks off says so and keeps what was told before", async () => {
    for (const cut of ["hangUp", "breakOff"] as const) {
      const server = setUp();
      await server.say("interim", RESULT);
      await expect.poll(() => server.said.length).toBe(1);
      void server[cut]().catch(() => undefined);
      await expect.poll(() => server.said.length).toBe(2);
      expect(problemIn(server.said[1]).detail).toContain("broke before the analysis was done");
    }
  });

  test("that falls silent is given up", async () => {
    const { said, say, silence, isAborted } = setUp();
    await say("progress", { done: 1 });
    await expect.poll(() => said.length).toBe(1);
    silence();
    expect(problemIn(said[1]).detail).toContain("said nothing for 45 s");
    expect(isAborted()).toBe(true);
  });

  test("that is given up tells nothing more", async () => {
    const { said, say, close, isAborted } = setUp();
    await say("progress", { done: 1 });
    await expect.poll(() => said.length).toBe(1);
    close();
    expect(isAborted()).toBe(true);
    void say("result", RESULT).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toHaveLength(1);
  });
});

test("a server that can't be reached is told as such", async () => {
  const said: Problem[] = [];
  const nothing = () => {};
  openAnalysis(
    "/x",
    { fetch: () => Promise.reject(new TypeError("failed")), after: () => nothing },
    { progress: nothing, interim: nothing, result: nothing, failed: (problem) => said.push(problem) },
  );
  await expect.poll(() => said.map(({ detail }) => detail)).toEqual([expect.stringContaining("can't be reached")]);
});
