/**
 * Constructors of query trees. They take what a query means and leave no room for what Prometheus would refuse: a rate
 * is made of a selector and a window, so it can't be asked of a sum.
 */
import type { Seconds } from "#lib/units.ts";
import type {
  Aggregate,
  AggregateOperator,
  Binary,
  BinaryOperator,
  Call,
  Expr,
  Matcher,
  NumberLiteral,
  Selector,
  StringLiteral,
  Subquery,
} from "./ast.ts";
import { anyOf } from "./escape.ts";

export { anyOf, literal } from "./escape.ts";

/** A selector without a range: one sample a series. */
export type InstantSelector = Selector & { readonly range?: never };
/** A selector with a range: the samples of a window, what rate() and its like take. */
export type RangeSelector = Selector & { readonly range: Seconds };

type ComparisonOperator = ">" | "<" | ">=" | "<=" | "==" | "!=";
type ArithmeticOperator = "+" | "-" | "*" | "/";
type PlainAggregate = Exclude<AggregateOperator, "topk" | "quantile" | "count_values">;

/** `label="value"`. The empty value means: the label is absent. */
export const is = (label: string, value: string): Matcher => ({ label, op: "=", value });
/** `label!="value"`. With the empty value: the label is present. */
export const isNot = (label: string, value: string): Matcher => ({ label, op: "!=", value });
/** `label=~"pattern"`: an RE2 pattern, which Prometheus anchors at both ends. Text belongs through `literal` first. */
export const matches = (label: string, pattern: string): Matcher => ({ label, op: "=~", value: pattern });
/** `label!~"pattern"`. */
export const matchesNot = (label: string, pattern: string): Matcher => ({ label, op: "!~", value: pattern });

/** The label holds one of `values`; one value becomes a plain equality. Throws `bad_parameter` for no values. */
export function isOneOf(label: string, values: Iterable<string>): Matcher {
  const distinct = [...new Set(values)];
  const [only] = distinct;
  return distinct.length === 1 && only !== undefined ? is(label, only) : matches(label, anyOf(distinct));
}

/** The label holds none of `values`; no values exclude nothing, so no matcher comes back. */
export function isNoneOf(label: string, values: Iterable<string>): readonly Matcher[] {
  const distinct = [...new Set(values)];
  return distinct.length === 0 ? [] : [matchesNot(label, anyOf(distinct))];
}

/** Series of one metric. Names outside the classic alphabet are matched by `__name__`, which every version parses. */
export const metric = (name: string, matchers: readonly Matcher[] = []): InstantSelector => ({
  type: "selector",
  metric: name,
  matchers,
});

/** Series of any metric that the matchers take; at least one of them must demand a label. */
export const series = (matchers: readonly Matcher[]): InstantSelector => ({ type: "selector", matchers });

/** The same selector over a window. */
export const over = (selector: InstantSelector, window: Seconds): RangeSelector => ({
  type: "selector",
  ...(selector.metric === undefined ? {} : { metric: selector.metric }),
  matchers: selector.matchers,
  range: window,
  ...(selector.offset === undefined ? {} : { offset: selector.offset }),
});

/** The same selector as it was `ago`. */
export function offset(selector: InstantSelector, ago: Seconds): InstantSelector {
  return { ...selector, offset: ago };
}

/** `(expr)[range:step]`: an expression evaluated at each step of a window; without step, Prometheus's default one. */
export const subquery = (expr: Expr, range: Seconds, step?: Seconds): Subquery => ({
  type: "subquery",
  expr,
  range,
  ...(step === undefined ? {} : { step }),
});

/** Any function of PromQL; the named constructors below are to be preferred. */
export const call = (fn: string, ...args: readonly Expr[]): Call => ({ type: "call", fn, args });

/** Per-second average increase of a counter over the window. */
export const rate = (selector: InstantSelector, window: Seconds): Call => call("rate", over(selector, window));
/** Increase of a counter over the window, extrapolated as rate() is. */
export const increase = (selector: InstantSelector, window: Seconds): Call => call("increase", over(selector, window));

/** `FN_over_time` of a selector's window or of a subquery. */
export function overTime(
  fn: "avg" | "min" | "max" | "sum" | "count" | "last" | "present" | "stddev",
  of: RangeSelector | Subquery,
): Call {
  return call(`${fn}_over_time`, of);
}

const aggregate = (
  op: AggregateOperator,
  kind: "by" | "without",
  labels: readonly string[],
  expr: Expr,
): Aggregate => ({
  type: "aggregate",
  op,
  grouping: { kind, labels },
  expr,
});

