"use client";

import { Blank } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { countedWords } from "./counted.ts";
import { noneWords, untracedWords } from "./nothing-words.ts";
import { LIMITS, LOOKBACKS, type Lookback, type TraceSearch } from "./state.ts";
import { LOOKBACK_WORDS } from "./time-words.ts";
import { isPlain, useCounted, useKept } from "./use-kept.ts";
import type { ChangeSearch } from "./use-search.ts";

/** Nothing was found: which of the conditions could be let go, and how many requests there were all the same. */
export function Nothing({
  search,
  change,
  answer,
}: {
  readonly search: TraceSearch;
  readonly change: ChangeSearch;
  readonly answer: TracesAnswer;
}) {
  const lengths = Object.keys(LOOKBACKS) as Lookback[];
  // A longer time has no older ones where the newest alone are looked through.
  const newest = answer.full.length > 0;
  const longer = search.start === null && !newest ? lengths[lengths.indexOf(search.lookback) + 1] : undefined;
  const further = newest ? LIMITS.find((limit) => limit > search.limit) : undefined;
  const narrow = search.errors || search.tags !== "" || search.operation !== "";
  const timed = search.minDuration !== "" || search.maxDuration !== "";
  return (
    <Blank
      title="No trace fits"
      action={
        <>
          {(narrow || timed) && (
            <Chip
              onClick={() =>
                change({ errors: false, tags: "", operation: "", minDuration: "", maxDuration: "", brush: null })
              }
            >
              Search by the service alone
            </Chip>
          )}
          {further !== undefined && (
            <Chip onClick={() => change({ limit: further, brush: null })}>Look through {further}</Chip>
          )}
          {longer !== undefined && (
            <Chip onClick={() => change({ lookback: longer, brush: null })}>{LOOKBACK_WORDS[longer]} instead</Chip>
          )}
        </>
      }
    >
      <p>
        {noneWords(answer)}
        {search.service === "" ? "any service" : <bdi className="text-ink">{search.service}</bdi>} for this search. That
        is not to say that no such call happened: only sampled calls leave traces, and backends keep them for some time
        alone.
      </p>
      <Requests search={search} answer={answer} />
    </Blank>
  );
}

/** What Prometheus counted of the service in that time; nothing where it can't be found there, or in one cluster alone. */
function Requests({ search, answer }: { readonly search: TraceSearch; readonly answer: TracesAnswer }) {
  const counted = useCounted(search, answer);
  const { kept, why } = useKept(search, answer, counted);
  const words = counted === null ? null : countedWords(counted.inbound, counted.outbound);
  if (counted === null || words === null) return null;
  // With other conditions, they may be what fits no failed call.
  const asked = { failures: search.errors && isPlain(search), failed: counted.failed };
  return (
    <p className="mt-2">
      In this time Prometheus counted {words}; {untracedWords(answer, asked, kept, why)}.
    </p>
  );
}
