// npm run test:real: the same contract and browser tests on real components, which it finds, installs or builds first.
// REQUIRE_REAL=1 turns a missing component into a failure; otherwise it is reported and its tests are skipped.
import { interruption } from "./process/interrupt.ts";
import { realComponents } from "./real/components.ts";
import { realSteps } from "./real/steps.ts";
import { runSteps } from "./steps/run-steps.ts";
import { summary } from "./steps/step.ts";

const signal = interruption();
const steps = realSteps(realComponents, process.env.REQUIRE_REAL === "1");
const tally = await runSteps(steps, { signal, lanes: 2, print: (line) => console.log(line) });
if (signal.aborted) console.log("interrupted: not all steps ran");
console.log(summary(tally));
process.exitCode = tally.failed > 0 || signal.aborted ? 1 : 0;
