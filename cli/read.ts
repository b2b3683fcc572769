/** Objects out of files and folders, each with where it stands; what can't be read is named with its line. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { readYaml } from "#lib/policy/yaml.ts";
import { rangeOf } from "#lib/policy/yaml-places.ts";
import { type Part, splitDocuments } from "#lib/policy/yaml-split.ts";

/** What stdin is called. */
export const STDIN = "-";

export interface Located {
  readonly manifest: Manifest;
  readonly file: string;
  readonly part: Part;
  /** Its place in the document: "" or `items[3]` of a List. */
  readonly within: string;
}

export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ReadFiles {
  readonly files: readonly string[];
  readonly objects: readonly Located[];
  /** Documents that can't be read. */
  readonly problems: readonly Problem[];
  /** What was left out on purpose, and why. */
  readonly notes: readonly Problem[];
}

/** A path that can't be opened. */
export class UnreadablePath extends Error {}

const MOST = { bytes: 64 * 1024 * 1024, documents: 100_000 };
const EXTENSION = /\.(ya?ml|json)$/i;
const SKIPPED = new Set(["node_modules", "vendor"]);

/** @throws UnreadablePath */
export async function readPaths(paths: readonly string[], input: NodeJS.ReadableStream): Promise<ReadFiles> {
  const found: { readonly file: string; readonly named: boolean }[] = [];
  for (const path of new Set(paths)) found.push(...(await filesOf(path)));
  const seen = new Map<string, Located>();
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  for (const { file, named } of found) {
    const source = file === STDIN ? await text(input) : await contents(file);
    const read = readText(file, source);
    for (const problem of read.problems) {
      // A folder holds other YAML too: values of charts, workflows.
      if (!named && problem.foreign)
        notes.push({ ...plain(problem), message: "Not an object of Kubernetes: left out." });
      else problems.push(plain(problem));
    }
    for (const object of read.objects) {
      const key = keyOf(object.manifest);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, object);
      else notes.push({ ...place(object, ""), message: `${key} is in ${before.file} already: that one is checked.` });
    }
  }
  return { files: found.map(({ file }) => file), objects: [...seen.values()], problems, notes };
}

const plain = ({ file, line, column, message }: Problem): Problem => ({ file, line, column, message });
const keyOf = (manifest: Manifest): string =>
  `${manifestKindKey(manifest)} ${manifest.metadata.namespace ?? "default"}/${manifest.metadata.name}`;

async function filesOf(path: string): Promise<readonly { readonly file: string; readonly named: boolean }[]> {
  if (path === STDIN) return [{ file: STDIN, named: true }];
  const kind = await stat(path).catch((cause: unknown) => {
    throw new UnreadablePath(`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  if (!kind.isDirectory()) return [{ file: path, named: true }];
  const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const inside: { readonly file: string; readonly named: boolean }[] = [];
  for (const entry of entries) {
    const file = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".") && !SKIPPED.has(entry.name)) inside.push(...(await filesOf(file)));
    } else if (entry.isFile() && EXTENSION.test(entry.name)) inside.push({ file, named: false });
  }
  return inside;
}

async function contents(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UnreadablePath(`${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
}

interface ReadText {
  readonly objects: readonly Located[];
  /** `foreign`: it doesn't even look like an object of Kubernetes. */
  readonly problems: readonly (Problem & { readonly foreign: boolean })[];
}

/** One file's documents. */
export function readText(file: string, source: string): ReadText {
  const objects: Located[] = [];
  const problems: (Problem & { readonly foreign: boolean })[] = [];
  if (source.length > MOST.bytes) {
    return { objects, problems: [{ file, line: 1, column: 1, message: "More than 64 MiB.", foreign: false }] };
  }
  for (const part of splitDocuments(source)) {
    const answer = part.problem === null ? readYaml(part.text, MOST) : { documents: [], problem: part.problem };
    const shift = part.problem === null ? part.line - 1 : 0;
    const foreign = !/^\s*["']?(apiVersion|kind)["']?\s*:/m.test(part.text);
    const refuse = (problem: { readonly line: number; readonly column: number; readonly message: string }) =>
      problems.push({ file, ...problem, line: problem.line + shift, foreign });
    if (answer.problem !== undefined) refuse(answer.problem);
    const list = /^\s*["']?kind["']?\s*:\s*["']?\w*List\b/m.test(part.text) && /\bitems\b/.test(part.text);
    for (const [index, document] of answer.documents.entries()) {
      if ("problem" in document) refuse(document.problem);
      else objects.push({ manifest: document.manifest, file, part, within: list ? `items[${index}]` : "" });
    }
  }
  return { objects, problems };
}

/** The line of a place in an object; of what isn't written there, the nearest around it. */
export function place({ file, part, within }: Located, path: string): Problem {
  const whole = [within, path].filter((each) => each !== "").join(".");
  const range = rangeOf(part.text, whole);
  const before = part.text.slice(0, range?.from ?? 0);
  const line = part.line + before.split("\n").length - 1;
  return { file, line, column: before.length - before.lastIndexOf("\n"), message: "" };
}
