// npm test: everything that must hold before a change is good, on the embedded lab. `npm test -- --only unit,lint` runs a part.
import { parseArgs } from "node:util";
import { interruption } from "./process/interrupt.ts";
import { runSteps } from "./steps/run-steps.ts";
import { staticSteps } from "./steps/static.ts";
import { summary } from "./steps/step.ts";
import { browserStep, buildStep, unitStep } from "./steps/tests.ts";

const steps = [...staticSteps, unitStep, buildStep, browserStep];
const names = steps.map((step) => step.name);

try {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const only = values.only?.split(",") ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`Unknown step ${unknown.join(", ")}. Steps: ${names.join(", ")}.`);
  const signal = interruption();
  const chosen = steps.filter((step) => only.includes(step.name));
  const tally = await runSteps(chosen, { signal, lanes: 2, print: (line) => console.log(line) });
  if (signal.aborted) console.log("interrupted: not all steps ran");
  console.log(summary(tally));
  process.exitCode = tally.failed > 0 || signal.aborted ? 1 : 0;
} catch (error) {
  process.stderr.write(`meshscope: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
