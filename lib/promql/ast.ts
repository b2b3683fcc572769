/**
 * PromQL as data. Queries are built as trees and printed in one place (print.ts); nowhere else is PromQL text.
 * Only what the console asks is modelled. https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
import type { Seconds } from "#lib/units.ts";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One label matcher. `value` is raw text; for `=~` and `!~` an RE2 pattern (build it with `literal` and `anyOf`). */
export interface Matcher {
  readonly label: string;
  readonly op: MatchOperator;
  readonly value: string;
}

export interface Selector {
  readonly type: "selector";
  /** The metric's name; omitted, the matchers alone select. */
  readonly metric?: string;
  readonly matchers: readonly Matcher[];
  readonly range?: Seconds;
  readonly offset?: Seconds;
}

export type AggregateOperator =
  | "sum"
  | "max"
  | "min"
  | "avg"
  | "count"
  | "group"
  | "topk"
  | "quantile"
  | "count_values";

export interface Aggregate {
  readonly type: "aggregate";
  readonly op: AggregateOperator;
  /** `by` keeps the labels, `without` drops them. */
  readonly grouping: { readonly kind: "by" | "without"; readonly labels: readonly string[] };
  /** The number of topk and quantile, the label that count_values writes. */
  readonly parameter?: number | string;
  readonly expr: Expr;
}

export interface Call {
  readonly type: "call";
  /** A PromQL function, for example rate, min_over_time, label_replace. */
  readonly fn: string;
  readonly args: readonly Expr[];
}

export type BinaryOperator = "+" | "-" | "*" | "/" | ">" | "<" | ">=" | "<=" | "==" | "!=" | "and" | "or" | "unless";

export interface Binary {
  readonly type: "binary";
  readonly op: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool?: boolean;
  readonly matching?: { readonly kind: "on" | "ignoring"; readonly labels: readonly string[] };
  readonly group?: { readonly side: "left" | "right"; readonly include: readonly string[] };
}

export interface NumberLiteral {
  readonly type: "number";
  readonly value: number;
}

export interface StringLiteral {
  readonly type: "string";
  readonly value: string;
}

/** `expr[range:step]` */
export interface Subquery {
  readonly type: "subquery";
  readonly expr: Expr;
  readonly range: Seconds;
  readonly step?: Seconds;
}

export type Expr = Selector | Aggregate | Call | Binary | NumberLiteral | StringLiteral | Subquery;
