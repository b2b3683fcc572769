/**
 * A text cut into its documents by the lexer alone, before anything recursive runs: a document that is nested too deeply
 * or has a directive is refused here, by itself.
 */
import { CST, Lexer } from "yaml";

const { DOCUMENT, FLOW_END, SCALAR } = CST;

/** Where and why; line and column from 1, column in UTF-16 units, as editors count. */
export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Deeper than any object of Kubernetes; far less than a parser's stack. */
export const MAX_DEPTH = 100;

export interface Part {
  /** From its `---`, if it has one, to the next. */
  readonly text: string;
  /** Of its first character: from the text's start, and the line, from 1. */
  readonly offset: number;
  readonly line: number;
  readonly problem: YamlProblem | null;
}

interface Open {
  offset: number;
  line: number;
  problem: YamlProblem | null;
}

/** The parts of a text in order, without empty ones. */
export function splitDocuments(source: string): readonly Part[] {
  const parts: Part[] = [];
  let open: Open = { offset: 0, line: 1, problem: null };
  let [at, line, lineStart, flow, nested] = [0, 1, 0, 0, 0];
  let [ended, scalar, first] = [false, false, true];
  // Columns of the block collections that are open here: what starts further right lies deeper.
  const columns: number[] = [];
  const close = () => {
    const text = source.slice(open.offset, at);
    if (text.replace(/^\ufeff/, "").trim() !== "") parts.push({ text, ...open });
    open = { offset: at, line, problem: null };
    [flow, nested, ended, first] = [0, 0, false, true];
    columns.length = 0;
  };
  const refuse = (message: string) => {
    open.problem ??= { line, column: at - lineStart + 1, message };
  };
  for (const token of new Lexer().lex(source)) {
    // Marks of the lexer's own stand for no text; after the one for a scalar comes its text, which may look like anything.
    if (token === DOCUMENT || token === FLOW_END) continue;
    if (token === SCALAR && !scalar) {
      scalar = true;
      continue;
    }
    const type = scalar ? "scalar" : CST.tokenType(token);
    scalar = false;
    if (type === "doc-start" && source.slice(open.offset, at).trim() !== "") close();
    if (type === "flow-map-start" || type === "flow-seq-start") flow += 1;
    else if (type === "flow-map-end" || type === "flow-seq-end") flow = Math.max(0, flow - 1);
    // In a flow collection `:` stands between a key and a value and doesn't nest.
    else if (flow === 0 && (type === "seq-item-ind" || type === "explicit-key-ind" || type === "map-value-ind"))
      nested += 1;
    else if (type === "newline") nested = 0;
    else if (type === "directive-line") refuse("Directives (%) aren't understood. Leave the line out.");
    else if (type === "doc-end") ended = true;
    const starts = first && type !== "space" && type !== "newline" && type !== "comment" && type !== "byte-order-mark";
    if (flow === 0 && (starts || type === "seq-item-ind" || type === "explicit-key-ind")) {
      const column = at - lineStart;
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
    }
    first = type === "newline" || (first && !starts);
    if (flow > MAX_DEPTH || nested > MAX_DEPTH || columns.length > MAX_DEPTH)
      refuse(`Nested deeper than ${MAX_DEPTH} levels.`);
    const before = at;
    at += token.length;
    for (let next = token.indexOf("\n"); next >= 0; next = token.indexOf("\n", next + 1)) {
      line += 1;
      lineStart = before + next + 1;
    }
    if (ended && type === "newline") close();
  }
  at = source.length;
  close();
  return parts;
}
