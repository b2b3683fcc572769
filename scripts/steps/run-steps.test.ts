import { expect, test } from "vitest";
import { runSteps } from "./run-steps.ts";
import { type Step, summary } from "./step.ts";

const ok = { tally: { passed: 1, failed: 0, skipped: 0 }, output: "" };
const bad = { tally: { passed: 2, failed: 1, skipped: 0 }, output: "expected 1, got 2\nat line 3" };

/** Runs steps and notes what started and ended when, and what was printed. */
async function observe(steps: readonly Step[], lanes = 2, signal = new AbortController().signal) {
  const events: string[] = [];
  const printed: string[] = [];
  const watched = steps.map((step) => ({
    ...step,
    run: async (context: Parameters<Step["run"]>[0]) => {
      events.push(`+${step.name}`);
      await new Promise(setImmediate);
      return step.run(context).finally(() => events.push(`-${step.name}`));
    },
  }));
  const tally = await runSteps(watched, { signal, lanes, print: (line) => printed.push(line) });
  return { tally, events, printed };
}

const passing = (name: string, more: Partial<Step> = {}): Step => ({ name, run: () => Promise.resolve(ok), ...more });

test("steps start in order, as many at a time as there are lanes", async () => {
  const { events, tally } = await observe([passing("a"), passing("b"), passing("c")]);
  expect(events.slice(0, 2)).toEqual(["+a", "+b"]);
  expect(events.indexOf("+c")).toBeGreaterThan(events.indexOf("-a"));
  expect(summary(tally)).toBe("3 passed, 0 failed, 0 skipped");
});

test("a failure doesn't stop the others; its output is shown", async () => {
  const failing: Step = { name: "a", run: () => Promise.resolve(bad) };
  const { tally, printed } = await observe([failing, passing("b")], 1);
  expect(summary(tally)).toBe("3 passed, 1 failed, 0 skipped");
  expect(printed.join("\n")).toContain("    expected 1, got 2\n    at line 3");
});

test("a step that throws is one failure", async () => {
  const { tally, printed } = await observe([{ name: "a", run: () => Promise.reject(new Error("no browser")) }]);
  expect(summary(tally)).toBe("0 passed, 1 failed, 0 skipped");
  expect(printed.join("\n")).toContain("no browser");
});

test("a step waits for what it needs, and fails unrun without it", async () => {
  const build: Step = { name: "build", run: () => Promise.resolve(bad) };
  const { events, tally } = await observe([build, passing("browser", { needs: ["build"] }), passing("unit")]);
  expect(events).not.toContain("+browser");
  expect(summary(tally)).toBe("3 passed, 2 failed, 0 skipped");
});

test("a step whose needs weren't chosen runs", async () => {
  const { events } = await observe([passing("browser", { needs: ["build"] })]);
  expect(events).toEqual(["+browser", "-browser"]);
});

test("a step that wants the machine for itself has it", async () => {
  const { events } = await observe([passing("a"), passing("browser", { alone: true }), passing("c")]);
  expect(events.slice(-2)).toEqual(["+browser", "-browser"]);
});

test("after an interruption nothing more starts", async () => {
  const controller = new AbortController();
  const ending: Step = { name: "a", run: () => Promise.resolve(ok).finally(() => controller.abort()) };
  const { events } = await observe([ending, passing("b")], 1, controller.signal);
  expect(events).toEqual(["+a", "-a"]);
});
