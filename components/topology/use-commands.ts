"use client";

import { useMemo } from "react";
import type { Command } from "#components/shell/commands.tsx";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { WHOLE } from "#lib/live/whole.ts";
import { boxAround, deeper } from "./depth.ts";
import type { Drawing } from "./drawing.ts";

/** What one can do on the topology by key or palette. */
export function useTopologyCommands(drawing: Drawing, chooseArea: () => void): readonly Command[] {
  const { go, state } = useUrl();
  const live = useLive();
  const { drawn } = useLiveStatus();
  return useMemo(() => {
    const { selected, table, detail, look } = state;
    const focus = () => {
      const node = selected !== null && parseNodeId(selected) !== null ? selected : null;
      if (selected !== null && node === null) drawing.focus(selected);
      else if (node !== null && node !== look.focus) go({ look: { focus: node } });
      else if (look.focus !== null) go({ look: { focus: null, rest: "dim" } });
      else drawing.focus(null);
    };
    const collapse = () => {
      if (selected === null) return;
      const opened = deeper(state, selected, drawn, false);
      const box = boxAround(selected);
      const closed = box === null ? null : deeper(state, box, drawn, true);
      const patch = opened ?? closed;
      if (patch !== null) go(opened === null ? { ...patch, selected: box } : patch);
    };
    return [
      { id: "focus", title: "Focus on what is selected, or fit the graph", keys: "f", run: focus },
      { id: "fit", title: "Fit the graph", run: () => drawing.focus(null) },
      ...(table
        ? []
        : [
            { id: "area", title: "Zoom to an area (or drag with Shift)", keys: "z", run: chooseArea },
            {
              id: "enclose",
              title: "Zoom to what is selected and its neighbours",
              keys: "s",
              run: () => (selected === null || selected === WHOLE ? drawing.focus(null) : drawing.enclose(selected)),
            },
          ]),
      {
        id: "collapse",
        title: "Collapse the selected mark's namespace, or expand the group",
        keys: "c",
        run: collapse,
      },
      {
        id: "trouble",
        title: look.show === "trouble" ? "Show everything" : "Show only what is unhealthy and its neighbours",
        run: () => go({ look: { show: look.show === "trouble" ? "all" : "trouble" } }),
      },
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
      { id: "unmove", title: "Take the last move or fresh layout back", keys: "u", run: () => void live?.move(null) },
      { id: "relayout", title: "Lay out the map afresh", run: () => live?.relayout() },
      { id: "clear", title: "Clear the selection", keys: "Escape", run: () => go({ selected: null }) },
    ];
  }, [drawing, drawn, go, state, live, chooseArea]);
}
