"use client";

import { clsx } from "clsx";
import { useMemo } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { type SortColumn, SortHeader } from "#components/ui/sort-header.tsx";
import { VirtualTable } from "#components/ui/virtual-table.tsx";
import type { TraceItem } from "#lib/api/traces.ts";
import { keyOf } from "./results.ts";
import type { Sort, TraceSearch } from "./state.ts";
import { TraceCells } from "./trace-cells.tsx";

const COLUMNS: readonly (SortColumn<Sort> & { readonly sort: Sort })[] = [
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
  pair,
  onPick,
  onSort,
}: {
  readonly rows: readonly TraceItem[];
  readonly search: Pick<TraceSearch, "sort" | "down">;
  readonly manyBackends: boolean;
  readonly pointed: string | null;
  readonly onPoint: (key: string | null) => void;
  readonly pair: readonly TraceItem[];
  readonly onPick: (item: TraceItem) => void;
  readonly onSort: (sort: Sort) => void;
}) {
  const chosen = new Set(pair.map(keyOf));
  const keys = useMemo(() => rows.map(keyOf), [rows]);
  const longest = rows.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  return (
    <VirtualTable
      label="Traces"
      grid={clsx(
        "grid items-center gap-3 px-4 max-sm:px-2",
        manyBackends
          ? "grid-cols-[16px_minmax(260px,2.2fr)_minmax(290px,1.9fr)_52px_64px_minmax(170px,1fr)_132px_96px]"
          : "grid-cols-[16px_minmax(260px,2.2fr)_minmax(290px,1.9fr)_52px_64px_minmax(170px,1fr)_132px]",
      )}
      width="min-w-[1080px]"
      keys={keys}
      header={[
        <span key="compare" role="columnheader">
          <span className="sr-only">Compare</span>
        </span>,
        ...COLUMNS.map((column) => (
          <SortHeader
            key={column.sort}
            column={column}
            by={search}
            onSort={onSort}
            className={column.sort === "root" ? "pl-[22px]" : undefined}
          />
        )),
        ...(manyBackends
          ? [
              <span key="backend" role="columnheader">
                Backend
              </span>,
            ]
          : []),
      ]}
      row={(index) => {
        const item = rows[index];
        if (item === undefined) return { cells: null };
        return {
          className: pointed === keyOf(item) ? "bg-accent-bg" : "hover:bg-sunken",
          cells: (
            <TraceCells item={item} longest={longest} manyBackends={manyBackends}>
              <input
                type="checkbox"
                aria-label={`Compare the trace of ${sayInstant(item.start)}, ${item.root?.operation ?? item.id}`}
                checked={chosen.has(keyOf(item))}
                onChange={() => onPick(item)}
              />
            </TraceCells>
          ),
        };
      }}
      onPoint={(index) => onPoint(index === null ? null : (keys[index] ?? null))}
    />
  );
}
