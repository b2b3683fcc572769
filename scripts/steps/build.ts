import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compressAssets } from "./compress.ts";
import { buildEarly } from "./early.ts";
import type { StepContext } from "./step.ts";
import { root, runTool } from "./tool.ts";

/** Everything that the production build reads. */
const inputs = ["app", "components", "lib", "public", "package-lock.json", "next.config.js", "postcss.config.mjs"];
const optionalInputs = [
  "proxy.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "early-client.ts",
  "tsconfig.json",
];
const stampFile = join(root, ".next", "meshscope-stamp");

export interface Built {
  readonly code: number;
  /** False when the last build was of the same sources, and nothing was done. */
  readonly fresh: boolean;
  readonly output: string;
}

/** Makes the production build in .next unless it was made from these very sources. */
export async function build(context: StepContext, onOutput?: (text: string) => void): Promise<Built> {
  const stamp = await fingerprint();
  if (existsSync(join(root, ".next", "BUILD_ID")) && (await stored()) === stamp) {
    return { code: 0, fresh: false, output: "" };
  }
  await writeFile(stampFile, "").catch(() => undefined);
  const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const { code, output } = await runTool("next", ["build"], context, onOutput ? { env, onOutput } : { env });
  if (code === 0) {
    await buildEarly();
    await compressAssets(join(root, ".next", "static"));
    await writeFile(stampFile, stamp);
  }
  return { code, fresh: true, output };
}

function stored(): Promise<string> {
  return readFile(stampFile, "utf8").catch(() => "");
}

/** A hash of all inputs' names and contents; tests aside, which the build leaves out. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  for (const input of [...inputs, ...optionalInputs]) {
    for (const path of await filesUnder(input)) {
      hash
        .update(path)
        .update("\0")
        .update(await readFile(join(root, path)))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

async function filesUnder(input: string): Promise<string[]> {
  const path = join(root, input);
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return [input];
  return entries
    .filter((entry) => entry.isFile() && !/\.test(-support)?\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
