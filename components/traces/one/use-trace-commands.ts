"use client";

import { useMemo } from "react";
import type { Command } from "#components/shell/commands.tsx";
import { stepped } from "#lib/tracing/view/fold.ts";
import type { TraceModel } from "./model.tsx";
import { TABS } from "./view-state.ts";
import { framed, panned, zoomed } from "./zoom.ts";

/** Shares of what is shown, with and without Shift. */
const PAN = { small: 0.05, large: 0.25 } as const;
const ZOOM = { small: 1.25, large: 2 } as const;

const TITLES = {
  timeline: "timeline",
  flame: "flame graph",
  graph: "graph of calls",
  statistics: "statistics",
  spans: "spans",
} as const;

/** Keys as Jaeger's page of a trace has them, and a few more. `scroll`: by so many pages; `find`: into the search's field. */
export function useTraceCommands(
  model: TraceModel,
  { scroll, find }: { readonly scroll: (pages: number) => void; readonly find: () => void },
): readonly Command[] {
  const { picture, view, change, selected, folding, range, select, fold, step, stepFailure } = model;
  return useMemo(() => {
    const total = Math.max(1, picture.totalNs);
    const pan = (share: number) => () => change({ zoom: panned(range, total, share) }, "replace");
    const zoom = (factor: number) => () => change({ zoom: zoomed(range, total, factor) }, "replace");
    const escape = () => {
      if (view.span !== null) select(null);
      else if (view.find !== "") change({ find: "" });
      else change({ zoom: null });
    };
    const frame = () => {
      if (selected < 0) return;
      change({ zoom: framed(picture.start[selected] ?? 0, picture.end[selected] ?? 0, total) });
    };
    return [
      { id: "trace-next", title: "Next span, or next one found", keys: "f", run: () => step(1) },
      { id: "trace-previous", title: "Previous span, or previous one found", keys: "b", run: () => step(-1) },
      { id: "trace-next-failure", title: "Next failed span", keys: "e", run: () => stepFailure(1) },
      { id: "trace-previous-failure", title: "Previous failed span", keys: "E", run: () => stepFailure(-1) },
      { id: "trace-down", title: "Scroll down", keys: "s", run: () => scroll(0.5) },
      { id: "trace-up", title: "Scroll up", keys: "w", run: () => scroll(-0.5) },
      { id: "trace-left", title: "Pan left", keys: "a", also: ["ArrowLeft"], run: pan(-PAN.small) },
      { id: "trace-right", title: "Pan right", keys: "d", also: ["ArrowRight"], run: pan(PAN.small) },
      { id: "trace-far-left", title: "Pan far left", keys: "A", also: ["shift+ArrowLeft"], run: pan(-PAN.large) },
      { id: "trace-far-right", title: "Pan far right", keys: "D", also: ["shift+ArrowRight"], run: pan(PAN.large) },
      { id: "trace-in", title: "Zoom in", keys: "ArrowUp", run: zoom(1 / ZOOM.small) },
      { id: "trace-out", title: "Zoom out", keys: "ArrowDown", run: zoom(ZOOM.small) },
      { id: "trace-far-in", title: "Zoom in by half", keys: "shift+ArrowUp", run: zoom(1 / ZOOM.large) },
      { id: "trace-far-out", title: "Zoom out twice", keys: "shift+ArrowDown", run: zoom(ZOOM.large) },
      { id: "trace-frame", title: "Zoom to the selected span", keys: "z", run: frame },
      { id: "trace-collapse", title: "Collapse all", keys: "]", run: () => fold({ levels: 0, turned: new Set() }) },
      { id: "trace-expand", title: "Expand all", keys: "[", run: () => fold({ levels: null, turned: new Set() }) },
      { id: "trace-less", title: "Collapse one level", keys: "p", run: () => fold(stepped(picture, folding, -1)) },
      { id: "trace-more", title: "Expand one level", keys: "o", run: () => fold(stepped(picture, folding, 1)) },
      { id: "trace-find", title: "Search in the trace", keys: "mod+b", also: ["/"], run: find },
      { id: "trace-clear", title: "Close the span, then clear search and zoom", keys: "Escape", run: escape },
      ...TABS.filter((tab) => tab !== view.tab).map((tab) => ({
        id: `trace-tab-${tab}`,
        title: `Trace: ${TITLES[tab]}`,
        run: () => change({ tab }),
      })),
    ];
  }, [picture, view, change, selected, folding, range, select, fold, step, stepFailure, scroll, find]);
}
