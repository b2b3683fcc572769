/** Places in a YAML text and in its objects, both ways, so that an editor can mark what a finding or an error names. */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { parsePath, printPath } from "./path.ts";
import { keyText, parsePart } from "./yaml.ts";
import { type Part, splitDocuments } from "./yaml-split.ts";

/** From an offset up to, not including, another: UTF-16 units of the whole text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

function span(node: unknown): TextRange | null {
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return null;
  return node.range ? { from: node.range[0], to: node.range[1] } : null;
}

const contentsOf = (part: Part): unknown => (part.problem === null ? parsePart(part).document.contents : null);

/**
 * The range of a place's value in a document (numbered as in the text, from 0); of what isn't there the nearest that is
 * around it, by its key. null: no such document, no path, or a text that can't be read.
 */
export function rangeOf(text: string, path: string, document = 0): TextRange | null {
  const part = splitDocuments(text)[document];
  const segments = parsePath(path);
  if (part === undefined || segments === null) return null;
  let node = contentsOf(part);
  let found = span(node);
  for (const segment of segments) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyText(key) === segment);
      if (pair === undefined) break;
      found = span(pair.value) ?? span(pair.key);
      // An empty value has no width: its key is what can be marked.
      if (found !== null && found.from === found.to) found = span(pair.key);
      node = pair.value;
    } else if (isSeq(node) && typeof segment === "number" && segment < node.items.length) {
      node = node.items[segment];
      found = span(node) ?? found;
    } else break;
  }
  return found && { from: part.offset + found.from, to: part.offset + found.to };
}

/** The innermost place around an offset, and its document's number; null where nothing can be read. */
export function pathAt(text: string, offset: number): { readonly document: number; readonly path: string } | null {
  const parts = splitDocuments(text);
  const document = parts.findLastIndex((part) => part.offset <= offset);
  const part = parts[document];
  if (part === undefined) return null;
  const here = offset - part.offset;
  const within = (node: unknown) => {
    const range = span(node);
    return range !== null && range.from <= here && here <= range.to;
  };
  const segments: (string | number)[] = [];
  let node = contentsOf(part);
  if (node === null) return null;
  for (;;) {
    if (isMap(node)) {
      const pair = node.items.find(({ key, value }) => within(key) || within(value));
      const text = keyText(pair?.key);
      if (pair === undefined || text === null) break;
      segments.push(text);
      if (within(pair.key)) break;
      node = pair.value;
    } else if (isSeq(node)) {
      const index = node.items.findIndex(within);
      if (index < 0) break;
      segments.push(index);
      node = node.items[index];
    } else break;
  }
  return { document, path: printPath(segments) };
}
