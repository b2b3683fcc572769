/**
 * Cuts a stream of JSON text into the pieces a reader wants, so that an answer of hundreds of megabytes never stands in
 * memory as a whole. A plan names the places; what lies elsewhere is passed over unread. One pass, linear in the text;
 * memory is one piece. It is lenient about what it passes over and strict about what it hands out (JSON.parse).
 * https://www.rfc-editor.org/rfc/rfc8259
 */

/** What is wanted of a value: the value itself (`only` where it is an object), members of an object by key, or the items of
 * a list. Of several plans those count that fit how the value begins. */
export type Plan =
  | { readonly take: string; readonly only?: "object" }
  | { readonly members: Readonly<Record<string, Plan>>; readonly end?: string }
  | { readonly items: Plan; readonly end?: string };

/** Told of pieces in their order: a value taken under its name, or the end of an object or list that the plan marks. */
export interface Sink {
  piece(name: string, value: unknown): void;
  end?(name: string): void;
}

/** Why a text can't be cut. */
export type CutProblem = "not-json" | "too-deep" | "piece-too-large";

export class CutError extends Error {
  readonly problem: CutProblem;
  constructor(problem: CutProblem) {
    super(problem);
    this.name = "CutError";
    this.problem = problem;
  }
}

/** Nesting that any tracing API needs is under 20; attribute values may nest a little. */
const MAX_DEPTH = 64;
/** Characters of one piece: a span with a few tags of a megabyte each fits. */
const MAX_PIECE = 16 * 1024 * 1024;

type Plans = readonly Plan[];

interface Level {
  readonly list: boolean;
  /** Plans of what lies inside; empty where nothing is wanted. */
  readonly plans: Plans;
  readonly end: string | null;
  key: string;
}

const QUOTE = 34;
const BACKSLASH = 92;

export class JsonCutter {
  readonly #plans: Plans;
  readonly #sink: Sink;
  readonly #stack: Level[] = [];
  /** Text of the piece or key under way, from earlier chunks. */
  #kept = "";
  /** Name of the piece under way; null while walking. */
  #taking: string | null = null;
  /** Depth of brackets inside the piece, or inside what is skipped. */
  #depth = 0;
  #skipping = false;
  #inString = false;
  #escaped = false;
  /** What comes next. */
  #mode: "value" | "key" | "colon" | "after" = "value";
  #values = 0;
  /** Characters of the parts before this one, and of all that was understood. */
  #before = 0;
  #at = 0;

  /** `plans`: alternatives for each top-level value. */
  constructor(plans: Plans, sink: Sink) {
    this.#plans = plans;
    this.#sink = sink;
  }

  /** Takes the next part of the text. @throws CutError */
  write(text: string): void {
    let at = 0;
    while (at < text.length) {
      this.#at = this.#before + at;
      at = this.#taking !== null || this.#skipping ? this.#through(text, at) : this.#walk(text, at);
    }
    this.#before += text.length;
    this.#at = this.#before;
  }

  /** Characters that were understood: where a text breaks, or where the piece begins that does. */
  get at(): number {
    return this.#at;
  }

