/** An expression as a tree. Plain data; parse.ts makes it, print.ts writes it, evaluate.ts gives it its meaning. */

/** The place of something in the text, in UTF-16 code units. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

export const COMPARISONS = ["=", "!=", "<", "<=", ">", ">=", "*=", "!*=", "^=", "!^=", "$=", "!$="] as const;
/** `*=` contains, `^=` starts with, `$=` ends with; with `!` their opposites. */
export type Comparison = (typeof COMPARISONS)[number];

/** What a term speaks of. */
export interface Subject {
  /** The operand's own name, never an alias (operands.ts). */
  readonly operand: string;
  /** Of `label:KEY`. */
  readonly key: string | null;
  /** `source.` or `target.` before an operand of nodes: of an edge, the node at that end. */
  readonly end: "source" | "target" | null;
}

export type Value =
  | { readonly kind: "text"; readonly text: string }
  /** In its unit as written (units.ts); "" for a bare number. */
  | { readonly kind: "number"; readonly value: number; readonly unit: string }
  /** One of the operand's own words. */
  | { readonly kind: "word"; readonly word: string }
  /** `nodata`: nothing says. `NaN`: Kiali's word for no activity, nothing or zero. */
  | { readonly kind: "missing"; readonly what: "nodata" | "NaN" };

export type Term =
  | { readonly kind: "has"; readonly subject: Subject; readonly span: Span }
  | {
      readonly kind: "compare";
      readonly subject: Subject;
      readonly comparison: Comparison;
      readonly value: Value;
      readonly span: Span;
    };

export type Expression =
  | Term
  | { readonly kind: "not"; readonly of: Expression }
  /** Two at least. Parentheses in the text are nesting here. */
  | { readonly kind: "and" | "or"; readonly of: readonly Expression[] };

/** The terms from left to right. */
export function termsOf(expression: Expression): readonly Term[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.of.flatMap(termsOf);
    case "not":
      return termsOf(expression.of);
    case "has":
    case "compare":
      return [expression];
  }
}
