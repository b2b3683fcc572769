// npm run check: what npm test says about the code without running it, in a few seconds.
import { interruption } from "./process/interrupt.ts";
import { runSteps } from "./steps/run-steps.ts";
import { staticSteps } from "./steps/static.ts";
import { summary } from "./steps/step.ts";

const signal = interruption();
const tally = await runSteps(staticSteps, { signal, lanes: 2, print: (line) => console.log(line) });
console.log(summary(tally));
process.exitCode = tally.failed > 0 || signal.aborted ? 1 : 0;
