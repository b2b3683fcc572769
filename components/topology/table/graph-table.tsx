"use client";

import { clsx } from "clsx";
import { useDeferredValue, useMemo, useState } from "react";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { reveal } from "#components/shell/reveal.ts";
import { Name } from "#components/ui/name.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import { VirtualTable } from "#components/ui/virtual-table.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { FoldedStatus, Row } from "#lib/live/messages.ts";
import { SelectLink, useSelection } from "../selection.tsx";
import { rowCells } from "./row-cells.ts";
import { useRows } from "./use-rows.ts";

const COLUMNS = ["State", "Name", "Where", "Kind", "Rate", "Errors", "p95"] as const;
const GRID = "grid grid-cols-[96px_minmax(180px,2fr)_minmax(120px,1fr)_64px_110px_130px_90px] items-center gap-3 px-4";
const FOLDED: Readonly<Record<FoldedStatus["state"], string>> = {
  ready: "",
  reading: "; reading what is inside the groups…",
  failed: "; what is inside the groups could not be read",
};

/** The graph as rows, worst first: the same things, the same selection, everything by keyboard. */
export function GraphTable() {
  const [text, setText] = useState("");
  const { rows, total } = useRows(useDeferredValue(text), Number.MAX_SAFE_INTEGER);
  const { id: selected } = useSelection();
  const { folded, find } = useLiveStatus();
  const keys = useMemo(() => rows.map(({ id }) => id), [rows]);
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
      <VirtualTable
        label="Nodes and edges, worst first"
        grid={GRID}
        width="min-w-[860px]"
        keys={keys}
        header={COLUMNS.map((column, index) => (
          <span key={column} role="columnheader" className={clsx(index >= 4 && "text-right")}>
            {column}
          </span>
        ))}
        row={(index) => {
          const row = rows[index];
          return {
            className: clsx(
              row !== undefined && row.id === selected ? "bg-accent-bg" : "hover:bg-sunken",
              row?.found && "shadow-[inset_3px_0_var(--accent)]",
              row?.hidden && "text-ink-3",
            ),
            cells: row && <RowView row={row} marks={folded?.marks ?? 0} />,
          };
        }}
      />
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
        {cells.trial !== "" && <span className="ml-2 text-[11px] text-degraded">{cells.trial}</span>}
        {row.traced && <span className="ml-2 text-[11px] text-accent">in the trace</span>}
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
