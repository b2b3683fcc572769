"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Blank } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { traceBackendsQuery, tracesQuery } from "#lib/query/trace-search.ts";
import { FileOpener, OpenFileButton } from "../files/opener.tsx";
import { SearchForm } from "./form.tsx";
import { offerOf } from "./offer.ts";
import { Results } from "./results.tsx";
import { Start } from "./start.tsx";
import { apiParams, problemsOf, questionOf } from "./state.ts";
import { useTraceSearch } from "./use-search.ts";

/** Traces of all backends: what to search for, where they lie in time and duration, and one row each. */
export function TraceSearchPage() {
  return (
    <QueryProvider>
      <main className="flex min-h-0 min-w-0 flex-col short:overflow-auto max-sm:overflow-auto">
        <h1 className="sr-only">Traces</h1>
        <FileOpener>
          <Search />
        </FileOpener>
      </main>
    </QueryProvider>
  );
}

function Search() {
  const backends = useQuery(traceBackendsQuery());
  const [search, change] = useTraceSearch();
  const items = backends.data?.items ?? [];
  const question = useMemo(() => questionOf(search), [search]);
  const readable = Object.keys(problemsOf(search)).length === 0;
  const asked = search.service !== "" || offerOf(items, search.backends).serviceOptional;
  const found = useQuery({
    ...tracesQuery(question, (now) => apiParams(search, now), search.tail),
    enabled: asked && readable && items.length > 0,
  });
  const settled = found.data !== undefined || found.error !== null || !asked || !readable;
  useReady(backends.error !== null || (backends.data !== undefined && (items.length === 0 || settled)));
  const again = () => {
    void backends.refetch();
    void found.refetch();
  };
  if (backends.data === undefined) {
    if (backends.error === null) return <p className="border-b border-line px-4 py-[13px] text-ink-3">Reading…</p>;
    return (
      <Blank
        title="The tracing backends could not be read"
        tone="failing"
        action={
          <>
            <Chip onClick={() => void backends.refetch()}>Retry now</Chip>
            <OpenFileButton />
          </>
        }
      >
        {problemOf(backends.error).detail}
      </Blank>
    );
  }
  if (items.length === 0)
    return (
      <Blank title="No tracing backend is configured" action={<OpenFileButton />}>
        Meshscope reads traces from Jaeger, Zipkin or Grafana Tempo. Add one under <code>tracing</code> in the console’s
        configuration (docs/configuration.md has an example) and start it anew. Files of traces can be opened all the
        same.
      </Blank>
    );
  return (
    <>
      <SearchForm search={search} backends={items} busy={found.isFetching} onSearch={change} onAgain={again} />
      {!asked || (!readable && found.data === undefined) ? (
        <Start backends={backends.data} chosen={search.backends} onService={(service) => change({ service })} />
      ) : (
        <Results search={search} change={change} found={found} backends={items} onAgain={again} />
      )}
    </>
  );
}
