"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useDeferredValue, useMemo, useState } from "react";
import { Blank } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { TraceBackendsAnswer, TraceItem, TracesAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { KeptLine } from "./kept-line.tsx";
import { Loading } from "./loading.tsx";
import { Nothing } from "./nothing.tsx";
import { TraceNotices } from "./notices.tsx";
import { Plot } from "./plot/plot.tsx";
import { ResultToolbar } from "./result-toolbar.tsx";
import { listed, picked } from "./results.ts";
import type { TraceSearch } from "./state.ts";
import { TraceTable } from "./trace-table.tsx";
import type { ChangeSearch } from "./use-search.ts";

/** What was found: what is missing of it, the plot, the rows. */
export function Results({
  search,
  change,
  found,
  backends,
  onAgain,
}: {
  readonly search: TraceSearch;
  readonly change: ChangeSearch;
  readonly found: UseQueryResult<TracesAnswer>;
  readonly backends: TraceBackendsAnswer["items"];
  readonly onAgain: () => void;
}) {
  const { data, error, isPlaceholderData } = found;
  /** Key of the trace under the pointer or the keys, in the plot or in the table. */
  const [pointed, point] = useState<string | null>(null);
  /** Chosen to be compared; they stay so when they are no longer among the found ones. */
  const [pair, pick] = useState<readonly TraceItem[]>([]);
  const { sort, down, brush } = search;
  const order = useDeferredValue(useMemo(() => ({ sort, down, brush }), [sort, down, brush]));
  const rows = useMemo(() => listed(data?.items ?? [], order), [data, order]);
  if (data === undefined) {
    if (error === null) return <Loading />;
    return (
      <Blank title="The traces could not be read" tone="failing" action={<Chip onClick={onAgain}>Retry now</Chip>}>
        {problemOf(error).detail}
      </Blank>
    );
  }
  return (
    <div
      aria-busy={isPlaceholderData}
      className={clsx("flex min-h-0 grow flex-col short:min-h-120 max-sm:min-h-160", isPlaceholderData && "opacity-60")}
    >
      <TraceNotices answer={data} error={error} onRetry={onAgain} />
      {data.items.length === 0 ? (
        <Nothing search={search} change={change} answer={data} />
      ) : (
        <>
          <Plot answer={data} search={search} change={change} pointed={pointed} onPoint={point} />
          <ResultToolbar
            answer={data}
            rows={rows}
            search={search}
            change={change}
            pair={pair}
            onForget={() => pick([])}
          />
          <KeptLine search={search} answer={data} />
          <TraceTable
            rows={rows}
            search={search}
            manyBackends={backends.length > 1}
            pointed={pointed}
            onPoint={point}
            pair={pair}
            onPick={(item) => pick(picked(pair, item))}
            onSort={(next) => change({ sort: next, down: sort === next ? !down : true })}
          />
        </>
      )}
    </div>
  );
}
