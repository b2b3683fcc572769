import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutputOptions, rolldown } from "rolldown";
import { root } from "./tool.ts";

/**
 * Bundles what a page runs before the framework (docs/adr/0018-first-script.md): the graph's worker as one file in
 * .next/static, where Next serves it for good under the hash in its name, and the page's first script, whose text goes into
 * the page itself. Both are noted in .next/early.json.
 * @throws where a bundle can't be made, or isn't one file
 */
export async function buildEarly(): Promise<void> {
  const dir = join(root, ".next", "static", "early");
  await rm(dir, { recursive: true, force: true });
  const worker = await bundle("lib/live/worker.ts", { dir, entryFileNames: "worker-[hash].js" });
  const first = await bundle("early-client.ts", {});
  const early = { first: first.code, worker: `/_next/static/early/${worker.fileName}` };
  await writeFile(join(root, ".next", "early.json"), JSON.stringify(early));
}

async function bundle(entry: string, options: OutputOptions) {
  const bundled = await rolldown({ input: entry, cwd: root, platform: "browser" });
  const all: OutputOptions = { format: "iife", minify: true, ...options };
  const { output } = await (options.dir === undefined ? bundled.generate(all) : bundled.write(all));
  await bundled.close();
  if (output.length !== 1) throw new Error(`${entry} became ${output.length} files instead of one.`);
  return output[0];
}
