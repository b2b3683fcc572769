/**
 * YAML from people and files: read strictly, with positions, so that nothing is taken for something else. By YAML 1.2's core
 * schema, less what Kubernetes' own reader would understand differently (yaml-scalar.ts), tags, merge keys and directives.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { isObject, own } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { ambiguous } from "./yaml-scalar.ts";
import { MAX_DEPTH, type Part, splitDocuments, type YamlProblem } from "./yaml-split.ts";

const MAX_BYTES = 1024 * 1024;
const MAX_DOCUMENTS = 100;
const MAX_ALIASES = 100;
const MAX_NODES = 200_000;

export type YamlDocument = { readonly manifest: Manifest } | { readonly problem: YamlProblem };
export interface YamlAnswer {
  readonly documents: readonly YamlDocument[];
  /** Of the text as a whole: nothing of it was read. */
  readonly problem?: YamlProblem;
}

/** Thrown inside, caught by readDocument: the first thing that is wrong, and where. */
class Refusal extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const CORE_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/**
 * What a scalar key is called; null where it is no text. `8080:` is text to every reader that makes JSON of it, and how
 * Istio's documents write ports (PeerAuthentication's portLevelMtls).
 */
export function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null;
  if (typeof key.value === "number" && key.type === "PLAIN" && /^(?:0|[1-9]\d{0,14})$/.test(key.source ?? "")) {
    return String(key.value);
  }
  return typeof key.value === "string" ? key.value : null;
}

/** Turns nodes into JSON, refusing on the way what can't be kept or told. Aliases are copied, and counted as copies. */
class Reader {
  #nodes = 0;
  #aliases = 0;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();

  value(node: unknown, depth: number, near: number): unknown {
    const offset =
      (isObject(node) && Array.isArray(own(node, "range")) ? (node as unknown as Node).range?.[0] : null) ?? near;
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new Refusal(`More than ${MAX_NODES} values. Split the file.`, offset);
    if (depth > MAX_DEPTH) throw new Refusal(`Nested deeper than ${MAX_DEPTH} levels.`, offset);
    if (isAlias(node)) return this.#alias(node.source, depth, offset);
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      if (node.tag !== undefined && !CORE_TAG.test(node.tag)) {
        throw new Refusal(`The tag ${node.tag} isn't understood. Write the value without it.`, offset);
      }
    }
    if (isScalar(node)) return this.#scalar(node.value, node.type === "PLAIN" ? (node.source ?? "") : null, offset);
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.#open.has(node)) throw new Refusal("An alias inside what it stands for has no end.", offset);
    this.#open.add(node);
    const result = isSeq(node)
      ? node.items.map((item) => this.value(item, depth + 1, offset))
      : Object.fromEntries(this.#entries(node.items, depth, offset));
    this.#open.delete(node);
    return result;
  }

  /** Duplicates are found here: the parser's own check compares each key with each other. */
  *#entries(items: readonly Pair[], depth: number, offset: number): Generator<[string, unknown]> {
    const seen = new Set<string>();
    for (const { key, value } of items) {
      const text = this.#key(key, depth, offset);
      if (seen.has(text))
        throw new Refusal(`The key ${text} is there twice.`, isScalar(key) ? (key.range?.[0] ?? offset) : offset);
      seen.add(text);
      yield [text, this.value(value, depth + 1, offset)];
    }
  }

  #key(key: unknown, depth: number, near: number): string {
    const offset = isScalar(key) ? (key.range?.[0] ?? near) : near;
    const value = this.value(key, depth + 1, near);
    const text = keyText(key) ?? value;
    if (typeof text !== "string") throw new Refusal("Keys are text: put this one in quotes.", offset);
    if (text === "<<" && isScalar(key) && key.type === "PLAIN") {
      throw new Refusal("Merge keys (<<) aren't understood. Write the fields out.", offset);
    }
    return text;
  }

  #alias(name: string, depth: number, offset: number): unknown {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) throw new Refusal(`More than ${MAX_ALIASES} aliases. Write them out.`, offset);
    const target = this.#anchors.get(name);
    if (target === undefined) throw new Refusal(`Nothing before this is called &${name}.`, offset);
    return this.value(target, depth, offset);
  }

  #scalar(value: unknown, plain: string | null, offset: number): unknown {
    const doubt = plain === null ? null : ambiguous(plain);
    if (doubt !== null)
      throw new Refusal(`${doubt}. Put it in quotes, or write it so that it can't be mistaken.`, offset);
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) throw new Refusal(`${plain} is beyond what a number can hold.`, offset);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new Refusal(`${plain} has more digits than can be kept exactly. Put it in quotes if it is text.`, offset);
    }
    return value === 0 ? 0 : value;
  }
}

