"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useDeferredValue, useMemo, useState } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { ChangesAnswer } from "#lib/api/plans.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { changesQuery, planRevertLast } from "#lib/query/changes.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { Blank, Notice } from "../notice.tsx";
import { usePlanFlow } from "../plan/use-plan-flow.ts";
import { ChangeList } from "./change-list.tsx";
import { PlanSheet } from "./plan-sheet.tsx";
import { changeRows } from "./rows.ts";
import { ChangesToolbar, TAKE_BACK_S } from "./toolbar.tsx";
import { useChangesState } from "./use-changes-state.ts";

/** Everything that changed in scope, newest first, whoever did it. */
export function ChangesPage() {
  return (
    <QueryProvider>
      <main className="flex min-h-0 min-w-0 flex-col">
        <h1 className="sr-only">Changes</h1>
        <Page />
      </main>
    </QueryProvider>
  );
}

const dayOf = (when: string): string =>
  new Date(when).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

function Page() {
  const { state: url, go } = useUrl();
  const { clusters, namespaces } = url.view;
  const [state, change] = useChangesState();
  const query = useInfiniteQuery(changesQuery(clusters, namespaces));
  const { data, error, refetch } = query;
  const flow = usePlanFlow();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const records = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const deferred = useDeferredValue(state);
  const rows = useMemo(() => changeRows(records, deferred, dayOf), [records, deferred]);
  useReady(data !== undefined || error !== null);

  const widen = () => go({ view: { clusters: [], namespaces: [] } });
  const scoped = clusters.length + namespaces.length > 0;
  if (data === undefined && error === null)
    return (
      <p aria-busy="true" className="px-4 py-[13px] text-ink-3">
        Reading the changes…
      </p>
    );
  if (data === undefined) {
    const { code, detail } = problemOf(error);
    return (
      <Blank
        title={code === "forbidden" ? "You may not see these changes" : "The changes could not be read"}
        tone="failing"
        action={
          <>
            <Chip onClick={() => void refetch()}>Retry now</Chip>
            {scoped && <Chip onClick={widen}>Show all clusters and namespaces</Chip>}
          </>
        }
      >
        {detail}
      </Blank>
    );
  }
  const shown = rows.reduce((sum, row) => sum + (row.type === "group" ? row.records.length : 0), 0);
  return (
    <>
      <ChangesToolbar
        state={state}
        change={change}
        records={records}
        shown={shown}
        onTakeBack={(cluster) => void flow.ask(() => planRevertLast(cluster, namespaces, TAKE_BACK_S))}
      />
      <Notices error={error} unread={data.pages[0]?.unread ?? []} retry={() => void refetch()} />
      {shown > 0 && (
        <ChangeList
          rows={rows}
          open={open}
          onToggle={(id, on) => setOpen(new Set(on ? [...open, id] : [...open].filter((other) => other !== id)))}
          onRevert={({ id }) => void flow.revert(id)}
        >
          {query.hasNextPage && <Older query={query} />}
        </ChangeList>
      )}
      {shown === 0 && records.length > 0 && (
        <Blank
          title="No change fits the filter"
          action={
            <>
              <Chip onClick={() => change({ text: "", sources: [] })}>Clear the filter</Chip>
              {query.hasNextPage && <Older query={query} />}
            </>
          }
        >
          None of the {formatPlural(records.length, "change")} that were read does.
        </Blank>
      )}
      {records.length === 0 && (
        <Blank
          title={scoped ? "No changes in this scope" : "No changes yet"}
          action={
            <>
              {scoped && <Chip onClick={widen}>Show all clusters and namespaces</Chip>}
              <Link href="/policies" prefetch={false} className="inline-flex h-7 items-center text-accent underline">
                All policies
              </Link>
            </>
          }
        >
          Nothing that you may see was changed from here, or by others since the console began to watch.
        </Blank>
      )}
      <PlanSheet flow={flow} label="Plan" />
    </>
  );
}

function Older({
  query,
}: {
  readonly query: { readonly isFetchingNextPage: boolean; readonly fetchNextPage: () => unknown };
}) {
  return (
    <div className="p-4 max-sm:px-2">
      <Chip disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? "Reading older ones…" : "Show older changes"}
      </Chip>
    </div>
  );
}

/** What is old or missing, each once. */
function Notices({
  error,
  unread,
  retry,
}: {
  readonly error: unknown;
  readonly unread: ChangesAnswer["unread"];
  readonly retry: () => void;
}) {
  if (error === null && unread.length === 0) return null;
  const records = unread.some(({ kind }) => kind === "ControllerRevision");
  return (
    <div className="flex flex-col gap-2 border-b border-line p-2" role="status">
      {error !== null && (
        <Notice tone="degraded" title="Not refreshed." action={<Chip onClick={retry}>Retry now</Chip>}>
          {problemOf(error).detail} The list is the last one that was read.
        </Notice>
      )}
      {unread.length > 0 && (
        <Notice tone="degraded" title={records ? "The console’s own records can’t be read." : "Not all is known."}>
          <details>
            <summary className="cursor-pointer text-ink-2">
              Changes of {formatPlural(unread.length, "kind")} are missing
            </summary>
            <ul className="mt-1 max-h-40 overflow-auto">
              {unread.map(({ cluster, kind, reason }) => (
                <li key={`${cluster}/${kind}`} className="border-t border-line py-1">
                  {kind} in {cluster}: <span className="text-ink-2">{reason}</span>
                </li>
              ))}
            </ul>
          </details>
        </Notice>
      )}
    </div>
  );
}
