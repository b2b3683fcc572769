"use client";

import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { type FocusEvent, type KeyboardEvent, useDeferredValue, useRef, useState } from "react";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { reveal } from "#components/shell/reveal.ts";
import { Name } from "#components/ui/name.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { FoldedStatus, Row } from "#lib/live/messages.ts";
import { SelectLink, useSelection } from "../selection.tsx";
import { rowCells } from "./row-cells.ts";
import { useRows } from "./use-rows.ts";

const ROW = 32;
const COLUMNS = ["State", "Name", "Where", "Kind", "Rate", "Errors", "p95"] as const;
const GRID = "grid grid-cols-[96px_minmax(180px,2fr)_minmax(120px,1fr)_64px_110px_130px_90px] items-center gap-3 px-4";
const FOLDED: Readonly<Record<FoldedStatus["state"], string>> = {
  ready: "",
  reading: "; reading what is inside the groups…",
  failed: "; what is inside the groups could not be read",
};
/** The header is the first row of the table that screen readers count. */
const HEADER = 1;

/** The graph as rows, worst first: the same things, the same selection, everything by keyboard. */
export function GraphTable() {
  const [text, setText] = useState("");
  const { rows, total } = useRows(useDeferredValue(text), Number.MAX_SAFE_INTEGER);
  const { id: selected } = useSelection();
  const { folded, find } = useLiveStatus();
  const scroller = useRef<HTMLDivElement>(null);
  // The row that has the focus stays rendered wherever the order takes it, or a refresh would drop the focus.
  const [focused, setFocused] = useState<string | null>(null);
  const rangeExtractor = (range: Range) => {
    const kept = rows.findIndex(({ id }) => id === focused);
    const shown = defaultRangeExtractor(range);
    return kept < 0 || shown.includes(kept) ? shown : [...shown, kept].sort((a, b) => a - b);
  };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    rangeExtractor,
    getItemKey: (index) => rows[index]?.id ?? index,
  });

  // Up and down go from row to row, and fetch the next one into view before it takes the focus.
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (step === 0 || row === null) return;
    event.preventDefault();
    const next = Number(row.dataset["index"]) + step;
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus());
  };

  const onFocus = (event: FocusEvent<HTMLDivElement>) => {
    const index = event.target.closest<HTMLElement>("[data-index]")?.dataset["index"];
    setFocused(index === undefined ? null : (rows[Number(index)]?.id ?? null));
  };

  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center gap-3 border-b border-line px-4 py-2">
        <input
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="Filter by name"
          aria-label="Filter the rows by name"
          className="h-7 w-64 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
        />
        <span className="text-ink-3" role="status">
          {rows.length === total
            ? formatPlural(total, "row")
            : `${formatCount(rows.length)} of ${formatCount(total)} rows`}
          {find.matches === null ? ", worst first" : ", what is found first, then the worst"}
          {text.trim() !== "" && folded !== null && FOLDED[folded.state]}
        </span>
      </div>
      <div ref={scroller} className="min-h-0 grow overflow-auto" onKeyDown={onKeyDown} onFocus={onFocus}>
        <div
          role="table"
          aria-label="Nodes and edges, worst first"
          aria-rowcount={rows.length + HEADER}
          aria-colcount={COLUMNS.length}
          className="min-w-[860px]"
        >
          <div role="rowgroup" className="sticky top-0 z-10 bg-bg">
            <div
              role="row"
              aria-rowindex={HEADER}
              className={clsx(GRID, "h-8 border-b border-line text-[11px] text-ink-3")}
            >
              {COLUMNS.map((column, index) => (
                <span key={column} role="columnheader" className={clsx(index >= 4 && "text-right")}>
                  {column}
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, key, start }) => {
              const row = rows[index];
              if (row === undefined) return null;
              return (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + HEADER + 1}
                  data-index={index}
                  className={clsx(
                    GRID,
                    "absolute inset-x-0 border-b border-line",
                    row.id === selected ? "bg-accent-bg" : "hover:bg-sunken",
                    row.found && "shadow-[inset_3px_0_var(--accent)]",
                    row.hidden && "text-ink-3",
                  )}
                  style={{ height: ROW, transform: `translateY(${start}px)` }}
                >
                  <RowView row={row} marks={folded?.marks ?? 0} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

const NUMBER = "truncate text-right tabular-nums";

function RowView({ row, marks }: { readonly row: Row; readonly marks: number }) {
  const cells = rowCells(row);
  const tone = row.state === "failing" ? "text-failing" : row.state === "degraded" ? "text-degraded" : "";
  return (
    <>
      <span role="cell" className={clsx("flex items-center gap-1.5", tone)}>
        <StateMark state={row.state} silent />
        {cells.state}
      </span>
      <span role="cell" className="min-w-0">
        <SelectLink id={row.id} patch={reveal(row, marks)} className="name underline-offset-2 hover:underline">
          <bdi title={row.title}>{row.title}</bdi>
        </SelectLink>
        {row.found && <span className="sr-only">found</span>}
        {row.hidden && <span className="ml-2 text-[11px]">hidden</span>}
      </span>
      <span role="cell" className="min-w-0 text-ink-2">
        <Name text={row.where} />
      </span>
      <span role="cell" className="text-ink-2">
        {cells.kind}
      </span>
      <span role="cell" className={NUMBER}>
        {cells.rate}
      </span>
      <span role="cell" className={clsx(NUMBER, tone)}>
        {cells.errors}
      </span>
      <span role="cell" className={NUMBER}>
        {cells.p95}
      </span>
    </>
  );
}
