import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { cacheDir, fillOnce } from "./cache.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-cache-"));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

test("the cache lies where the user or the platform wants it", () => {
  vi.stubEnv("MESHSCOPE_CACHE_DIR", undefined);
  vi.stubEnv("XDG_CACHE_HOME", "/somewhere");
  expect(cacheDir("apt")).toBe("/somewhere/meshscope/apt");
  vi.stubEnv("MESHSCOPE_CACHE_DIR", "/mine");
  expect(cacheDir("apt", "state")).toBe("/mine/apt/state");
});

test("what fails half way leaves nothing", async () => {
  const target = join(dir, "failed");
  const fill = async (staging: string): Promise<void> => {
    await writeFile(join(staging, "half"), "");
    throw new Error("disk full");
  };
  await expect(fillOnce(target, fill)).rejects.toThrow("disk full");
  expect(readdirSync(dir)).toEqual([]);
});

test("of several that fill at once, every one ends with a whole folder", async () => {
  const target = join(dir, "shared");
  const fill = (text: string) => (staging: string) => writeFile(join(staging, "file"), text);
  await Promise.all(["a", "b", "c", "d"].map((text) => fillOnce(target, fill(text))));
  expect(readdirSync(dir)).toEqual(["shared"]);
  expect(readFileSync(join(target, "file"), "utf8")).toMatch(/^[abcd]$/);
});
