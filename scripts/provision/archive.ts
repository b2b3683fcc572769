import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

/** A release archive whose content is known before it is fetched. */
export interface Archive {
  readonly url: string;
  /** SHA-256 in hex. */
  readonly sha256: string;
  /** Paths inside the archive to unpack; their last segments become the file names. */
  readonly members: readonly string[];
}

/**
 * Downloads an archive (.tar.gz), refuses it unless its checksum is the pinned one, and unpacks the named members.
 * @throws Error when the download fails or the checksum differs; then nothing was unpacked
 */
export async function unpackArchive(archive: Archive, folder: string): Promise<void> {
  const response = await fetch(archive.url, { signal: AbortSignal.timeout(600_000) });
  if (!response.ok) throw new Error(`${archive.url} answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== archive.sha256) {
    throw new Error(`${archive.url} has SHA-256 ${actual}, not the pinned ${archive.sha256}; it was not unpacked`);
  }
  const file = join(folder, "archive.tar.gz");
  await writeFile(file, bytes);
  const depth = (archive.members[0] ?? "").split("/").length - 1;
  const args = ["-xzf", file, "-C", folder, `--strip-components=${depth}`, ...archive.members];
  const unpacked = await run("tar", args);
  if (unpacked.code !== 0) throw new Error(`tar can't unpack ${archive.url}: ${unpacked.stderr.trim()}`);
  await rm(file);
}