/** `OP by (labels) (expr)`. */
export const aggregateBy = (op: PlainAggregate, labels: readonly string[], expr: Expr): Aggregate =>
  aggregate(op, "by", labels, expr);

/** Sums series that agree in `labels`, which are all that is kept. */
export const sumBy = (labels: readonly string[], expr: Expr): Aggregate => aggregate("sum", "by", labels, expr);
/** The largest of the series that agree in `labels`. */
export const maxBy = (labels: readonly string[], expr: Expr): Aggregate => aggregate("max", "by", labels, expr);
/** The largest of the series that agree in all labels but these. */
export const maxWithout = (labels: readonly string[], expr: Expr): Aggregate =>
  aggregate("max", "without", labels, expr);
/** How many series agree in `labels`. */
export const countBy = (labels: readonly string[], expr: Expr): Aggregate => aggregate("count", "by", labels, expr);
/** Which label sets exist at all: 1 for each. */
export const groupBy = (labels: readonly string[], expr: Expr): Aggregate => aggregate("group", "by", labels, expr);

/** How many series of each value agree in `labels`: a series a value, which is written into `label`. */
export const countValuesBy = (labels: readonly string[], label: string, expr: Expr): Aggregate => ({
  ...aggregate("count_values", "by", labels, expr),
  parameter: label,
});

/** The `k` largest series; k a whole number of at least 1. */
export const topk = (k: number, expr: Expr): Aggregate => ({ ...aggregate("topk", "by", [], expr), parameter: k });

/** How vectors are matched in a binary operation: on which labels, and which side may hold several of a group. */
export interface Matching {
  readonly on?: readonly string[];
  readonly ignoring?: readonly string[];
  readonly groupLeft?: readonly string[];
  readonly groupRight?: readonly string[];
}

function binary(op: BinaryOperator, left: Expr, right: Expr, how: Matching, bool = false): Binary {
  const matching = how.on
    ? ({ kind: "on", labels: how.on } as const)
    : how.ignoring
      ? ({ kind: "ignoring", labels: how.ignoring } as const)
      : null;
  const group = how.groupLeft
    ? ({ side: "left", include: how.groupLeft } as const)
    : how.groupRight
      ? ({ side: "right", include: how.groupRight } as const)
      : null;
  return {
    type: "binary",
    op,
    left,
    right,
    ...(bool ? { bool } : {}),
    ...(matching ? { matching } : {}),
    ...(group ? { group } : {}),
  };
}

type SetMatching = Pick<Matching, "on" | "ignoring">;

/** Series of the left, or of the right where the left has none with these labels. */
export const or = (left: Expr, right: Expr, how: SetMatching = {}): Binary => binary("or", left, right, how);
/** Series of the left that the right has too. */
export const and = (left: Expr, right: Expr, how: SetMatching = {}): Binary => binary("and", left, right, how);
/** Series of the left that the right lacks. */
export const unless = (left: Expr, right: Expr, how: SetMatching = {}): Binary => binary("unless", left, right, how);

/** All series of several expressions; of equal label sets the earliest wins. */
export function union(first: Expr, ...others: readonly Expr[]): Expr {
  return others.reduce((left, right) => or(left, right), first);
}

/** `left OP right` for + - * and /. */
export const arithmetic = (left: Expr, op: ArithmeticOperator, right: Expr, how: Matching = {}): Binary =>
  binary(op, left, right, how);
/** Keeps the series of `left` for which the comparison holds. */
export const where = (left: Expr, op: ComparisonOperator, right: Expr, how: Matching = {}): Binary =>
  binary(op, left, right, how);
/** 1 or 0 for each series of `left`. */
export const compare = (left: Expr, op: ComparisonOperator, right: Expr, how: Matching = {}): Binary =>
  binary(op, left, right, how, true);

/** A scalar; NaN and both infinities too. */
export const number = (value: number): NumberLiteral => ({ type: "number", value });
/** A string, for functions that take one. */
export const text = (value: string): StringLiteral => ({ type: "string", value });

/** Sets label `target` to `replacement` (which may name groups, `$1`) where `source` matches the anchored `pattern`. */
export function labelReplace(expr: Expr, target: string, replacement: string, source: string, pattern: string): Call {
  return call("label_replace", expr, text(target), text(replacement), text(source), text(pattern));
}

/** Marks every series of `expr` with `label="value"`, so that several questions can share one query. */
export function tagged(expr: Expr, label: string, value: string): Call {
  return labelReplace(expr, label, value.replaceAll("$", "$$$$"), "", "");
}
