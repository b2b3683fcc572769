"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useCallback, useRef } from "react";
import { GroupView, type RecordActions } from "./group-view.tsx";
import type { ChangeRow } from "./rows.ts";

/** All rows, of which only those in view are in the page. Up and down walk from one to the next. */
export function ChangeList({
  rows,
  children,
  ...actions
}: RecordActions & { readonly rows: readonly ChangeRow[]; readonly children?: ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  // The same as long as the rows are: with another one the library goes through all of them again.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === "day" ? 33 : 76),
    overscan: 8,
    getItemKey,
  });
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    // Inside a difference the keys scroll it.
    if (step === 0 || at === null || (event.target instanceof Element && event.target.tagName === "SECTION")) return;
    event.preventDefault();
    let next = Number(at.dataset["index"]) + step;
    while (rows[next]?.type === "day") next += step;
    if (rows[next] === undefined) return;
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus());
  };
  return (
    <div ref={scroller} className="min-h-0 grow overflow-auto" onKeyDown={onKeyDown}>
      <div role="list" aria-label="Changes" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              data-index={index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              {row.type === "day" ? (
                <h2 className="border-b border-line bg-sunken px-4 py-2 eyebrow max-sm:px-2">{row.day}</h2>
              ) : (
                <GroupView group={row} {...actions} />
              )}
            </div>
          );
        })}
      </div>
      {children}
    </div>
  );
}
