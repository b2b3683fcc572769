import { expect, test } from "vitest";
import { runSteps } from "../steps/run-steps.ts";
import { summary } from "../steps/step.ts";
import type { RealComponent } from "./components.ts";
import { realSteps } from "./steps.ts";

const absent: RealComponent = {
  name: "etcd",
  env: "MESHSCOPE_TEST_ETCD",
  provision: () => Promise.resolve(null),
  nextStep: "install etcd",
};

async function outcome(required: boolean): Promise<{ last: string; printed: string }> {
  const printed: string[] = [];
  const signal = new AbortController().signal;
  const tally = await runSteps(realSteps([absent], required), {
    signal,
    lanes: 1,
    print: (line) => printed.push(line),
  });
  return { last: summary(tally), printed: printed.join("\n") };
}

test("a missing component is reported and skipped, and so are the tests that need it", async () => {
  const { last, printed } = await outcome(false);
  expect(last).toBe("0 passed, 0 failed, 3 skipped");
  expect(printed).toContain("no etcd here; next step: install etcd, or set MESHSCOPE_TEST_ETCD=path");
});

test("where real components are required, a missing one fails the run", async () => {
  expect((await outcome(true)).last).toBe("0 passed, 3 failed, 0 skipped");
});
