"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { CallDrawing } from "#lib/live/trace/call-drawing.ts";
import { countedBy, NO_NODE } from "#lib/tracing/view/graph.ts";
import { GROUPINGS } from "#lib/tracing/view/groups.ts";
import { CallEdges } from "./call-edges.tsx";
import { CallMark } from "./call-mark.tsx";
import { nodeToward } from "./call-steps.ts";
import { CallTable } from "./call-table.tsx";
import { useModel } from "./model.tsx";
import { useDrag } from "./use-drag.ts";
import { useAnswer } from "./use-trace.ts";
import { useZoom } from "./use-zoom.ts";

/** What called what: operations or services as marks, their calls as lines, left to right. */
export function CallGraphView() {
  const { handle, picture, view } = useModel();
  const { by } = view;
  const ask = useMemo(() => ({ by }), [by]);
  const drawing = useAnswer(handle, picture, "calls", ask)?.answer ?? null;
  if (drawing === null) return <p className="px-4 py-3 text-ink-3">Drawing…</p>;
  return <Drawn drawing={drawing} />;
}

function Drawn({ drawing }: { readonly drawing: CallDrawing }) {
  const { view, change, selected, hits, select } = useModel();
  const { graph, x, y, width, height } = drawing;
  const field = useRef<HTMLDivElement>(null);
  const { zoom, change: scale, fit } = useZoom(field, drawing);
  const drag = useDrag(field);
  const [here, setHere] = useState(0);
  const stop = here < graph.nodes.length ? here : 0;
  const marked = selected < 0 ? NO_NODE : (graph.nodeOf[selected] ?? NO_NODE);
  const found = useMemo(() => (hits === null ? null : countedBy(graph, hits)), [graph, hits]);
  useEffect(() => {
    if (marked === NO_NODE) return;
    field.current?.querySelector(`[data-node="${marked}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [marked]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "-") scale(event.key === "+" ? STEP : 1 / STEP);
    else if (event.key === "0") fit();
    else if (event.shiftKey && event.key in PANS) field.current?.scrollBy(...(PANS[event.key] ?? [0, 0]));
    else if (event.key.startsWith("Arrow")) {
      const next = nodeToward(drawing, stop, event.key);
      if (next !== null) {
        setHere(next);
        field.current?.querySelector<HTMLElement>(`[data-node="${next}"]`)?.focus();
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col" data-testid="trace-graph">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2 max-sm:px-2">
        <span className="text-ink-3">By</span>
        {GROUPINGS.map((grouping) => (
          <Chip
            key={grouping}
            tone={grouping === view.by ? "on" : "quiet"}
            aria-pressed={grouping === view.by}
            onClick={() => change({ by: grouping })}
          >
            {grouping}
          </Chip>
        ))}
        <span role="status" className="text-ink-3">
          {formatPlural(graph.nodes.length, view.by)}
          {graph.left > 0 && `, and ${formatCount(graph.left)} that took less and aren’t drawn: see Statistics`}
        </span>
        <span className="grow" />
        <span className="text-[11px] text-ink-3 max-md:hidden">
          The ring is the share of the critical path: what the end of the trace waited for
        </span>
        <span className="flex gap-2">
          <Chip tone="quiet" aria-label="Smaller" title="Smaller ( - )" onClick={() => scale(1 / STEP)}>
            −
          </Chip>
          <Chip tone="quiet" aria-label="Larger" title="Larger ( + )" onClick={() => scale(STEP)}>
            +
          </Chip>
          <Chip tone="quiet" title="All of it ( 0 )" onClick={fit}>
            Fit
          </Chip>
        </span>
      </div>
      <div
        ref={field}
        tabIndex={-1}
        {...drag.handlers}
        className={clsx(
          "min-h-0 grow overflow-auto border-t border-line bg-sunken/40",
          drag.dragging ? "cursor-grabbing select-none" : "cursor-grab",
        )}
      >
        <div style={{ width: width * zoom, height: height * zoom }} className="mx-auto">
          <div
            role="group"
            aria-label="Graph of calls"
            onKeyDown={onKeyDown}
            style={{ width, height, transform: `scale(${zoom})` }}
            className="relative origin-top-left"
          >
            <CallEdges drawing={drawing} marked={marked} />
            {graph.nodes.map((node, at) => (
              <CallMark
                key={node.row}
                at={at}
                node={node}
                x={x[at] ?? 0}
                y={y[at] ?? 0}
                stop={at === stop}
                marked={at === marked}
                found={found === null ? null : (found[at] ?? 0)}
                onFocus={() => setHere(at)}
                onSelect={() => select(node.row)}
              />
            ))}
          </div>
        </div>
      </div>
      <CallTable graph={graph} />
    </div>
  );
}

const STEP = 1.25;
const PAN = 80;
/** With Shift, arrows move the drawing. */
const PANS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-PAN, 0],
  ArrowRight: [PAN, 0],
  ArrowUp: [0, -PAN],
  ArrowDown: [0, PAN],
};
