"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { type KeyboardEvent, type ReactNode, type Ref, useImperativeHandle, useRef } from "react";
import type { Scroller } from "./timeline.tsx";

const ROW = 30;
const HEADER = 1;

export interface TableColumn<Sort extends string> {
  readonly title: string;
  readonly sort: Sort;
  readonly numeric?: boolean;
  /** What the number is, on hover. */
  readonly says?: string;
}

/** A sortable table of which only the rows in view are in the page. */
export function VirtualTable<Sort extends string>(props: {
  readonly label: string;
  readonly columns: readonly TableColumn<Sort>[];
  /** Tracks of a CSS grid, one a column. */
  readonly tracks: string;
  readonly count: number;
  readonly sort: Sort;
  readonly down: boolean;
  readonly onSort: (sort: Sort) => void;
  readonly cells: (index: number) => readonly ReactNode[];
  readonly isSelected?: (index: number) => boolean;
  readonly onRow?: (index: number) => void;
  readonly ref?: Ref<Scroller>;
}) {
  const { label, columns, tracks, count, sort, down, onSort, cells, isSelected, onRow, ref } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  useImperativeHandle(ref, () => ({
    scroll: (pages) => scroller.current?.scrollBy({ top: pages * scroller.current.clientHeight }),
  }));
  const grid = { gridTemplateColumns: tracks };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = Number(at?.dataset["index"]) + step;
    if (step === 0 || at === null || next < 0 || next >= count) return;
    event.preventDefault();
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus());
  };
  return (
    <div ref={scroller} onKeyDown={onKeyDown} tabIndex={0} className="min-h-0 grow overflow-auto outline-offset-[-2px]">
      <div role="table" aria-label={label} aria-rowcount={count + HEADER} className="min-w-[900px]">
        <div role="rowgroup" className="sticky top-0 z-10 bg-bg">
          <div
            role="row"
            style={grid}
            className="grid h-8 items-center gap-3 border-b border-line px-4 text-[11px] text-ink-3"
          >
            {columns.map((column) => {
              const here = column.sort === sort;
              return (
                <span
                  key={column.sort}
                  role="columnheader"
                  aria-sort={here ? (down ? "descending" : "ascending") : "none"}
                  className={clsx(column.numeric && "text-right")}
                >
                  <button
                    type="button"
                    title={column.says}
                    onClick={() => onSort(column.sort)}
                    className={clsx("hover:text-ink", here && "text-ink")}
                  >
                    {column.title}
                    {here && <span aria-hidden="true">{down ? " ↓" : " ↑"}</span>}
                  </button>
                </span>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              role="row"
              aria-rowindex={index + HEADER + 1}
              data-index={index}
              onClick={onRow === undefined ? undefined : () => onRow(index)}
              style={{ ...grid, height: ROW, transform: `translateY(${start}px)` }}
              className={clsx(
                "absolute inset-x-0 grid items-center gap-3 border-b border-line px-4",
                isSelected?.(index) ? "bg-accent-bg" : "hover:bg-sunken",
                onRow !== undefined && "cursor-pointer",
              )}
            >
              {cells(index).map((cell, at) => (
                <span
                  key={columns[at]?.sort ?? at}
                  role="cell"
                  className={clsx("min-w-0", columns[at]?.numeric && "text-right tabular-nums")}
                >
                  {cell}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
