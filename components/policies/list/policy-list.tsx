"use client";

import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { type PolicyList as Answer, policiesQuery } from "#lib/query/policies.ts";
import { Blank, Notice } from "../notice.tsx";
import { SilentNote } from "../silent-note.tsx";
import { PolicyTable } from "./policy-table.tsx";
import { type ListState, listRows } from "./rows.ts";
import { ListToolbar, NewLink } from "./toolbar.tsx";
import { useListState } from "./use-list-state.ts";

/** Objects that were last known to be current so many seconds ago are called stale. */
const STALE_S = 60;

export function PolicyList() {
  return (
    <QueryProvider>
      <main className="flex min-h-0 min-w-0 flex-col">
        <h1 className="sr-only">Policies</h1>
        <List />
      </main>
    </QueryProvider>
  );
}

function List() {
  const { state: url, go } = useUrl();
  const { clusters, namespaces } = url.view;
  const [state, change] = useListState();
  const { data, error, refetch } = useQuery(policiesQuery(clusters, namespaces));
  const deferred = useDeferredValue(state);
  const rows = useMemo(() => listRows(data?.items ?? [], deferred), [data, deferred]);
  useReady(data !== undefined || error !== null);
  if (data === undefined && error === null) return <Loading />;
  if (data === undefined)
    return (
      <Blank
        title="The policies could not be read"
        tone="failing"
        action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
      >
        {problemOf(error).detail}
      </Blank>
    );
  const shown = rows.filter((row) => row.type === "item").length;
  return (
    <>
      <ListToolbar state={state} change={change} items={data.items} shown={shown} />
      <ListNotices data={data} error={error} retry={() => void refetch()} />
      {shown > 0 && (
        <PolicyTable
          rows={rows}
          state={state}
          manyClusters={new Set(data.items.map(({ object }) => object.cluster)).size > 1}
          onSort={(sort) => change({ sort, down: state.sort === sort && !state.down })}
        />
      )}
      {shown === 0 && (
        <Nothing
          none={data.items.length === 0}
          state={state}
          scoped={clusters.length + namespaces.length > 0}
          widen={() => go({ view: { clusters: [], namespaces: [] } })}
          clear={() => change({ text: "", kinds: [], found: false })}
        />
      )}
    </>
  );
}

function Nothing({
  none,
  state,
  scoped,
  widen,
  clear,
}: {
  readonly none: boolean;
  readonly state: ListState;
  readonly scoped: boolean;
  readonly widen: () => void;
  readonly clear: () => void;
}) {
  if (!none)
    return (
      <Blank title="No policy fits the filter" action={<Chip onClick={clear}>Clear the filter</Chip>}>
        Nothing {state.found ? "with findings " : ""}has{" "}
        {state.text === "" ? "the chosen kinds" : `“${state.text}” in its name, kind or what it selects`}.
      </Blank>
    );
  return (
    <Blank
      title={scoped ? "No policies in this scope" : "No policies yet"}
      action={
        <>
          <NewLink />
          {scoped && <Chip onClick={widen}>Show all clusters and namespaces</Chip>}
        </>
      }
    >
      There is no routing, security, telemetry or extension object
      {scoped ? " in the chosen clusters and namespaces" : ""} that you may see: the mesh’s defaults hold.
    </Blank>
  );
}

/** What is old, missing or cut, each once. */
export function ListNotices({
  data,
  error,
  retry,
  unread = "shown",
}: {
  readonly data: Pick<Answer, "asOf" | "unread" | "cut"> & { readonly silentSince?: string | undefined };
  /** What can't be done with what isn't read. */
  readonly unread?: "shown" | "checked";
  readonly error: unknown;
  readonly retry: () => void;
}) {
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const age = data.asOf === null || now === 0 ? 0 : now - Date.parse(data.asOf) / 1000;
  const silent = data.silentSince !== undefined;
  const stale = !silent && data.asOf !== null && age > STALE_S;
  if (error === null && !silent && !stale && data.asOf !== null && data.unread.length === 0 && !data.cut) return null;
  return (
    <div className="flex flex-col gap-2 border-b border-line p-2" role="status">
      {error !== null && (
        <Notice tone="degraded" title="Not refreshed." action={<Chip onClick={retry}>Retry now</Chip>}>
          {problemOf(error).detail} The list is the last one that was read.
        </Notice>
      )}
      {data.asOf === null && <Notice title="Still reading.">A cluster’s objects have not all been read yet.</Notice>}
      <SilentNote since={data.silentSince} />
      {stale && data.asOf !== null && (
        <Notice tone="degraded" title="Stale.">
          The list shows {sayInstant(data.asOf)}. A cluster has not answered since; it is asked again by itself.
        </Notice>
      )}
      {data.unread.length > 0 && (
        <Notice tone="degraded" title={`${formatPlural(data.unread.length, "kind")} can’t be ${unread}.`}>
          <details>
            <summary className="cursor-pointer text-ink-2">Which, and why</summary>
            <ul className="mt-1 max-h-40 overflow-auto">
              {data.unread.map(({ cluster, kind, reason }) => (
                <li key={`${cluster}/${kind}`} className="border-t border-line py-1">
                  {kind} in {cluster}: <span className="text-ink-2">{reason}</span>
                </li>
              ))}
            </ul>
          </details>
        </Notice>
      )}
      {data.cut && <Notice title="More than 10,000 policies.">Choose clusters or namespaces to see the others.</Notice>}
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="flex grow flex-col">
      <p className="border-b border-line px-4 py-[13px] text-ink-3">Reading the policies…</p>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="flex h-8 shrink-0 items-center border-b border-line px-4" aria-hidden="true">
          <span className="h-2 rounded bg-line" style={{ width: `${14 + ((index * 7) % 20)}%` }} />
        </div>
      ))}
    </div>
  );
}
