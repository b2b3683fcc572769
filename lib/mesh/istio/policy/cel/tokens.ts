/**
 * Words of CEL as cel-go cuts them: the longest that fits. (lexer rules of cel-go's parser/gen/CEL.g4) Each function looks at no
 * character twice, so that all of a text together are linear in its length.
 */
import { type Fault, quoted } from "./fault.ts";
import { stringAt } from "./strings.ts";

/** A sign of the language is its own kind (`&&`), and so are `in`, `true`, `false` and `null`, which name nothing. */
export interface Token {
  readonly kind: "name" | "escaped" | "int" | "uint" | "double" | "string" | "end" | Sign | Word;
  readonly from: number;
  readonly to: number;
}

const PAIRS = ["==", "!=", "<=", ">=", "&&", "||"] as const;
const SINGLES = ["<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%"] as const;
const WORDS = ["in", "true", "false", "null"] as const;
type Sign = (typeof PAIRS)[number] | (typeof SINGLES)[number];
type Word = (typeof WORDS)[number];

const BLANKS = "\t \r\n\f";
const STRING = /(?:[bB]?[rR]?)["']/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
/** The name of a field that isn't one otherwise, such as `a-b`. */
const ESCAPED = /`[-A-Za-z0-9_./ ]+`/y;
const HEXADECIMAL = /0x[0-9a-fA-F]+/y;
const DOUBLE = /[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+/y;
const DIGITS = /[0-9]+/y;

/** Where a pattern that begins here ends; -1: none does. */
function ending(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The word at a place, or behind the blanks and comments there. */
export function tokenAt(text: string, place: number): Token | Fault {
  const from = afterBlanks(text, place);
  if (from >= text.length) return { kind: "end", from, to: from };
  if (ending(STRING, text, from) > 0) {
    const end = stringAt(text, from);
    return typeof end === "number" ? { kind: "string", from, to: end } : end;
  }
  const name = ending(NAME, text, from);
  if (name > 0) return { kind: WORDS.find((word) => word === text.slice(from, name)) ?? "name", from, to: name };
  return numberAt(text, from) ?? signAt(text, from) ?? strange(text, from);
}

function afterBlanks(text: string, place: number): number {
  for (let at = place; ; ) {
    if (at < text.length && BLANKS.includes(text.charAt(at))) at += 1;
    else if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else return at;
  }
}

function numberAt(text: string, from: number): Token | null {
  const double = ending(DOUBLE, text, from);
  if (double > 0) return { kind: "double", from, to: double };
  const hexadecimal = ending(HEXADECIMAL, text, from);
  const to = hexadecimal > 0 ? hexadecimal : ending(DIGITS, text, from);
  if (to < 0) return null;
  const unsigned = text[to] === "u" || text[to] === "U";
  return unsigned ? { kind: "uint", from, to: to + 1 } : { kind: "int", from, to };
}

function signAt(text: string, from: number): Token | null {
  const pair = PAIRS.find((sign) => text.startsWith(sign, from));
  const kind = pair ?? SINGLES.find((sign) => sign === text[from]);
  if (kind !== undefined) return { kind, from, to: from + kind.length };
  const escaped = ending(ESCAPED, text, from);
  return escaped > 0 ? { kind: "escaped", from, to: escaped } : null;
}

const strange = (text: string, at: number): Fault => ({
  at,
  message: `${quoted(String.fromCodePoint(text.codePointAt(at) ?? 0))} is no sign of CEL’s.`,
});
