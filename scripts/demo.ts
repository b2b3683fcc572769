// npm run demo: a mesh that lives, and the console on it. Ctrl-C ends everything.
import { readOptions } from "./demo/options.ts";
import { startDemo } from "./demo/start.ts";
import { aborted, interruption } from "./process/interrupt.ts";
import { provisionPrometheus } from "./provision/prometheus.ts";
import { say } from "./provision/run.ts";
import { build } from "./steps/build.ts";

const signal = interruption();
try {
  const options = readOptions(process.argv.slice(2), process.env);
  const prometheus = await provisionPrometheus();
  const built = await build({ signal, folder: "" }, (text) => process.stderr.write(text));
  if (built.code !== 0) throw new Error("The production build failed; see above.");
  say(`starting the lab (scenario ${options.scenario}) and the console; their logs are in ${options.dir}`);
  const demo = await startDemo(options, { prometheus, signal });
  const { console: url, pid } = demo.state;
  console.log(`ready ${url} (process ${pid}, scenario ${options.scenario}; Ctrl-C ends it)`);
  const ending = await Promise.race([aborted(signal).then(() => null), demo.broken]);
  await demo.stop();
  if (ending !== null) throw new Error(ending);
} catch (error) {
  if (!signal.aborted) {
    process.stderr.write(`meshscope: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
