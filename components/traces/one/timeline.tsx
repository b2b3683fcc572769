"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { observeRoom } from "#components/ui/observe-room.ts";
import type { Scroller } from "#components/ui/virtual-table.tsx";
import { formatCount } from "#lib/format.ts";
import { isClosed, toggled } from "#lib/tracing/view/fold.ts";
import { Axis, GridLines } from "./axis.tsx";
import { useModel } from "./model.tsx";
import { ROW_HEIGHT, rowId, TimelineRow } from "./row.tsx";

/** Spans as rows over time; only those in view are in the page, however many there are. */
export function Timeline({ ref, onOpen }: { readonly ref: Ref<Scroller>; readonly onOpen: () => void }) {
  const model = useModel();
  const { picture, rows, folding, fold, selected, select, hits, range, view } = model;
  const scroller = useRef<HTMLDivElement>(null);
  // The same as long as the rows are: with another one the library goes through all of them again.
  const getItemKey = useCallback((index: number) => rows[index] ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey,
    observeElementRect: observeRoom,
  });
  const measured = virtual.scrollRect !== null;
  useImperativeHandle(ref, () => ({
    scroll: (pages) => scroller.current?.scrollBy({ top: pages * scroller.current.clientHeight }),
  }));
  /** By row: 1 where it is found. */
  const found = useMemo(() => {
    const marks = new Uint8Array(hits === null ? 0 : picture.length);
    for (const row of hits ?? []) marks[row] = 1;
    return marks;
  }, [hits, picture]);
  const { scrollToIndex } = virtual;
  useEffect(() => {
    const at = selected < 0 ? -1 : rows.indexOf(selected);
    if (at >= 0 && measured) scrollToIndex(at, { align: "auto" });
  }, [selected, rows, scrollToIndex, measured]);
  useEffect(() => {
    if (!measured) return;
    const frame = requestAnimationFrame(() => performance.mark("trace:painted", { detail: { spans: picture.length } }));
    return () => cancelAnimationFrame(frame);
  }, [picture, measured]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const first = rows[0];
      if (selected >= 0) onOpen();
      else if (first !== undefined) select(first);
    } else if (event.key === " ") {
      event.preventDefault();
      if (selected >= 0) fold(toggled(folding, selected));
    }
  };
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col [--names:clamp(220px,36%,520px)] max-sm:[--names:46%]">
      <Axis />
      <div
        ref={scroller}
        role="treegrid"
        aria-label="Timeline of spans"
        aria-rowcount={rows.length}
        aria-colcount={2}
        aria-activedescendant={selected < 0 ? undefined : rowId(selected)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="relative min-h-0 grow overflow-x-hidden overflow-y-auto outline-offset-[-2px]"
        data-testid="timeline"
      >
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          <GridLines range={range} />
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <TimelineRow
                key={key}
                {...{ picture, row, index, range, top: start, select, fold, folding }}
                closed={isClosed(picture, row, folding)}
                selected={row === selected}
                found={found[row] === 1}
                colour={view.colour}
                path={view.path}
              />
            );
          })}
        </div>
      </div>
      {rows.length < picture.length && (
        <p className="border-t border-line px-4 py-1.5 text-[11px] text-ink-3">
          {formatCount(rows.length)} of {formatCount(picture.length)} spans shown, the others are folded.
        </p>
      )}
    </div>
  );
}
