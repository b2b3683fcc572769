/** Counters that are younger than the window: what rate() doesn't see of them. Of any mesh. */
import type { Expr } from "#lib/promql/ast.ts";
import {
  and,
  arithmetic,
  type InstantSelector,
  metric,
  number,
  offset,
  rate,
  union,
  unless,
  where,
} from "#lib/promql/build.ts";
import type { Seconds } from "#lib/units.ts";

/** What carried anything. */
export const positive = (expr: Expr) => where(expr, ">", number(0));

/** Series that didn't exist `window` ago although their target answered then. */
export function bornWithin(selector: InstantSelector, window: Seconds): Expr {
  const upThen = where(offset(metric("up"), window), "==", number(1));
  return and(unless(selector, offset(selector, window)), upThen, { on: ["job", "instance"] });
}

/**
 * What rate() doesn't see of newborn series, as an amount over the window.
 *
 * A counter that is born within the window at 0 and stands at v now has counted v. rate() × window gives
 * (v - first value) plus what it extrapolates before the first sample and after the last. The extrapolation before never
 * passes the counter's zero point, so adding the first value would count that part twice. What is missing is
 * v - rate × window where that is positive: the sum is then v exactly, and never less than v, nor more than rate()'s own
 * extrapolation to the present. A series with one sample has no rate at all: all of v is missing. After a reset v is
 * less than was counted: then rate() is the better answer, and nothing is added.
 * The target must have answered `window` ago: a pod that Prometheus has just found brings counters of days.
 */
export function missed(selector: InstantSelector, window: Seconds): Expr {
  const seen = arithmetic(rate(selector, window), "*", number(window));
  // What has no rate was not seen at all: 0, in the shape of rate()'s answer.
  const unseen = arithmetic(selector, "*", number(0));
  return positive(arithmetic(bornWithin(selector, window), "-", union(seen, unseen)));
}
