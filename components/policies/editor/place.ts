/**
 * Where in a document the cursor stands, told from indentation alone: a text that is being typed is rarely YAML, and
 * completion is wanted just then. Block style only; inside flow style it says the block's place.
 */

export interface Place {
  /** Keys from the document's root to what contains the cursor's line; a list's item is `[]`. */
  readonly path: readonly string[];
  /** The key being typed on, or whose value is; "" on an empty line. */
  readonly key: string;
  /** The cursor stands behind `key:`. */
  readonly inValue: boolean;
  readonly apiVersion: string | null;
  readonly kind: string | null;
  /** Keys that the same map has already, as far as they stand above or below at the same depth. */
  readonly siblings: readonly string[];
}

interface Line {
  /** Columns of the dashes that open items on this line. */
  readonly dashes: readonly number[];
  /** Column of the first key. */
  readonly indent: number;
  readonly key: string;
  readonly hasColon: boolean;
}

function parse(text: string): Line | null {
  if (/^\s*(#|$)/.test(text)) return null;
  const dashes: number[] = [];
  let indent = text.search(/\S/);
  while (/^-(\s|$)/.test(text.slice(indent))) {
    dashes.push(indent);
    const next = text.slice(indent + 1).search(/\S/);
    indent = next < 0 ? indent + 2 : indent + 1 + next;
  }
  const rest = text.slice(indent);
  const keyed = /^("[^"]*"|'[^']*'|[^\s"'#][^#]*?)\s*:(?:\s|$)/.exec(rest);
  const key = (keyed?.[1] ?? rest.trim()).replaceAll(/^["']|["']$/g, "");
  return { dashes, indent, key, hasColon: keyed !== null };
}

/** What encloses a line: keys and items, each with its column; an item's dash may stand in its key's column. */
class Enclosing {
  #stack: { readonly column: number; readonly label: string }[] = [];

  /** Takes what a line opens; `key` false: only its dashes. */
  take({ dashes, indent, key, hasColon }: Line, own: boolean): void {
    for (const column of dashes) {
      this.#drop((top) => top.column > column || (top.column === column && top.label === "[]"));
      this.#stack.push({ column, label: "[]" });
    }
    this.#drop((top) => top.column >= indent);
    if (own && hasColon) this.#stack.push({ column: indent, label: key });
  }

  #drop(over: (top: { readonly column: number; readonly label: string }) => boolean): void {
    for (let top = this.#stack.at(-1); top !== undefined && over(top); top = this.#stack.at(-1)) this.#stack.pop();
  }

  path(): readonly string[] {
    return this.#stack.map(({ label }) => label);
  }
}

/** @param line from 0; @param column in UTF-16 units from 0 */
export function placeAt(lines: readonly string[], line: number, column: number): Place {
  const isEnd = (text: string) => /^(---|\.\.\.)(\s|$)/.test(text);
  let first = line;
  while (first > 0 && !isEnd(lines[first - 1] ?? "")) first -= 1;
  let last = line;
  while (last + 1 < lines.length && !isEnd(lines[last + 1] ?? "")) last += 1;

  const text = lines[line] ?? "";
  const own = parse(text);
  const here: Line = own ?? { dashes: [], indent: column, key: "", hasColon: false };
  const enclosing = new Enclosing();
  for (let at = first; at < line; at += 1) {
    const above = parse(lines[at] ?? "");
    if (above !== null) enclosing.take(above, true);
  }
  enclosing.take(here, false);
  const value = (key: string): string | null => {
    for (let at = first; at <= last; at += 1) {
      const found = new RegExp(`^${key}:\\s*["']?([^\\s"'#]+)`).exec(lines[at] ?? "");
      if (found?.[1] !== undefined) return found[1];
    }
    return null;
  };
  return {
    path: enclosing.path(),
    key: here.key,
    inValue: here.hasColon && column > text.indexOf(":", here.indent),
    apiVersion: value("apiVersion"),
    kind: value("kind"),
    siblings: siblings(lines, line, here.indent, first, last),
  };
}

function siblings(
  lines: readonly string[],
  line: number,
  indent: number,
  first: number,
  last: number,
): readonly string[] {
  const found: string[] = [];
  const own = parse(lines[line] ?? "");
  const walk = (from: number, step: 1 | -1) => {
    for (let at = from; at >= first && at <= last; at += step) {
      const other = parse(lines[at] ?? "");
      if (other === null) continue;
      const opens = other.dashes.length > 0;
      if (other.indent < indent || (step === 1 && opens && other.indent === indent)) return;
      if (opens && (other.dashes[0] ?? indent) < indent && other.indent > indent) return;
      if (other.indent === indent && other.hasColon) found.push(other.key);
      if (step === -1 && opens && other.indent === indent) return;
    }
  };
  if (own === null || own.dashes.length === 0) walk(line - 1, -1);
  walk(line + 1, 1);
  return found;
}
