/**
 * From text to a tree, or to errors that point at characters. The grammar is in docs/find.md. After an error the parser goes
 * on at the next AND, OR or parenthesis, so that the completion (complete.ts) knows what is being typed anywhere in a
 * broken text. Linear in the text, which is bounded, as the nesting is.
 */
import { formatCount } from "#lib/format.ts";
import type { Comparison, Expression, Span, Term } from "./ast.ts";
import { MOST_CHARACTERS, MOST_NESTED } from "./limits.ts";
import type { Operand } from "./operand.ts";
import { nameOperand } from "./operands.ts";
import {
  comparisonsOf,
  type FindError,
  needsValue,
  operandNames,
  quote,
  spelt,
  unknownOperand,
  wrongComparison,
} from "./problem.ts";
import { type Token, tokenize } from "./tokens.ts";
import { readValue } from "./value.ts";

/** After the first few errors of a text the others explain nothing. */
const MOST_ERRORS = 8;

export type Parsed =
  /** null: the text is empty, and asks for nothing. */
  | { readonly ok: true; readonly expression: Expression | null }
  | { readonly ok: false; readonly errors: readonly [FindError, ...FindError[]] };

/** What may be typed between the end of one token and the end of the next. */
export interface Slot {
  readonly from: number;
  readonly to: number;
  /** Where the token in it begins. */
  readonly token: number;
  readonly kind: Token["kind"];
  readonly expects:
    | { readonly kind: "operand" }
    /** `bare`: the operand may stand alone, so AND and OR are possible too. */
    | { readonly kind: "operator"; readonly operand: Operand; readonly bare: boolean }
    | {
        readonly kind: "value";
        readonly operand: Operand;
        readonly key: string | null;
        readonly comparison: Comparison;
      }
    | { readonly kind: "joiner" };
  /** Parentheses open here. */
  readonly depth: number;
}

/** Reads an expression. Never throws. */
export function parse(text: string): Parsed {
  const { expression, errors } = analyse(text);
  const [first, ...others] = errors;
  return first === undefined ? { ok: true, expression } : { ok: false, errors: [first, ...others] };
}

export interface Analysis {
  readonly expression: Expression | null;
  readonly errors: readonly FindError[];
  readonly slots: readonly Slot[];
}