  /** The text is over. @throws CutError where it ends inside a value or held none */
  finish(): void {
    if (this.#taking !== null && this.#depth === 0 && !this.#inString) this.#handOver("");
    const open = this.#stack.length > 0 || this.#taking !== null || this.#skipping || this.#mode === "key";
    if (open || this.#values === 0) throw new CutError("not-json");
  }

  /** One step of walking along the plan; the index to go on from. */
  #walk(text: string, at: number): number {
    if (this.#mode === "key") return this.#key(text, at);
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 0xfeff) return at + 1;
    const level = this.#stack.at(-1);
    if (this.#mode === "colon") {
      if (code !== 58) throw new CutError("not-json");
      this.#mode = "value";
      return at + 1;
    }
    if (level !== undefined && (code === 93 || code === 125)) return this.#close(level, code, at);
    if (this.#mode === "after") {
      if (level === undefined || code !== 44) throw new CutError("not-json");
      this.#mode = "value";
      if (!level.list) level.key = "";
      return at + 1;
    }
    if (level !== undefined && !level.list && level.key === "") {
      if (code !== QUOTE) throw new CutError("not-json");
      this.#mode = "key";
      this.#kept = "";
      return at + 1;
    }
    return this.#begin(code, at);
  }

  /** A value begins: enter it, take it, or pass over it. */
  #begin(code: number, at: number): number {
    const plans = this.#wanted();
    const list = code === 91;
    const nested = list || code === 123;
    if (!nested && code !== QUOTE && code !== 45 && !(code >= 48 && code <= 57) && !(code >= 97 && code <= 122))
      throw new CutError("not-json");
    const taken = plans.find((plan) => "take" in plan && (plan.only === undefined || code === 123));
    if (taken !== undefined && "take" in taken) {
      this.#taking = taken.take;
      this.#kept = "";
      return at;
    }
    const inner = nested ? plans.filter((plan) => (list ? "items" in plan : "members" in plan)) : [];
    if (inner.length === 0) {
      this.#skipping = true;
      return at;
    }
    if (this.#stack.length >= MAX_DEPTH) throw new CutError("too-deep");
    const end = inner.flatMap((plan) => ("end" in plan && plan.end !== undefined ? [plan.end] : []))[0] ?? null;
    this.#stack.push({ list, plans: inner, end, key: "" });
    this.#mode = "value";
    return at + 1;
  }

  #wanted(): Plans {
    const level = this.#stack.at(-1);
    if (level === undefined) return this.#plans;
    return level.plans.flatMap((plan) => {
      if ("items" in plan) return level.list ? [plan.items] : [];
      if (!("members" in plan) || level.list) return [];
      // A key of the answer is never looked up in a prototype.
      const member = Object.hasOwn(plan.members, level.key.slice(1)) ? plan.members[level.key.slice(1)] : undefined;
      return member === undefined ? [] : [member];
    });
  }

  #close(level: Level, code: number, at: number): number {
    if (level.list !== (code === 93)) throw new CutError("not-json");
    this.#stack.pop();
    if (level.end !== null) this.#sink.end?.(level.end);
    this.#done();
    return at + 1;
  }

  #done(): void {
    this.#mode = "after";
    if (this.#stack.length > 0) return;
    // Documents may follow each other, as streams of results do.
    this.#values += 1;
    this.#mode = "value";
  }

  /** Inside a key's quotes. */
  #key(text: string, from: number): number {
    const at = this.#stringEnd(text, from);
    this.#keep(text.slice(from, at < 0 ? text.length : at));
    if (at < 0) return text.length;
    const level = this.#stack.at(-1);
    // Marked, so that an empty key isn't the lack of one.
    if (level !== undefined) level.key = `:${parsed(`"${this.#kept}"`) as string}`;
    this.#kept = "";
    this.#mode = "colon";
    return at + 1;
  }

  /** The index of the quote that ends a string, or -1; remembers a backslash at the end. */
  #stringEnd(text: string, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) {
        at += 1;
        if (at >= text.length) this.#escaped = true;
      }
    }
    return -1;
  }

  /** Through a value that is taken or skipped, to its end. */
  #through(text: string, from: number): number {
    let at = from;
    while (at < text.length) {
      if (this.#inString) {
        const end = this.#stringEnd(text, at);
        if (end < 0) return this.#partly(text, from);
        this.#inString = false;
        at = end + 1;
        if (this.#depth === 0) return this.#ended(text, from, at);
        continue;
      }
      const code = text.charCodeAt(at);
      if (code === QUOTE) this.#inString = true;
      else if (code === 123 || code === 91) {
        this.#depth += 1;
        if (this.#depth + this.#stack.length > MAX_DEPTH) throw new CutError("too-deep");
      } else if (code === 125 || code === 93) {
        // The end of what a bare number or word lies in.
        if (this.#depth === 0) return this.#ended(text, from, at);
        this.#depth -= 1;
        if (this.#depth === 0) return this.#ended(text, from, at + 1);
      } else if (this.#depth === 0 && (code === 44 || code <= 32)) return this.#ended(text, from, at);
      at += 1;
    }
    return this.#partly(text, from);
  }

  #partly(text: string, from: number): number {
    if (this.#taking !== null) this.#keep(text.slice(from));
    return text.length;
  }

  #ended(text: string, from: number, to: number): number {
    if (this.#taking !== null) this.#handOver(text.slice(from, to));
    else {
      this.#skipping = false;
      this.#done();
    }
    return to;
  }

  #handOver(rest: string): void {
    this.#keep(rest);
    const [name, text] = [this.#taking ?? "", this.#kept];
    this.#taking = null;
    this.#kept = "";
    this.#done();
    this.#sink.piece(name, parsed(text));
  }

  #keep(text: string): void {
    if (this.#kept.length + text.length > MAX_PIECE) throw new CutError("piece-too-large");
    this.#kept += text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CutError("not-json");
  }
}
