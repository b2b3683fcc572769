import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Where downloads and built binaries live: outside the checkout, shared by all clones, safe to delete at any time.
 * MESHSCOPE_CACHE_DIR, else the platform's cache folder (XDG base directory specification; ~/Library/Caches on macOS).
 */
export function cacheDir(...segments: readonly string[]): string {
  const { MESHSCOPE_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = process.env;
  const platform = process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
  const base = own || join(xdg || platform, "meshscope");
  return join(base, ...segments);
}

/**
 * Fills a cache folder all or nothing: `fill` writes into a folder beside it, which takes the final name by rename.
 * Of two processes that fill the same folder at once, both succeed and one result stays.
 * @returns `target`
 */
export async function fillOnce(target: string, fill: (staging: string) => Promise<void>): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(`${target}.part-`);
  try {
    await fill(staging);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } catch (error) {
    if (!isTaken(error)) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** The rename lost a race against another process that had just put its own result there. */
function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOTEMPTY" || code === "EEXIST";
}