/** Why a value is no object of Kubernetes; null where it is one. */
function unfit(value: unknown): string | null {
  if (!isObject(value)) return "A document is one object with apiVersion, kind and metadata.";
  for (const key of ["apiVersion", "kind"]) {
    const text = own(value, key);
    if (typeof text !== "string" || text === "") return `${key} is missing or no text.`;
  }
  const metadata = own(value, "metadata");
  if (!isObject(metadata)) return "metadata is missing or no map.";
  const name = own(metadata, "name");
  if (typeof name !== "string" || name === "") return "metadata.name is missing or no text.";
  const namespace = own(metadata, "namespace");
  if (namespace !== undefined && (typeof namespace !== "string" || namespace === ""))
    return "metadata.namespace is no text.";
  return null;
}

/** A List's items are documents of their own; metadata of the list is nothing anybody wants. */
function unrolled(value: unknown): readonly unknown[] {
  const kind = own(value, "kind");
  const items = own(value, "items");
  const list = typeof kind === "string" && kind.endsWith("List") && Array.isArray(items);
  return list ? (items as readonly unknown[]) : [value];
}

/** A part's text parsed, with its own line counter; the composer's recursion is bounded by splitDocuments. */
export function parsePart(part: Part): { readonly document: Document.Parsed; readonly lines: LineCounter } {
  const lines = new LineCounter();
  const options = { version: "1.2", schema: "core", merge: false, uniqueKeys: false, prettyErrors: false } as const;
  return { document: parseDocument(part.text, { ...options, lineCounter: lines, logLevel: "silent" }), lines };
}

function readPart(part: Part): readonly YamlDocument[] {
  const refuse = (message: string, lines: LineCounter, offset: number): readonly YamlDocument[] => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return [{ problem: { line: part.line + Math.max(line, 1) - 1, column: Math.max(col, 1), message } }];
  };
  if (part.problem !== null) return [{ problem: part.problem }];
  let parsed: ReturnType<typeof parsePart>;
  try {
    parsed = parsePart(part);
  } catch {
    // The parser doesn't throw on bad text, only where it runs out of stack.
    return [{ problem: { line: part.line, column: 1, message: "Nested too deeply to be read." } }];
  }
  const { document, lines } = parsed;
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return refuse(error.message, lines, error.pos[0]);
  if (document.contents === null || (isScalar(document.contents) && document.contents.source === "")) return [];
  const start = document.contents.range[0];
  try {
    const values = unrolled(new Reader().value(document.contents, 0, start));
    return values.map((value): YamlDocument => {
      const reason = unfit(value);
      if (reason === null) return { manifest: value as Manifest };
      const { line, col } = lines.linePos(start);
      return { problem: { line: part.line + line - 1, column: col, message: reason } };
    });
  } catch (thrown) {
    if (thrown instanceof Refusal) return refuse(thrown.message, lines, thrown.offset);
    throw thrown;
  }
}

/** How much is read of one text; a person's editor takes less than a command that reads files. */
export interface YamlLimits {
  readonly bytes: number;
  readonly documents: number;
}
const LIMITS: YamlLimits = { bytes: MAX_BYTES, documents: MAX_DOCUMENTS };

/** All objects of a text, in order, each on its own: what is wrong with one document leaves the others whole. Never throws. */
export function readYaml(source: string, most: YamlLimits = LIMITS): YamlAnswer {
  const whole = (message: string): YamlAnswer => ({ documents: [], problem: { line: 1, column: 1, message } });
  const mebibytes = Math.floor(most.bytes / 1024 / 1024);
  if (new TextEncoder().encode(source).length > most.bytes) return whole(`More than ${mebibytes} MiB. Split the file.`);
  const parts = splitDocuments(source);
  if (parts.length > most.documents) return whole(`More than ${most.documents} documents. Split the file.`);
  const documents = parts.flatMap(readPart);
  return documents.length > most.documents
    ? whole(`More than ${most.documents} objects. Split the file.`)
    : { documents };
}
