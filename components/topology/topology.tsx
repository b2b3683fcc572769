"use client";

import {
  lazy,
  type ReactNode,
  Suspense,
  startTransition,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { atRest } from "#components/shell/at-rest.ts";
import { useCommands } from "#components/shell/commands.tsx";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { usePreferences } from "#components/shell/preferences-context.tsx";
import type { UrlPatch } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Banners } from "./banners.tsx";
import { Bars } from "./bars.tsx";
import { CanvasHost } from "./canvas-host.tsx";
import { deeper } from "./depth.ts";
import { drawingSlot } from "./drawing.ts";
import { useExtras } from "./find/use-extras.ts";
import type { Hand } from "./hand/press.ts";
import type { MenuAt } from "./menu/graph-menu.tsx";
import { EmptyState, Skeleton, useAct } from "./notice-view.tsx";
import { emptyState, notices } from "./notices.ts";
import { SelectionContext } from "./selection.tsx";
import { AxisRoom } from "./time/axis-room.tsx";
import { TraceRoom } from "./trace/trace-room.tsx";
import { useTopologyCommands } from "./use-commands.ts";
import { useSurroundingCommands } from "./use-surrounding-commands.ts";

const TimeAxis = lazy(async () => ({ default: (await import("./time/time-axis.tsx")).TimeAxis }));
const HandLayer = lazy(async () => ({ default: (await import("./hand/hand-layer.tsx")).HandLayer }));
const GraphMenu = lazy(async () => ({ default: (await import("./menu/graph-menu.tsx")).GraphMenu }));
const Panel = lazy(async () => ({ default: (await import("./panel/panel.tsx")).Panel }));
const GraphTable = lazy(async () => ({ default: (await import("./table/graph-table.tsx")).GraphTable }));
const TraceBar = lazy(async () => ({ default: (await import("./trace/trace-bar.tsx")).TraceBar }));
const SpokenTable = lazy(async () => ({ default: (await import("./table/spoken-table.tsx")).SpokenTable }));

