/** From a percentile of all requests to the traces that take longer. Pure. */
import type { TraceItem } from "#lib/api/traces.ts";
import type { TraceSearch } from "../state.ts";

/** A duration as a search is written: three digits are as many as a percentile has to say. `ms` above 0. */
export function durationWord(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toFixed(2))}s`;
  return ms >= 1 ? `${Number(ms.toPrecision(3))}ms` : `${Math.max(1, Math.round(ms * 1000))}us`;
}

/**
 * What of the search changes to see what is slower than `ms`. Where traces begin at the service that is searched, the backend
 * is asked for its longer spans, so that others are found than the newest; elsewhere the found traces are marked, for backends
 * know durations of the searched service's spans alone.
 */
export function slowerThan(
  ms: number,
  root: string,
  search: Pick<TraceSearch, "service">,
  items: readonly Pick<TraceItem, "start" | "durationMs">[],
): Partial<TraceSearch> {
  if (root === search.service) return { minDuration: durationWord(ms), brush: null };
  const starts = items.map(({ start }) => Date.parse(start));
  const longest = items.reduce((most, { durationMs }) => Math.max(most, durationMs), ms);
  return { brush: { from: Math.min(...starts), to: Math.max(...starts), shortest: ms, longest } };
}
