import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { machineProblems, sizeProblems, type TreeFile } from "../check/tree.ts";
import { run } from "../provision/run.ts";
import type { Step, StepContext, StepResult } from "./step.ts";
import { check, root, runTool, toolCheck } from "./tool.ts";

/** Every folder with code of ours; those that exist are checked. */
const folders = ["app", "bench", "cli", "components", "e2e", "lab", "lib", "scripts", "server"];

/** What can be said about the code without running it, fast ones first. */
export const staticSteps: readonly Step[] = [
  { name: "format", run: (context) => toolCheck("biome", ["check", "--error-on-warnings", "."], context) },
  { name: "tree", run: checkTree },
  { name: "imports", run: checkImports },
  { name: "types", run: checkTypes },
  { name: "lint", run: (context) => toolCheck("eslint", ["--max-warnings", "0", "."], context) },
  { name: "unused", run: (context) => toolCheck("knip", ["--no-progress"], context) },
];

function checkImports(context: StepContext): Promise<StepResult> {
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  return toolCheck("depcruise", ["--config", ".dependency-cruiser.cjs", ...present], context);
}

/** Next writes the types of its routes first: without them a fresh clone lacks next-env.d.ts. */
async function checkTypes(context: StepContext): Promise<StepResult> {
  const generated = await runTool("next", ["typegen"], context, { env: { NEXT_TELEMETRY_DISABLED: "1" } });
  if (generated.code !== 0) return check(false, generated.output);
  return toolCheck("tsc", ["--noEmit"], context);
}

async function checkTree(): Promise<StepResult> {
  const files = await textFiles();
  const problems = [...sizeProblems(files), ...machineProblems(files, [root])];
  return check(problems.length === 0, problems.join("\n"));
}

/** All files that git tracks or would track, read as text. */
async function textFiles(): Promise<TreeFile[]> {
  const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  if (listed.code !== 0) throw new Error(`git ls-files failed: ${listed.stderr.trim()}`);
  const paths = listed.stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  const binary = /\.(png|jpg|ico|woff2?|gz|pb|deb)$/;
  return Promise.all(
    paths
      .filter((path) => !binary.test(path))
      .map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })),
  );
}
