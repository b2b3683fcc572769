"use client";

import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { usePreferences } from "#components/shell/preferences-context.tsx";
import type { UrlPatch } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { CanvasHost } from "./canvas-host.tsx";
import type { Drawing } from "./drawing.ts";
import { FindBar } from "./find/find-bar.tsx";
import { Banner, EmptyState, Skeleton, useAct } from "./notice-view.tsx";
import { emptyState, notices } from "./notices.ts";
import { SelectionContext } from "./selection.tsx";
import { Toolbar } from "./toolbar.tsx";

const Panel = lazy(async () => ({ default: (await import("./panel/panel.tsx")).Panel }));
const GraphTable = lazy(async () => ({ default: (await import("./table/graph-table.tsx")).GraphTable }));
const SpokenTable = lazy(async () => ({ default: (await import("./table/spoken-table.tsx")).SpokenTable }));

/** The topology: opens the view that the address names, and lays out drawing or table, panel and what is to be said. */
export function Topology() {
  const { state, go, href } = useUrl();
  const live = useLive();
  const status = useLiveStatus();
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const { selected, table } = state;

  const { view, detail } = state;
  // Before the view is opened, so that its first drawing has it.
  const { find, hide } = state;
  useEffect(() => live?.find(find, hide), [live, find, hide]);
  // Opening the view that is open already does nothing, so this may run for other keys of the address too.
  useEffect(() => live?.open(view, detail), [live, view, detail]);
  const retry = () => {
    live?.open(view, detail);
    live?.pause(true);
    live?.pause(false);
  };
  useEffect(() => live?.select(selected), [live, selected]);

  const selection = useMemo(
    () => ({
      id: selected,
      href: (id: string | null, patch?: UrlPatch) => href({ ...patch, selected: id }),
      select: (id: string | null, patch?: UrlPatch) => go({ ...patch, selected: id }),
    }),
    [selected, href, go],
  );
  // A double press goes a level deeper: from a group to what it holds, from anything else to its surroundings.
  const activate = useCallback(
    (id: string) => {
      const key = parseNodeId(id);
      if (key?.kind === "cluster") go({ view: { clusters: [key.cluster] }, selected: null });
      else if (key?.kind === "namespace") go({ view: { namespaces: [key.namespace] }, selected: null });
      else drawing?.focus(id);
    },
    [go, drawing],
  );
  useCommands(useTopologyCommands(drawing, selected, table));

  const act = useAct(retry);
  const nothing = emptyState(status, state);
  useReady(nothing === null ? table : nothing !== "loading");
  return (
    <SelectionContext value={selection}>
      <main className="relative flex min-h-0 min-w-0">
        <div className="relative flex min-w-0 grow flex-col">
          <h1 className="sr-only">Topology</h1>
          <Toolbar drawing={drawing} table={table} />
          <FindBar />
          <div className="relative min-h-0 grow">
            {table ? (
              <Suspense fallback={null}>
                <GraphTable />
              </Suspense>
            ) : (
              <CanvasHost
                live={live}
                selected={selected}
                onSelect={selection.select}
                onActivate={activate}
                onDrawing={setDrawing}
              />
            )}
            {nothing === "loading" && <Skeleton />}
            {nothing !== null && nothing !== "loading" && <EmptyState notice={nothing} onAct={act} />}
            <div className="absolute inset-x-4 top-2 z-10 flex flex-col gap-2" role="status">
              {notices(status, state).map((notice) => (
                <Banner key={notice.id} notice={notice} onAct={act} />
              ))}
            </div>
          </div>
          {!table && drawing !== null && (
            <Suspense fallback={null}>
              <SpokenTable />
            </Suspense>
          )}
        </div>
        {selected !== null && live !== null && (
          <Suspense fallback={<PanelRoom />}>
            <Panel live={live} id={selected} />
          </Suspense>
        )}
      </main>
    </SelectionContext>
  );
}

/** The panel's room while it loads, so that the drawing is fitted once. */
function PanelRoom() {
  const { panelWidth } = usePreferences().preferences;
  return <div style={{ width: panelWidth }} className="shrink-0 border-l border-line bg-raised max-md:hidden" />;
}

function useTopologyCommands(drawing: Drawing | null, selected: string | null, table: boolean): readonly Command[] {
  const { go, state } = useUrl();
  const { detail } = state;
  const live = useLive();
  return useMemo(
    () => [
      { id: "fit", title: "Fit the graph, or go to what is selected", keys: "f", run: () => drawing?.focus(selected) },
      {
        id: "table",
        title: table ? "Show the drawing" : "Show the table",
        keys: "t",
        run: () => go({ table: !table }),
      },
      {
        id: "detail",
        title: detail === "workloads" ? "Group above 150 marks" : "Draw every workload",
        keys: "d",
        run: () => go({ detail: detail === "workloads" ? "auto" : "workloads" }),
      },
      { id: "relayout", title: "Lay out the map afresh", run: () => live?.relayout() },
      { id: "clear", title: "Clear the selection", keys: "Escape", run: () => go({ selected: null }) },
    ],
    [drawing, selected, table, detail, go, live],
  );
}

/** Tells tests and monitoring that the page can be used although nothing is drawn: a table, or a sentence. */
function useReady(ready: boolean): void {
  useEffect(() => {
    if (ready) document.documentElement.dataset["ready"] = "true";
  }, [ready]);
}
