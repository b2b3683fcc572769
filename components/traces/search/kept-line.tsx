"use client";

import type { TracesAnswer } from "#lib/api/traces.ts";
import { formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import { ratio } from "#lib/units.ts";
import { expectWords, type Kept } from "../kept.ts";
import type { TraceSearch } from "./state.ts";
import { isPlain, type SearchCounted, useCounted, useKept } from "./use-kept.ts";

/** What the listed traces are of: some sampled ones of many calls. Nothing where conditions or limits leave that open. */
export function KeptLine(props: { readonly search: TraceSearch; readonly answer: TracesAnswer }) {
  return isPlain(props.search) ? <Line {...props} /> : null;
}

function Line({ search, answer }: { readonly search: TraceSearch; readonly answer: TracesAnswer }) {
  const counted = useCounted(search, answer);
  const kept = useKept(search, answer, counted);
  const words = counted === null ? null : lineWords(search, answer, counted, kept);
  if (words === null) return null;
  return <p className="border-b border-line px-4 py-1.5 text-[11px] text-ink-2 tabular-nums max-sm:px-2">{words}</p>;
}

/**
 * `In 3 of these traces own calls of it failed, of about 40 failed calls that Prometheus counted; at 1 % expect 0.4 (…).` Others
 * have failures of other services, which aren't among those counted.
 */
export function lineWords(
  { errors, service }: Pick<TraceSearch, "errors" | "service">,
  { items, full }: Pick<TracesAnswer, "items" | "full">,
  { calls, failed }: Pick<SearchCounted, "calls" | "failed">,
  kept: Kept | null,
): string | null {
  const about = (count: number) => `about ${formatCount(Math.round(count))}`;
  if (errors) {
    if (failed < 0.5) return null;
    const own = items.filter(({ counts }) =>
      counts.some(({ name, errors: bad }) => name === service && bad > 0),
    ).length;
    const expect = expectWords(failed, kept);
    const found = `In ${own === 0 ? "none" : formatCount(own)} of these traces calls of ${service} itself failed`;
    const newest = full.length > 0 ? ", which are the newest" : "";
    return `${found}${newest}; Prometheus counted ${about(failed)} failed calls${expect === null ? "" : `: ${expect}`}.`;
  }
  // Of the newest alone nobody knows how many there are beside them.
  if (full.length > 0 || calls < 0.5) return null;
  const share = formatPercent(ratio(Math.min(1, items.length / calls)));
  return `${formatPlural(items.length, "trace")} of ${about(calls)} calls that Prometheus counted: ${share} were kept.`;
}