/** The topology: opens the view that the address names, and lays out drawing or table, panel and what is to be said. */
export function Topology() {
  const { state, go, href } = useUrl();
  const live = useLive();
  const status = useLiveStatus();
  const [drawing] = useState(drawingSlot);
  const { selected, table, kiosk, trace } = state;
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [hand, setHand] = useState<Hand | null>(null);
  const [covered, setCovered] = useState(0);
  // Whoever looks at the past has the axis before them, without asking.
  const past = state.view.at !== null || state.view.compareAt !== null;
  const axis = !kiosk && (state.axis ?? past);
  const toggleAxis = useCallback(() => go({ axis: axis === past ? !axis : null }, "replace"), [axis, past, go]);

  const { view, detail } = state;
  const { look, labels } = useExtras(state);
  // Before the view, so that its first drawing is the right one.
  useEffect(() => live?.look(look), [live, look]);
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
  // A double press goes a level deeper: a group opens, a box closes, anything else comes to the middle.
  const activate = useCallback(
    (id: string, isBox: boolean) => {
      const patch = deeper(state, id, status.drawn, isBox);
      if (patch !== null) go(patch);
      else if (!isBox) drawing.focus(id);
    },
    [state, status.drawn, go, drawing],
  );
  const chooseArea = useCallback(() => setHand({ do: "area", start: null }), []);
  const emptyHand = useCallback(() => setHand(null), []);
  useCommands(useTopologyCommands(drawing, chooseArea));
  useCommands(useSurroundingCommands(toggleAxis));

  const closeMenu = useCallback(() => setMenu(null), []);
  const act = useAct(retry);
  const nothing = emptyState(status, state);
  const ready = useReady(kiosk);
  useEffect(() => {
    if (nothing === null ? table : nothing !== "loading") ready.content();
  }, [nothing, table, ready]);
  return (
    <SelectionContext value={selection}>
      <main className="relative flex min-h-0 min-w-0">
        <div className="relative flex min-w-0 grow flex-col short:overflow-auto">
          <h1 className="sr-only">Topology</h1>
          {!kiosk && (
            <Bars
              drawing={drawing}
              table={table}
              axis={axis}
              onAxis={toggleAxis}
              onArea={chooseArea}
              onAwake={ready.bars}
            />
          )}
          {trace !== null && (
            <Suspense fallback={kiosk ? null : <TraceRoom />}>
              <TraceBar trace={trace} />
            </Suspense>
          )}
          <div className="relative min-h-0 grow short:min-h-60 short:shrink-0">
            {table ? (
              <div className="h-full" style={{ paddingTop: covered }}>
                <Suspense fallback={null}>
                  <GraphTable />
                </Suspense>
              </div>
            ) : (
              <CanvasHost
                live={live}
                selected={selected}
                onSelect={selection.select}
                onActivate={activate}
                onDrawing={drawing.fill}
                onFirst={ready.content}
                look={look}
                labels={labels}
                animate={state.animate}
                onMenu={setMenu}
                onHand={setHand}
                covered={covered}
              />
            )}
            {hand !== null && !table && (
              <Suspense fallback={null}>
                <HandLayer hand={hand} drawing={drawing} onClose={emptyHand} />
              </Suspense>
            )}
            {nothing === "loading" && <Skeleton />}
            {nothing !== null && nothing !== "loading" && <EmptyState notice={nothing} onAct={act} />}
            <Banners notices={notices(status, state)} onAct={act} onCovered={setCovered} />
          </div>
          {axis && (
            <Suspense fallback={<AxisRoom />}>
              <TimeAxis onClose={toggleAxis} />
            </Suspense>
          )}
          {menu !== null && (
            <Suspense fallback={null}>
              <GraphMenu at={menu} drawing={drawing} onClose={closeMenu} />
            </Suspense>
          )}
          {!table && nothing === null && (
            <AtRest>
              <SpokenTable />
            </AtRest>
          )}
        </div>
        {selected !== null && <PanelPlace id={selected} />}
      </main>
    </SelectionContext>
  );
}

/** What nobody sees gives way to the first picture: it comes when the page is at rest. */
function AtRest({ children }: { readonly children: ReactNode }) {
  const [rested, setRested] = useState(false);
  useEffect(() => atRest(() => startTransition(() => setRested(true))), []);
  return rested ? <Suspense fallback={null}>{children}</Suspense> : null;
}

/** Where the panel stands; while the page wakes up it is what the server made of it. */
function PanelPlace({ id }: { readonly id: string }) {
  const live = useLive();
  const awake = useSyncExternalStore(unchanging, yes, no);
  if (!awake || live === null) return <PanelRoom />;
  return (
    <Suspense fallback={<PanelRoom />}>
      <Panel live={live} id={id} />
    </Suspense>
  );
}

const unchanging = () => () => undefined;
const yes = () => true;
const no = () => false;

/** The panel's room while it loads, so that the drawing is fitted once. */
function PanelRoom() {
  const { panelWidth } = usePreferences().preferences;
  return <div style={{ width: panelWidth }} className="shrink-0 border-l border-line bg-raised max-md:hidden" />;
}

/**
 * Tells tests and monitoring that the page can be used: its content is there, a drawing, a table or a sentence, and the bars
 * above it are awake, of which there are none on a wall.
 */
function useReady(kiosk: boolean): { readonly content: () => void; readonly bars: () => void } {
  const waits = useRef({ content: true, bars: !kiosk });
  return useMemo(() => {
    const came = (what: keyof typeof waits.current) => () => {
      waits.current[what] = false;
      if (!waits.current.content && !waits.current.bars) document.documentElement.dataset["ready"] = "true";
    };
    return { content: came("content"), bars: came("bars") };
  }, []);
}
