"use client";

import type { TraceItem, TracesAnswer } from "#lib/api/traces.ts";
import { formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import { ratio } from "#lib/units.ts";
import { expectWords, isWhole, type Kept } from "../kept.ts";
import { tracesIn } from "./results.ts";
import type { TraceSearch } from "./state.ts";
import { isPlain, type SearchCounted, useCounted, useKept } from "./use-kept.ts";

/** What the listed traces are of: some sampled ones of many calls. Nothing where conditions or limits leave that open. */
export function KeptLine(props: { readonly search: TraceSearch; readonly answer: TracesAnswer }) {
  return isPlain(props.search) ? <Line {...props} /> : null;
}

function Line({ search, answer }: { readonly search: TraceSearch; readonly answer: TracesAnswer }) {
  const counted = useCounted(search, answer);
  const { kept, why } = useKept(search, answer, counted);
  const words = counted === null ? null : lineWords(search, answer, counted, kept, why);
  if (words === null) return null;
  return <p className="border-b border-line px-4 py-1.5 text-[11px] text-ink-2 tabular-nums max-sm:px-2">{words}</p>;
}

/** A backend that doesn't say what failed of a trace says nothing of its services either. */
function ownWords(items: readonly TraceItem[], service: string): string {
  if (items.some(({ errors }) => errors === null)) return `Whose calls failed in these traces isn't told`;
  const own = items.filter(({ counts }) => counts.some(({ name, errors }) => name === service && errors > 0));
  const many = new Set(own.map(({ id }) => id)).size;
  return `In ${many === 0 ? "none" : formatCount(many)} of these traces calls of ${service} itself failed`;
}

/**
 * `In 3 of these traces own calls of it failed, of about 40 failed calls that Prometheus counted; at 1 % expect 0.4 (…).` Others
 * have failures of other services, which aren't among those counted.
 */
export function lineWords(
  { errors, service }: Pick<TraceSearch, "errors" | "service">,
  answer: Pick<TracesAnswer, "items" | "hidden" | "full" | "problems" | "partial">,
  { calls, failed }: Pick<SearchCounted, "calls" | "failed">,
  kept: Kept | null,
  why: string | null = null,
): string | null {
  const about = (count: number) => `about ${formatCount(Math.round(count))}`;
  if (errors) {
    if (failed < 0.5) return null;
    const expect = expectWords(failed, kept, why);
    const found = ownWords(answer.items, service);
    const newest = answer.full.length > 0 ? ", which are the newest" : "";
    return `${found}${newest}; Prometheus counted ${about(failed)} failed calls${expect === null ? "" : `: ${expect}`}.`;
  }
  // Of a part alone nobody knows how many there are beside it.
  if (!isWhole(answer) || calls < 0.5) return null;
  const traces = tracesIn(answer);
  const share = formatPercent(ratio(Math.min(1, traces / calls)));
  return `${formatPlural(traces, "trace")} of ${about(calls)} calls that Prometheus counted: ${share} were kept.`;
}
