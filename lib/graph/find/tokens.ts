/** The text of an expression as tokens. Linear; never fails: what makes no sense is left for the parser to point at. */
import type { Comparison, Span } from "./ast.ts";

export type Token = Span &
  (
    | { readonly kind: "open" | "close" | "and" | "or" | "not" | "end" }
    /** `is` and `has`, which only make a sentence of it. */
    | { readonly kind: "filler"; readonly text: string }
    /** `verb`: spelt as a word. */
    | { readonly kind: "operator"; readonly comparison: Comparison; readonly verb: boolean }
    | { readonly kind: "word"; readonly text: string }
    /** A quoted text, without quotes and escapes. */
    | { readonly kind: "quoted"; readonly text: string; readonly closed: boolean }
  );

const SYMBOLS: readonly (readonly [text: string, comparison: Comparison])[] = [
  ["!*=", "!*="],
  ["!^=", "!^="],
  ["!$=", "!$="],
  ["!=", "!="],
  ["*=", "*="],
  ["^=", "^="],
  ["$=", "$="],
  ["==", "="],
  ["=", "="],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"],
];

const VERBS: Readonly<Record<string, Comparison>> = { contains: "*=", startswith: "^=", endswith: "$=" };

type Plain = Exclude<Token["kind"], "operator" | "word" | "quoted" | "filler">;
const WORDS: Readonly<Record<string, Plain | "filler">> = {
  and: "and",
  or: "or",
  not: "not",
  is: "filler",
  has: "filler",
};

/** Whether a word means something else than itself, so that it must be quoted where it is a value. */
export function isReserved(word: string): boolean {
  const lower = word.toLowerCase();
  return Object.hasOwn(WORDS, lower) || Object.hasOwn(VERBS, lower);
}

const isSpace = (char: string) => char.trim() === "";
const symbolAt = (text: string, at: number) => SYMBOLS.find(([symbol]) => text.startsWith(symbol, at));
const joinerAt = (text: string, at: number) => text.startsWith("&&", at) || text.startsWith("||", at);

/** Whether a word can't go on over this place. `!` ends one only where it starts an operator: names of hosts may hold it. */
function endsWord(text: string, at: number): boolean {
  const char = text.charAt(at);
  if (isSpace(char) || char === "(" || char === ")" || char === '"' || char === "'") return true;
  return symbolAt(text, at) !== undefined || joinerAt(text, at);
}

/** Whether a text reads as one word that means itself. */
export function isPlainWord(text: string): boolean {
  if (text === "" || text.startsWith("!") || isReserved(text)) return false;
  for (let at = 0; at < text.length; at++) if (endsWord(text, at)) return false;
  return true;
}

/** Reads from a quote to its twin; `\` takes the next character as it is. */
function readQuoted(text: string, at: number): Token {
  const quote = text.charAt(at);
  let read = "";
  for (let next = at + 1; next < text.length; next++) {
    const char = text.charAt(next);
    if (char === quote) return { kind: "quoted", text: read, closed: true, at, length: next + 1 - at };
    if (char === "\\" && next + 1 < text.length) next += 1;
    read += text.charAt(next);
  }
  return { kind: "quoted", text: read, closed: false, at, length: text.length - at };
}

function readWord(text: string, at: number): Token {
  let next = at + 1;
  while (next < text.length && !endsWord(text, next)) next += 1;
  const word = text.slice(at, next);
  const span = { at, length: next - at };
  const lower = word.toLowerCase();
  const verb = Object.hasOwn(VERBS, lower) ? VERBS[lower] : undefined;
  if (verb !== undefined) return { kind: "operator", comparison: verb, verb: true, ...span };
  const reserved = Object.hasOwn(WORDS, lower) ? WORDS[lower] : undefined;
  if (reserved === undefined) return { kind: "word", text: word, ...span };
  return reserved === "filler" ? { kind: "filler", text: word, ...span } : { kind: reserved, ...span };
}

function readToken(text: string, at: number): Token {
  const char = text.charAt(at);
  if (char === "(") return { kind: "open", at, length: 1 };
  if (char === ")") return { kind: "close", at, length: 1 };
  if (char === '"' || char === "'") return readQuoted(text, at);
  if (joinerAt(text, at)) return { kind: char === "&" ? "and" : "or", at, length: 2 };
  const symbol = symbolAt(text, at);
  if (symbol !== undefined) {
    return { kind: "operator", comparison: symbol[1], verb: false, at, length: symbol[0].length };
  }
  if (char === "!") return { kind: "not", at, length: 1 };
  return readWord(text, at);
}

/** All tokens, the last of them `end`, of length 0. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charAt(at))) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at += token.length;
  }
  return [...tokens, { kind: "end", at: text.length, length: 0 }];
}
