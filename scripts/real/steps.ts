import { nothing, type Step, type StepContext, type StepResult } from "../steps/step.ts";
import { runPlaywright, runVitest } from "../steps/tests.ts";
import { check } from "../steps/tool.ts";
import { provisionReal, type RealComponent } from "./components.ts";

/**
 * One step a component, then the tests on them. A component that can't be had here fails its step when `required`; else it
 * counts as skipped, and so do the tests, which need all of them.
 */
export function realSteps(components: readonly RealComponent[], required: boolean): readonly Step[] {
  const found = new Map<string, string>();
  const names = components.map(({ name }) => name);
  const onAll = (tests: (context: StepContext, env: Record<string, string>) => Promise<StepResult>): Step["run"] => {
    return (context) => {
      const missing = components.filter(({ env }) => !found.has(env)).map(({ name }) => name);
      if (missing.length > 0) return Promise.resolve(skipped(`needs ${missing.join(", ")}`));
      return tests(context, Object.fromEntries(found));
    };
  };
  return [
    ...components.map((component) => componentStep(component, required, found)),
    {
      name: "contract",
      needs: names,
      run: onAll((context, env) => runVitest(["run", "--config", "vitest.real.config.ts"], context, env)),
    },
    { name: "browser", needs: names, alone: true, run: onAll(browserTests) },
  ];
}

function componentStep(component: RealComponent, required: boolean, found: Map<string, string>): Step {
  return {
    name: component.name,
    run: async () => {
      const path = await provisionReal(component);
      if (path !== null) {
        found.set(component.env, path);
        return check(true, path);
      }
      const problem = `no ${component.name} here; next step: ${component.nextStep}, or set ${component.env}=path`;
      return required ? check(false, problem) : skipped(problem);
    },
  };
}

/** Of the browser tests those that Playwright's project `real` names: the demo's scenario, on real control planes. */
function browserTests(context: StepContext, env: Record<string, string>): Promise<StepResult> {
  return runPlaywright("real", context, { ...env, MESHSCOPE_E2E_REAL: "1" });
}

function skipped(output: string): StepResult {
  return { tally: { ...nothing, skipped: 1 }, output };
}
