/**
 * CEL by recursive descent. After its first fault a text is at its end for every rule, so that all of them return; no rule goes deeper
 * than cel-go lets it. (parser/gen/CEL.g4, and the visitor and its limits in parser/parser.go)
 */
import { type Fault, quoted } from "./fault.ts";
import { numberProblem } from "./numbers.ts";
import { hasProblem, isMacro, over, type Part, plain, variableProblem } from "./part.ts";
import { type Token, tokenAt } from "./tokens.ts";

type Kind = Token["kind"];
/** Rules that come to themselves again; the others stand within these. */
type Rule = "expression" | "relation" | "calculation";

/** Of one rule's own nesting, and of what is made of them. (maxRecursionDepth) */
const DEEPEST = 250;
const TOO_DEEP = "CEL reads 250 levels: of brackets, and of operators and fields in a row.";
const OPTIONAL = "Optional fields and elements aren’t switched on in Istio.";

const RELATIONS: ReadonlySet<Kind> = new Set(["<", "<=", ">=", ">", "==", "!=", "in"]);
const CALCULATIONS: ReadonlyMap<Kind, number> = new Map([
  ["+", 1],
  ["-", 1],
  ["*", 2],
  ["/", 2],
  ["%", 2],
]);
const LITERALS: ReadonlySet<Kind> = new Set(["string", "true", "false", "null", "uint"]);
const SIGNED: ReadonlySet<Kind> = new Set(["int", "double"]);
/** Not to be used as variables or functions; fields and messages may be called so. (reservedIds) */
const RESERVED = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);