/** The same, with what the completion needs. Slots are in the order of the text. */
export function analyse(text: string): Analysis {
  if (text.length > MOST_CHARACTERS) {
    const span = { at: MOST_CHARACTERS, length: text.length - MOST_CHARACTERS };
    const message = `An expression has ${formatCount(MOST_CHARACTERS)} characters at most.`;
    return { expression: null, errors: [{ ...span, message, expected: [] }], slots: [] };
  }
  return new Parser(text).run();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #errors: FindError[] = [];
  readonly #slots: Slot[] = [];
  #next = 0;
  /** Parentheses and NOTs around. */
  #nested = 0;
  #open = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  run(): Analysis {
    let expression: Expression | null = null;
    if (this.#peek().kind === "end") this.#slot({ kind: "operand" });
    while (this.#peek().kind !== "end") {
      expression = this.#or();
      const token = this.#peek();
      if (token.kind !== "close") continue;
      this.#fail(token, "No parenthesis is open that this one could close.", ["AND", "OR"]);
      this.#next += 1;
    }
    return { expression: this.#errors.length > 0 ? null : expression, errors: this.#errors, slots: this.#slots };
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as Token;
  }

  #slot(expects: Slot["expects"]): void {
    const before = this.#tokens[this.#next - 1];
    const token = this.#peek();
    const from = before === undefined ? 0 : before.at + before.length;
    const to = token.at + token.length;
    this.#slots.push({ from, token: token.at, to, kind: token.kind, expects, depth: this.#open });
  }

  #fail({ at, length }: Span, message: string, expected: readonly string[]): void {
    if (this.#errors.length < MOST_ERRORS) this.#errors.push({ at, length, message, expected });
  }

  #failWith(span: Span, { message, expected }: Omit<FindError, keyof Span>): null {
    this.#fail(span, message, expected);
    return null;
  }

  #or(): Expression | null {
    return this.#chain("or", () => this.#and());
  }

  /** Terms side by side without a word between count as joined by AND, after the error is noted. */
  #and(): Expression | null {
    return this.#chain("and", () => this.#unary());
  }

  #chain(kind: "and" | "or", operand: () => Expression | null): Expression | null {
    const found: Expression[] = [];
    for (;;) {
      const one = operand();
      if (one !== null) found.push(one);
      if (this.#peek().kind === kind) {
        this.#next += 1;
        continue;
      }
      if (kind === "or" || !this.#startsTerm()) break;
      const token = this.#peek();
      this.#fail(token, `AND or OR is missing before ${quote(spelt(token, this.#text))}.`, ["AND", "OR"]);
    }
    const [first, second] = found;
    if (first === undefined) return null;
    return second === undefined ? first : { kind, of: found };
  }

  /** Whether what comes neither joins nor ends. */
  #startsTerm(): boolean {
    const { kind } = this.#peek();
    return kind !== "and" && kind !== "or" && kind !== "close" && kind !== "end";
  }

  #deeper(token: Token, inner: () => Expression | null): Expression | null {
    if (this.#nested >= MOST_NESTED) {
      this.#fail(token, `Parentheses and NOT go ${MOST_NESTED} deep at most.`, []);
      this.#next = this.#tokens.length - 1;
      return null;
    }
    this.#nested += 1;
    const result = inner();
    this.#nested -= 1;
    return result;
  }

  #unary(): Expression | null {
    this.#slot({ kind: "operand" });
    const token = this.#peek();
    if (token.kind === "not") {
      this.#next += 1;
      const of = this.#deeper(token, () => this.#unary());
      return of === null ? null : { kind: "not", of };
    }
    if (token.kind === "open") {
      this.#next += 1;
      return this.#deeper(token, () => this.#group(token));
    }
    if (token.kind === "filler") {
      this.#next += 1;
      return this.#deeper(token, () => this.#unary());
    }
    return this.#term();
  }

  #group(opened: Token): Expression | null {
    this.#open += 1;
    const inside = this.#or();
    this.#open -= 1;
    if (this.#peek().kind === "close") {
      this.#next += 1;
      this.#slot({ kind: "joiner" });
    } else if (this.#errors.length === 0) {
      this.#fail(opened, "The parenthesis that opens here isn't closed.", [")"]);
    }
    return inside;
  }

  #term(): Term | null {
    const token = this.#peek();
    if (token.kind !== "word") return this.#notAnOperand(token);
    const named = nameOperand(token.text);
    this.#next += 1;
    if (named.operand === null) {
      this.#failWith(token, unknownOperand(token.text, named));
      this.#skip();
      return null;
    }
    const { operand, subject } = named;
    const bare = operand.type !== "word";
    this.#slot({ kind: "operator", operand, bare });
    const operator = this.#operator();
    const name = token.text;
    if (operator === null) {
      if (operand.type === "word") return this.#failWith(token, needsValue(name, operand));
      return { kind: "has", subject, span: { at: token.at, length: token.length } };
    }
    const { comparison, span } = operator;
    if (!comparisonsOf(operand).includes(comparison)) {
      this.#failWith(span, wrongComparison(name, operand, this.#text.slice(span.at, span.at + span.length)));
      this.#skip();
      return null;
    }
    this.#slot({ kind: "value", operand, key: subject.key, comparison });
    const read = readValue(name, operand, this.#peek(), this.#peek(1));
    if (read.value === null) {
      this.#failWith(read.error, read.error);
      this.#skip();
      return null;
    }
    this.#next += read.tokens;
    this.#slot({ kind: "joiner" });
    const last = this.#tokens[this.#next - 1] as Token;
    const length = last.at + last.length - token.at;
    return { kind: "compare", subject, comparison, value: read.value, span: { at: token.at, length } };
  }

  /** `=`, `contains`, `not contains`, `is` (equals) or `is not`, where one follows. */
  #operator(): { readonly comparison: Comparison; readonly span: Span } | null {
    const [one, two, three] = [this.#peek(), this.#peek(1), this.#peek(2)];
    const take = (tokens: number, comparison: Comparison) => {
      const last = this.#peek(tokens - 1);
      this.#next += tokens;
      return { comparison, span: { at: one.at, length: last.at + last.length - one.at } };
    };
    if (one.kind === "operator") return take(1, one.comparison);
    if (one.kind === "not" && two.kind === "operator") {
      const negated = NEGATED[two.comparison];
      return negated === undefined ? null : take(2, negated);
    }
    if (one.kind !== "filler") return null;
    if (two.kind === "not") return three.kind === "operator" ? null : take(2, "!=");
    return take(1, "=");
  }

  #notAnOperand(token: Token): null {
    const what = token.kind === "end" ? "ends" : `has ${quote(spelt(token, this.#text))}`;
    this.#fail(
      token,
      `An operand is missing: the text ${what} where one should be, such as name or error.`,
      operandNames(),
    );
    // What closes or joins is for whoever waits for it.
    if (this.#startsTerm()) {
      this.#next += 1;
      this.#skip();
    }
    return null;
  }

  /** Past what can't be understood, to what joins it with the rest. */
  #skip(): void {
    let open = 0;
    for (;;) {
      const { kind } = this.#peek();
      if (kind === "end" || (open === 0 && (kind === "and" || kind === "or" || kind === "close"))) return;
      if (kind === "open") open += 1;
      if (kind === "close") open -= 1;
      this.#next += 1;
    }
  }
}

const NEGATED: Readonly<Partial<Record<Comparison, Comparison>>> = { "=": "!=", "*=": "!*=", "^=": "!^=", "$=": "!$=" };
