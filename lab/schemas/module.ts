/** Upstream files inside pinned Go modules. */
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import type { CrdDocument } from "./pack-crd.ts";
import type { SchemaSource } from "./sources.ts";

/** Where a source's files are on this machine; downloads the module when the Go cache doesn't have it yet. */
export async function download(source: SchemaSource): Promise<string> {
  const pinned = `${source.module}@${source.version}`;
  const go = promisify(execFile)("go", ["mod", "download", "-json", pinned], { cwd: import.meta.dirname });
  const { stdout } = await go.catch((error: NodeJS.ErrnoException & { readonly stdout?: string }) => {
    if (error.code === "ENOENT")
      throw new Error(`${pinned} is fetched by Go, which isn't there. Install Go 1.26 or newer (https://go.dev/dl/).`);
    // With -json, Go says what went wrong on stdout.
    throw new Error(`go mod download ${pinned} failed: ${error.stdout?.trim() || error.message}`);
  });
  return join((JSON.parse(stdout) as { Dir: string }).Dir, source.path);
}

/** All CRDs of a source, whole, as upstream wrote them. */
export async function upstreamCrds(source: SchemaSource): Promise<CrdDocument[]> {
  const path = await download(source);
  const files = (await stat(path)).isDirectory()
    ? (await readdir(path))
        .filter((name) => name.endsWith(".yaml"))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => document.toJS() as CrdDocument | null)
    .filter((document) => document !== null)
    .filter((document) => document.kind === "CustomResourceDefinition");
}
