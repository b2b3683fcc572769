/** Narrowing a whole query: the configured scope of a Prometheus that others share. */
import type { Expr, Matcher } from "./ast.ts";
import { is } from "./build.ts";

/** The same query with `matchers` added to every selector, inside of functions, operators and subqueries too. */
export function scope(expr: Expr, matchers: readonly Matcher[]): Expr {
  if (matchers.length === 0) return expr;
  switch (expr.type) {
    case "selector":
      return { ...expr, matchers: [...expr.matchers, ...matchers] };
    case "aggregate":
    case "subquery":
      return { ...expr, expr: scope(expr.expr, matchers) };
    case "call":
      return { ...expr, args: expr.args.map((arg) => scope(arg, matchers)) };
    case "binary":
      return { ...expr, left: scope(expr.left, matchers), right: scope(expr.right, matchers) };
    case "number":
    case "string":
      return expr;
  }
}

/** The configuration's `queryScope` as matchers, in a stable order. */
export function scopeMatchers(labels: Readonly<Record<string, string>>): readonly Matcher[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => is(label, value));
}
