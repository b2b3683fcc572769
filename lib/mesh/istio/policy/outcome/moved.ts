/** How much of one caller's calls to a service go elsewhere than before. */
import { type Interval, wilson, Z99 } from "#lib/graph/interval.ts";
import type { PredictedItem } from "#lib/policy/outcome.ts";
import { asked, behind, callRate, type Pair, type Traffic } from "./traffic.ts";

export interface Measured extends Interval {
  readonly share: number;
  readonly calls: number;
}

/**
 * The share of the calls since that who answers more than before took over, which is half of the sum of all differences. Where the
 * caller's calls to the service fell altogether, they may have gone to another host: then as much as they fell is possible too.
 */
export function moved(pair: Pair, before: Traffic, since: Traffic): Measured {
  const answer = behind(pair.target, [before, since]);
  const [was, is] = [sharesOf(pair, answer, before), sharesOf(pair, answer, since)];
  const gained = [...is.rates].filter(
    ([target, rate]) => rate / is.rate > (was.rate === 0 ? 0 : (was.rates.get(target) ?? 0) / was.rate),
  );
  const now = gained.reduce((sum, [, rate]) => sum + rate, 0);
  const old = gained.reduce((sum, [target]) => sum + (was.rates.get(target) ?? 0), 0);
  const calls = is.rate * since.seconds;
  const bounds = wilson(now * since.seconds, calls, Z99);
  const base = was.rate === 0 ? { low: 0, high: 0 } : wilson(old * before.seconds, was.rate * before.seconds, Z99);
  const fell = was.rate > 0 ? Math.max(0, 1 - is.rate / was.rate) : 0;
  const share = is.rate === 0 || was.rate === 0 ? 0 : Math.max(0, now / is.rate - old / was.rate);
  return {
    ...{ share, calls },
    low: Math.max(0, bounds.low - base.high),
    high: Math.min(1, Math.max(0, bounds.high - base.low, fell)),
  };
}

function sharesOf({ source, target, tcp }: Pair, answer: ReadonlySet<string>, { edges }: Traffic) {
  const own = edges.filter(
    (each) =>
      each.source === source &&
      (each.protocol === "tcp") === tcp &&
      (answer.has(each.target) || each.target === target),
  );
  const rates = new Map<string, number>();
  for (const edge of asked(own)) rates.set(edge.target, (rates.get(edge.target) ?? 0) + callRate(edge));
  return { rates, rate: [...rates.values()].reduce((sum, each) => sum + each, 0) };
}

/** Whether the caller calls anything since that it did not call before: where its calls may have gone. */
export function overlap({ source }: Pick<PredictedItem, "source">, before: Traffic, since: Traffic): boolean {
  const known = new Set(before.edges.filter((each) => each.source === source).map(({ target }) => target));
  return since.edges.some((each) => each.source === source && !known.has(each.target));
}
