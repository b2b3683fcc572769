"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { useRef } from "react";
import { walkRows } from "#components/ui/walk-rows.ts";
import type { TraceItem } from "#lib/api/traces.ts";
import { keyOf } from "./results.ts";
import type { Sort, TraceSearch } from "./state.ts";
import { TraceCells } from "./trace-cells.tsx";

const ROW = 32;
const HEADER = 1;
const COLUMNS: readonly { readonly title: string; readonly sort: Sort; readonly numeric?: true }[] = [
  { title: "Begins at", sort: "root" },
  { title: "Services", sort: "services" },
  { title: "Spans", sort: "spans", numeric: true },
  { title: "Errors", sort: "errors", numeric: true },
  { title: "Duration", sort: "duration" },
  { title: "Start", sort: "start" },
];

/** Every trace as a row; only those in view are in the page. The plot's twin for whoever doesn't see it. */
export function TraceTable({
  rows,
  search,
  manyBackends,
  pointed,
  onPoint,
  onSort,
}: {
  readonly rows: readonly TraceItem[];
  readonly search: TraceSearch;
  readonly manyBackends: boolean;
  readonly pointed: string | null;
  readonly onPoint: (key: string | null) => void;
  readonly onSort: (sort: Sort) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 16,
    getItemKey: (index) => {
      const item = rows[index];
      return item === undefined ? index : keyOf(item);
    },
  });
  const longest = rows.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  const grid = clsx(
    "grid items-center gap-3 px-4 max-sm:px-2",
    manyBackends
      ? "grid-cols-[minmax(260px,2.2fr)_minmax(200px,1.7fr)_52px_64px_minmax(170px,1fr)_132px_96px]"
      : "grid-cols-[minmax(260px,2.2fr)_minmax(200px,1.7fr)_52px_64px_minmax(170px,1fr)_132px]",
  );
  return (
    <div
      ref={scroller}
      className="min-h-0 grow overflow-auto"
      onKeyDown={(event) =>
        walkRows(event, (index) => (rows[index] === undefined ? null : "row"), virtual.scrollToIndex)
      }
    >
      <div
        role="table"
        aria-label="Traces"
        aria-rowcount={rows.length + HEADER}
        aria-colcount={COLUMNS.length + (manyBackends ? 1 : 0)}
        className="min-w-[960px]"
      >
        <div role="rowgroup" className="sticky top-0 z-10 bg-bg">
          <div
            role="row"
            aria-rowindex={HEADER}
            className={clsx(grid, "h-8 border-b border-line text-[11px] text-ink-3")}
          >
            {COLUMNS.map((column) => (
              <HeaderCell key={column.sort} column={column} search={search} onSort={onSort} />
            ))}
            {manyBackends && <span role="columnheader">Backend</span>}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = rows[index];
            if (item === undefined) return null;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + HEADER + 1}
                data-index={index}
                onPointerEnter={() => onPoint(keyOf(item))}
                onPointerLeave={() => onPoint(null)}
                onFocus={() => onPoint(keyOf(item))}
                onBlur={() => onPoint(null)}
                className={clsx(
                  grid,
                  "absolute inset-x-0 border-b border-line",
                  pointed === keyOf(item) ? "bg-accent-bg" : "hover:bg-sunken",
                )}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
              >
                <TraceCells item={item} longest={longest} manyBackends={manyBackends} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function HeaderCell({
  column: { title, sort, numeric },
  search,
  onSort,
}: {
  readonly column: (typeof COLUMNS)[number];
  readonly search: TraceSearch;
  readonly onSort: (sort: Sort) => void;
}) {
  const here = search.sort === sort;
  return (
    <span
      role="columnheader"
      aria-sort={here ? (search.down ? "descending" : "ascending") : "none"}
      className={clsx(numeric === true && "text-right", sort === "root" && "pl-[22px]")}
    >
      <button type="button" onClick={() => onSort(sort)} className={clsx("hover:text-ink", here && "text-ink")}>
        {title}
        {here && <span aria-hidden="true">{search.down ? " ↓" : " ↑"}</span>}
      </button>
    </span>
  );
}
