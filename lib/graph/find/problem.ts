/** What is wrong with an expression, and where: sentences that say what to write instead. */
import type { Comparison, Span } from "./ast.ts";
import type { Operand } from "./operand.ts";
import { type Named, OPERANDS } from "./operands.ts";
import type { Token } from "./tokens.ts";
import { QUANTITY_WORDS, quantitiesWith, unitsOf } from "./units.ts";

export interface FindError extends Span {
  readonly message: string;
  /** What could stand there: words of the language, for a reader; empty where anything could. */
  readonly expected: readonly string[];
}

/** Longest piece of the viewer's own text that is repeated to them. */
const QUOTED = 40;

export function quote(text: string): string {
  const letters = [...text];
  return `'${letters.length > QUOTED ? `${letters.slice(0, QUOTED).join("")}…` : text}'`;
}

export const TEXT_COMPARISONS: readonly Comparison[] = ["=", "!=", "*=", "!*=", "^=", "!^=", "$=", "!$="];
export const NUMBER_COMPARISONS: readonly Comparison[] = ["=", "!=", "<", "<=", ">", ">="];
export const WORD_COMPARISONS: readonly Comparison[] = ["=", "!="];

/** The operators that make sense after an operand. */
export function comparisonsOf(operand: Operand): readonly Comparison[] {
  switch (operand.type) {
    case "flag":
      return [];
    case "text":
      return TEXT_COMPARISONS;
    case "word":
      return WORD_COMPARISONS;
    default:
      return NUMBER_COMPARISONS;
  }
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** What a value of this operand is, in words. */
function kindOf(operand: Operand): string {
  if (operand.type === "text") return "a text";
  if (operand.type === "word") return `one of ${list(operand.words.map(({ word }) => word))}`;
  if (operand.type === "flag") return "true or not";
  const { name, example } = QUANTITY_WORDS[operand.type];
  return `${name}, for example ${example}`;
}

export function wrongComparison(name: string, operand: Operand, spelt: string): Omit<FindError, keyof Span> {
  const expected = comparisonsOf(operand);
  if (operand.type === "flag") {
    return { message: `${name} takes no value: write ${name} or NOT ${name}.`, expected: ["AND", "OR"] };
  }
  const why = operand.type === "text" ? "compares texts" : operand.type === "word" ? "is a word" : "is a number";
  return { message: `${name} ${why}, and ${quote(spelt)} doesn't fit. Use ${list(expected)}.`, expected };
}

export function missingValue(name: string, operand: Operand): Omit<FindError, keyof Span> {
  const expected = operand.type === "word" ? operand.words.map(({ word }) => word) : [];
  return { message: `${name} is compared with ${kindOf(operand)}.`, expected };
}

/** Where a value should be there is a word of the language. */
export function reservedValue(name: string, operand: Operand): Omit<FindError, keyof Span> {
  const { message, expected } = missingValue(name, operand);
  const advice = operand.type === "text" ? " A word of the language stands in quotes there." : "";
  return { message: `${message}${advice}`, expected };
}

export function needsValue(name: string, operand: Extract<Operand, { type: "word" }>): Omit<FindError, keyof Span> {
  const example = operand.words[0]?.word ?? "";
  return {
    message: `${name} needs a value: ${list(operand.words.map(({ word }) => word))}. For example ${name} = ${example}.`,
    expected: ["=", "!="],
  };
}

export function wrongWord(
  name: string,
  operand: Extract<Operand, { type: "word" }>,
  typed: string,
  meant: string | null,
): Omit<FindError, keyof Span> {
  const words = operand.words.map(({ word }) => word);
  const guess = meant === null ? "" : ` Did you mean ${meant}?`;
  return { message: `${name} is never ${quote(typed)}, but ${list(words)}.${guess}`, expected: words };
}

type NumberOperand = Exclude<Operand, { type: "flag" | "text" | "word" }>;

export function wrongNumber(name: string, operand: NumberOperand, typed: string): Omit<FindError, keyof Span> {
  return { message: `${name} is compared with ${kindOf(operand)}, not with ${quote(typed)}.`, expected: [] };
}

export function wrongUnit(name: string, operand: NumberOperand, unit: string): Omit<FindError, keyof Span> {
  const expected = unitsOf(operand.type);
  const { name: kind, example } = QUANTITY_WORDS[operand.type];
  const [other] = quantitiesWith(unit);
  const instead = expected.length === 0 ? "a number alone" : list(expected);
  if (unit === "") {
    return { message: `${name} is ${kind}: the number needs a unit, as in ${example}.`, expected };
  }
  const is =
    other === undefined ? `${quote(unit)} is no unit of it` : `${quote(unit)} is ${QUANTITY_WORDS[other].name}`;
  return { message: `${name} is ${kind}, and ${is}. Write ${instead}.`, expected };
}

export function outOfRange(name: string, least: number, most: number): Omit<FindError, keyof Span> {
  return { message: `${name} is between ${least} and ${most}.`, expected: [] };
}

/** A token as the text has it. */
export function spelt(token: Token, text: string): string {
  return token.kind === "end" ? "the end" : text.slice(token.at, token.at + token.length);
}

export function operandNames(): readonly string[] {
  return OPERANDS.map(({ name }) => name);
}

/** A word where an operand should be, which names none. */
export function unknownOperand(typed: string, named: Extract<Named, { operand: null }>): Omit<FindError, keyof Span> {
  switch (named.problem) {
    case "no-key":
      return {
        message: "label needs the label's key: label:region, or label:region = east.",
        expected: ["label:KEY"],
      };
    case "not-of-nodes":
      return {
        message: `${quote(typed)} is not asked of a node: source. and target. stand before what is, as in source.namespace.`,
        expected: [],
      };
    case "unknown": {
      const { nearest } = named;
      const instead =
        nearest === null ? `To find by name, write name contains ${quoteless(typed)}.` : `Did you mean ${nearest}?`;
      return {
        message: `There is no operand ${quote(typed)}. ${instead}`,
        expected: nearest === null ? operandNames() : [nearest],
      };
    }
  }
}

const quoteless = (typed: string) => quote(typed).slice(1, -1);