export class Reading {
  readonly #text: string;
  #token: Token;
  #fault: Fault | null = null;
  readonly #depth: Record<Rule, number> = { expression: 0, relation: 0, calculation: 0 };

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#read(0);
  }

  /** What is wrong first; null: nothing. To be asked once. */
  fault(): Fault | null {
    this.#expression();
    if (this.#token.kind !== "end") this.#missing("an operator or the end");
    return this.#fault;
  }

  #read(at: number): Token {
    const token = tokenAt(this.#text, at);
    return "kind" in token ? token : this.#fail(token.at, token.message);
  }

  /** Everything ends with the first fault. */
  #fail(at: number, message: string): Token {
    this.#fault ??= { at, message };
    this.#token = { kind: "end", from: this.#text.length, to: this.#text.length };
    return this.#token;
  }

  #missing(what: string): void {
    const { kind, from, to } = this.#token;
    const found = kind === "end" ? "It ends" : `${quoted(this.#text.slice(from, to))} stands`;
    this.#fail(from, `${found} where ${what} is wanted.`);
  }

  #next(): void {
    this.#token = this.#read(this.#token.to);
  }

  #take(kind: Kind): boolean {
    if (this.#token.kind !== kind) return false;
    this.#next();
    return true;
  }

  #want(kind: Kind): void {
    if (!this.#take(kind)) this.#missing(quoted(kind));
  }

  /** A rule inside of itself. (recursionListener) */
  #within(rule: Rule, read: () => Part): Part {
    this.#depth[rule] += 1;
    if (this.#depth[rule] > DEEPEST) this.#fail(this.#token.from, TOO_DEEP);
    const part = read();
    this.#depth[rule] -= 1;
    return part;
  }

  /** One level above its parts. (checkAndIncrementRecursionDepth) */
  #above(at: number, form: Part["form"], parts: readonly Part[]): Part {
    const part = over(form, parts);
    if (part.levels > DEEPEST) this.#fail(at, TOO_DEEP);
    return part;
  }

  #expression(): Part {
    return this.#within("expression", () => {
      const condition = this.#joined("||", () => this.#joined("&&", () => this.#relation(false)));
      const { from } = this.#token;
      if (!this.#take("?")) return condition;
      const yes = this.#joined("||", () => this.#joined("&&", () => this.#relation(false)));
      this.#want(":");
      return this.#above(from, "other", [condition, yes, this.#expression()]);
    });
  }

  /** Parts in a row, which are no levels of each other. */
  #joined(sign: "||" | "&&", read: () => Part): Part {
    const first = read();
    if (this.#token.kind !== sign) return first;
    const parts = [first];
    while (this.#take(sign)) parts.push(read());
    return plain(first.at, parts);
  }

  #relation(right: boolean): Part {
    return this.#within("relation", () => {
      let left = this.#calculation(1);
      while (!right && RELATIONS.has(this.#token.kind)) {
        const { from } = this.#token;
        this.#next();
        left = this.#above(from, "other", [left, this.#relation(true)]);
      }
      return left;
    });
  }

  #calculation(least: number): Part {
    return this.#within("calculation", () => {
      let left = this.#unary();
      for (;;) {
        const { kind, from } = this.#token;
        const strength = CALCULATIONS.get(kind) ?? 0;
        if (strength < least) return left;
        this.#next();
        left = this.#above(from, "other", [left, this.#calculation(strength + 1)]);
      }
    });
  }

  /** A minus before a number is the number's where it stands alone; of several each turns the sign. */
  #unary(): Part {
    const { from } = this.#token;
    let [turned, signs] = [false, 0];
    while (this.#take("!")) turned = !turned;
    const not = this.#token.from !== from;
    const minus = this.#token.from;
    while (this.#take("-")) signs += 1;
    const number = signs === 1 && SIGNED.has(this.#token.kind);
    if (not && signs > 0 && !number) this.#fail(minus, "Behind “!” a minus stands before a number only.");
    const part = this.#member(number);
    if (!number && signs % 2 === 1) turned = true;
    return turned ? plain(from, [part]) : part;
  }

  #member(negative: boolean): Part {
    let part = this.#primary(negative);
    for (;;) {
      const { from } = this.#token;
      if (this.#take(".")) part = this.#field(part, from);
      else if (this.#take("[")) {
        this.#noOptional();
        const index = this.#expression();
        this.#want("]");
        part = this.#above(from, "other", [part, index]);
      } else return part;
    }
  }

  #noOptional(): void {
    if (this.#token.kind === "?") this.#fail(this.#token.from, OPTIONAL);
  }

  /** A field of something, or a call with it as its target. */
  #field(target: Part, at: number): Part {
    this.#noOptional();
    const { kind, from, to } = this.#token;
    if (!this.#take("escaped") && !this.#take("name")) this.#missing("a field’s name");
    if (kind !== "name" || !this.#take("(")) return this.#above(at, "field", [target]);
    const args = this.#arguments();
    this.#macro(this.#text.slice(from, to), true, args);
    return this.#above(at, "other", [target, ...args]);
  }

  /** The macro that a call is. (expandMacro) */
  #macro(name: string, target: boolean, args: readonly Part[]): string | null {
    const [first] = args;
    if (first === undefined || !isMacro(name, target, args.length)) return null;
    const problem = target ? variableProblem(name, first) : hasProblem(first);
    if (problem !== null) this.#fail(first.at, problem);
    return name;
  }

  #arguments(): readonly Part[] {
    const args: Part[] = [];
    if (this.#token.kind !== ")")
      do args.push(this.#expression());
      while (this.#take(","));
    this.#want(")");
    return args;
  }

  #primary(negative: boolean): Part {
    const { kind, from, to } = this.#token;
    if (SIGNED.has(kind) || kind === "uint") {
      const problem = numberProblem(kind, this.#text.slice(from, to), negative);
      if (problem !== null) this.#fail(from, problem);
    }
    if (SIGNED.has(kind) || LITERALS.has(kind)) this.#next();
    else if (kind === "." || kind === "name") return this.#named();
    else if (this.#take("(")) {
      const part = this.#expression();
      this.#want(")");
      return part;
    } else if (this.#take("["))
      return plain(
        from,
        this.#items("]", () => [this.#element()]),
      );
    else if (this.#take("{"))
      return plain(
        from,
        this.#items("}", () => this.#entry()),
      );
    else this.#missing("a value");
    return plain(from, []);
  }

  /** A variable, a call of a function, or a message, which alone has a bracket behind its name. */
  #named(): Part {
    const { from } = this.#token;
    const rooted = this.#take(".");
    const name = this.#token;
    if (!this.#take("name")) this.#missing("a name");
    if (this.#isMessage()) {
      while (this.#take(".")) this.#next();
      this.#next();
      return plain(
        from,
        this.#items("}", () => this.#assignment()),
      );
    }
    const text = this.#text.slice(name.from, name.to);
    if (RESERVED.has(text)) this.#fail(name.from, `${quoted(text)} is a reserved word, and no name.`);
    if (!this.#take("(")) return { at: from, form: "name", name: rooted ? `.${text}` : text, levels: 0 };
    const args = this.#arguments();
    const macro = rooted ? null : this.#macro(text, false, args);
    return { ...plain(from, args), form: macro === "has" ? "field" : "other" };
  }

  /** Whether a bracket follows the names here; they are read again as what they are. */
  #isMessage(): boolean {
    for (let token: Token | Fault = this.#token; "kind" in token; ) {
      if (token.kind !== ".") return token.kind === "{";
      const name = tokenAt(this.#text, token.to);
      if (!("kind" in name) || name.kind !== "name") return false;
      token = tokenAt(this.#text, name.to);
    }
    return false;
  }

  #element(): Part {
    this.#noOptional();
    return this.#expression();
  }

  #entry(): readonly Part[] {
    const key = this.#element();
    this.#want(":");
    return [key, this.#expression()];
  }

  #assignment(): readonly Part[] {
    this.#noOptional();
    if (!this.#take("escaped") && !this.#take("name")) this.#missing("a field’s name");
    this.#want(":");
    return [this.#expression()];
  }

  /** Up to the bracket, before which a comma may stand, also alone. */
  #items(close: "]" | "}", read: () => readonly Part[]): readonly Part[] {
    const parts: Part[] = [];
    while (this.#token.kind !== close && this.#token.kind !== ",") {
      parts.push(...read());
      if (!this.#take(",") || this.#token.kind === close) break;
    }
    if (parts.length === 0) this.#take(",");
    this.#want(close);
    return parts;
  }
}
