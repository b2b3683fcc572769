/** How often a mesh's targets are scraped, measured from their series. Of any mesh. */
import type { Expr } from "#lib/promql/ast.ts";
import {
  aggregateBy,
  and,
  arithmetic,
  call,
  type InstantSelector,
  number,
  offset,
  over,
  overTime,
  tagged,
  union,
  where,
} from "#lib/promql/build.ts";
import type { Sample } from "#lib/promql/result.ts";
import { type Seconds, seconds } from "#lib/units.ts";

/** The label that tells the questions of a shared probe apart. */
export const FACT = "fact";

/** Spans that the scrape interval is measured over: the longest one that a target has lived through counts. */
const SPANS: readonly Seconds[] = [10, 30, 60, 300].map(seconds);

/** `span / samples in it`, of series that existed throughout it. */
function interval(selector: InstantSelector, span: Seconds): Expr {
  const throughout = and(overTime("count", over(selector, span)), and(selector, offset(selector, span)));
  return arithmetic(number(span), "/", throughout);
}

/** The middle of a vector. */
const median = (expr: Expr): Expr => ({ ...aggregateBy("max", [], expr), op: "quantile", parameter: 0.5 });
/** An empty vector, so that a union can start from nothing. */
export const nothing = (): Expr => where(call("vector", number(0)), ">", number(0));

/** One question: the interval of each selector's series over each span; the middle one of many targets. Read by `intervalIn`. */
export function intervalQuery(selectors: readonly InstantSelector[]): Expr {
  return union(
    nothing(),
    ...SPANS.flatMap((span) =>
      selectors.map((selector, i) => tagged(median(interval(selector, span)), FACT, `${span} ${i}`)),
    ),
  );
}

/** Intervals that people configure: a measured one this near (10 %) is that one; a missed scrape must not raise windows. */
const USUAL = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120];

/** The interval by the longest span lived through that holds enough samples to tell. */
export function intervalIn(samples: readonly Sample[]): Seconds | null {
  for (const span of SPANS.toReversed()) {
    const own = samples.filter(({ labels, value }) => {
      return (labels[FACT] ?? "").startsWith(`${span} `) && Number.isFinite(value) && value > 0 && value <= span / 2;
    });
    if (own.length === 0) continue;
    const measured = Math.max(...own.map(({ value }) => value));
    const usual = USUAL.find((each) => Math.abs(measured - each) <= each / 10);
    return seconds(usual ?? Math.round(measured * 10) / 10);
  }
  return null;
}
