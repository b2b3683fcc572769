/** Reads what an operand is compared with, by the operand's kind. */
import type { Span, Value } from "./ast.ts";
import type { Operand } from "./operand.ts";
import {
  type FindError,
  missingValue,
  outOfRange,
  reservedValue,
  wrongNumber,
  wrongUnit,
  wrongWord,
} from "./problem.ts";
import { nearest } from "./suggest.ts";
import type { Token } from "./tokens.ts";
import { findUnit, inGraphUnit, readNumber } from "./units.ts";

export type Read =
  /** `tokens`: how many it took; a unit may stand apart from its number. */
  { readonly value: Value; readonly tokens: number } | { readonly value: null; readonly error: FindError };

const at = ({ at, length }: Span) => ({ at, length });
const failed = (span: Span, error: Omit<FindError, keyof Span>): Read => ({
  value: null,
  error: { ...error, ...at(span) },
});

/** Kiali's word for no activity, and ours for no data; in any casing, not in quotes. */
function missingOf(token: Token, operand: Operand): Value | null {
  if (token.kind !== "word") return null;
  const lower = token.text.toLowerCase();
  if (lower === "nodata") return { kind: "missing", what: "nodata" };
  const numeric = operand.type !== "text" && operand.type !== "word";
  return lower === "nan" && numeric ? { kind: "missing", what: "NaN" } : null;
}

/** The value that begins at this token. `name` is the operand as the text spells it. */
export function readValue(name: string, operand: Operand, token: Token, next: Token | undefined): Read {
  if (token.kind === "and" || token.kind === "or" || token.kind === "filler" || token.kind === "not") {
    return failed(token, reservedValue(name, operand));
  }
  if (token.kind !== "word" && token.kind !== "quoted") return failed(token, missingValue(name, operand));
  if (token.kind === "quoted" && !token.closed) {
    return failed({ at: token.at, length: 1 }, { message: "The quote that opens here isn't closed.", expected: [] });
  }
  const missing = missingOf(token, operand);
  if (missing !== null) return { value: missing, tokens: 1 };
  switch (operand.type) {
    case "text":
    case "flag":
      return { value: { kind: "text", text: token.text }, tokens: 1 };
    case "word":
      return readWord(name, operand, token);
    default:
      return readQuantity(name, operand, token, next);
  }
}

type Texted = Token & { readonly text: string };

function readWord(name: string, operand: Extract<Operand, { type: "word" }>, token: Texted): Read {
  const lower = token.text.toLowerCase();
  const found = operand.words.find(({ word, aliases }) => word === lower || aliases.includes(lower));
  if (found !== undefined) return { value: { kind: "word", word: found.word }, tokens: 1 };
  const words = operand.words.flatMap(({ word, aliases }) => [word, ...aliases]);
  return failed(token, wrongWord(name, operand, token.text, nearest(token.text, words)));
}

function readQuantity(
  name: string,
  operand: Exclude<Operand, { type: "flag" | "text" | "word" }>,
  token: Texted,
  next: Token | undefined,
): Read {
  const typed = readNumber(token.text);
  if (typed === null || !Number.isFinite(typed.value)) {
    return failed(token, wrongNumber(name, operand, token.text));
  }
  // `250 ms`: what follows a bare number is its unit or a mistake.
  const apart = typed.unit === "" && next?.kind === "word" ? findUnit(operand.type, next.text) : null;
  const unit = apart ?? (typed.unit === "" && typed.value === 0 ? "" : findUnit(operand.type, typed.unit));
  if (unit === null) {
    const quoted = token.kind === "quoted" ? 1 : 0;
    const length = typed.unit.length;
    const span = length === 0 ? token : { at: token.at + quoted + typed.unitAt, length };
    return failed(span, wrongUnit(name, operand, typed.unit));
  }
  const value = inGraphUnit(operand.type, typed.value, unit);
  const [least, most] = operand.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (value < least || value > most) return failed(token, outOfRange(name, least, most));
  return { value: { kind: "number", value: typed.value, unit }, tokens: apart === null ? 1 : 2 };
}
