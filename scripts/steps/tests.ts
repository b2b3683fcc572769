import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { provisionChromium } from "../provision/chromium.ts";
import { provisionKubectl } from "../provision/kubectl.ts";
import { provisionPrometheus } from "../provision/prometheus.ts";
import { build } from "./build.ts";
import { playwrightTally, vitestTally, withoutProgress } from "./reports.ts";
import type { Step, StepContext, StepResult, Tally } from "./step.ts";
import { check, runTool } from "./tool.ts";

/** Unit, property and embedded contract tests. */
export const unitStep: Step = {
  name: "unit",
  run: (context) => runVitest(["run"], context),
};

/** Programs that tests drive, where they look for them. */
async function programs(): Promise<Readonly<Record<string, string>>> {
  return { MESHSCOPE_PROMETHEUS: await provisionPrometheus(), MESHSCOPE_KUBECTL: await provisionKubectl() };
}

/** The production build, which the browser tests use. */
export const buildStep: Step = {
  name: "build",
  run: async (context) => {
    const { code, output } = await build(context);
    return check(code === 0, output);
  },
};

/** Browser tests against the production build and the embedded lab. */
export const browserStep: Step = {
  name: "browser",
  needs: ["build"],
  alone: true,
  run: (context) => runPlaywright("embedded", context),
};

/** Runs Vitest with further arguments; the tests see `more` too. */
export async function runVitest(
  args: readonly string[],
  context: StepContext,
  more: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const env = { ...more, ...(await programs()) };
  const report = join(context.folder, `vitest-${args.join("-").replaceAll(/[^\w-]/g, "_")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code, output } = await runTool("vitest", [...args, ...reporters], context, { env });
  return reported(code, output, report, vitestTally);
}

/** Runs one Playwright project, on a Chromium and a Prometheus that are there by then. */
export async function runPlaywright(
  project: string,
  context: StepContext,
  more: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const report = join(context.folder, `playwright-${project}.json`);
  const env = {
    ...more,
    ...(await programs()),
    MESHSCOPE_CHROMIUM: await provisionChromium(),
    MESHSCOPE_REPORT: report,
  };
  const args = ["test", "--project", project];
  const { code, output } = await runTool("playwright", args, context, { env });
  return reported(code, withoutProgress(output), report, playwrightTally);
}

/** A run without a report died early: one failure. A run that failed with a clean report is one as well. */
async function reported(
  code: number,
  output: string,
  report: string,
  read: (text: string) => Tally,
): Promise<StepResult> {
  const text = await readFile(report, "utf8").catch(() => null);
  const tally = text === null ? check(code === 0, "").tally : read(text);
  if (code !== 0 && tally.failed === 0) return { tally: { ...tally, failed: 1 }, output };
  return { tally, output };
}
