import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compressAssets } from "./compress.ts";

const TEXT = "console.log('a worker');\n".repeat(400);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshscope-compress-"));
  await mkdir(join(folder, "chunks"));
  for (const name of ["chunks/a.js", "style.css", "font.woff2"]) await writeFile(join(folder, name), TEXT);
  await writeFile(join(folder, "small.js"), "1");
  await compressAssets(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("texts have a copy in each coding beside them; fonts and small ones have none", async () => {
  const names = (await readdir(folder, { recursive: true })).sort();
  expect(names).toEqual([
    ...["chunks", "chunks/a.js", "chunks/a.js.br", "chunks/a.js.gz", "font.woff2", "small.js"],
    ...["style.css", "style.css.br", "style.css.gz"],
  ]);
  expect(brotliDecompressSync(await readFile(join(folder, "chunks/a.js.br"))).toString()).toBe(TEXT);
  expect(gunzipSync(await readFile(join(folder, "chunks/a.js.gz"))).toString()).toBe(TEXT);
});

test("once more changes nothing", async () => {
  const before = await readdir(folder, { recursive: true });
  await compressAssets(folder);
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});
