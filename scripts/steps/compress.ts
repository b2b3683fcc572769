import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Fonts and pictures are compressed as they are. */
const TEXTS: ReadonlySet<string> = new Set([".js", ".css", ".svg", ".json", ".txt"]);
/** Smaller ones fit into a packet anyway. */
const LEAST_BYTES = 1024;
/** From 10 on it takes ten times as long for a few per cent. */
const QUALITY = 9;

const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)];

/**
 * Writes `.br` and `.gz` beside every text in a folder, so that the server has nothing to compress while somebody waits
 * (server/assets.ts serves them). One that is no smaller isn't written.
 */
export async function compressAssets(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXTS.has(extname(entry.name)) || (await stat(path)).size < LEAST_BYTES) continue;
    const text = await readFile(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
    for (const [suffix, packed] of [
      ["br", await brotli(text, { params })],
      ["gz", await zip(text, { level: constants.Z_BEST_COMPRESSION })],
    ] as const)
      if (packed.length < text.length) await writeFile(`${path}.${suffix}`, packed);
  }
}
