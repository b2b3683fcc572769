// Prints the path of a program that demo, tests or benchmarks need, installing it first where it is missing.
import { provisionChromium } from "./provision/chromium.ts";
import { provisionKubectl } from "./provision/kubectl.ts";
import { provisionPrometheus } from "./provision/prometheus.ts";
import { provisionReal, type RealComponent, realComponents } from "./real/components.ts";

const programs: Readonly<Record<string, () => Promise<string>>> = {
  prometheus: provisionPrometheus,
  chromium: provisionChromium,
  kubectl: provisionKubectl,
  ...Object.fromEntries(realComponents.map((component) => [component.name, () => required(component)])),
};

async function required(component: RealComponent): Promise<string> {
  const path = await provisionReal(component);
  if (path === null)
    throw new Error(`No ${component.name}. Next step: ${component.nextStep}, or set ${component.env}=path.`);
  return path;
}

const name = process.argv[2] ?? "";
const provision = Object.hasOwn(programs, name) ? programs[name] : undefined;
try {
  if (provision === undefined)
    throw new Error(`Unknown program "${name}". One of: ${Object.keys(programs).join(", ")}.`);
  process.stdout.write(`${await provision()}\n`);
} catch (error) {
  process.stderr.write(`meshscope: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
