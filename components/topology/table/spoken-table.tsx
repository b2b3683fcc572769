"use client";

import { memo } from "react";
import { formatCount } from "#lib/format.ts";
import type { Row } from "#lib/live/messages.ts";
import { SelectLink } from "../selection.tsx";
import { rowCells } from "./row-cells.ts";
import { useRows } from "./use-rows.ts";

/** As many rows as somebody may want to hear; the whole table is one key away. */
const SPOKEN = 150;
const COLUMNS = ["Name", "State", "Rate", "Errors", "p95"] as const;
/** Nobody sees a row, so it needs no layout: a table's would be the longest work of a page that is refreshed. */
const UNSEEN = "block [content-visibility:auto] [contain-intrinsic-size:1px]";

/**
 * What the drawing shows, for those who don't see it. It is in no tab order (a sighted keyboard user would lose the
 * focus in it): a screen reader's own cursor reads it, and `t` opens the table that everybody can use.
 */
export function SpokenTable() {
  const { rows, total } = useRows("", SPOKEN);
  return (
    <div role="table" className="sr-only" aria-labelledby="spoken-table">
      <p id="spoken-table">
        The graph as a table, worst first: {formatCount(rows.length)} of {formatCount(total)} rows. Press t for the
        whole table.
      </p>
      <div role="rowgroup">
        <div role="row" className={UNSEEN}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader">
              {column}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {rows.map((row) => (
          <SpokenRow key={row.id} row={row} />
        ))}
      </div>
    </div>
  );
}

const SpokenRow = memo(RowView);

function RowView({ row }: { readonly row: Row }) {
  const cells = rowCells(row);
  return (
    <div role="row" className={UNSEEN}>
      <span role="cell">
        <SelectLink id={row.id} tabIndex={-1}>
          {row.title}
        </SelectLink>
        {row.found && ", found"}
        {row.traced && ", in the trace"}
        {cells.trial !== "" && `, ${cells.trial}`}
      </span>
      {[cells.state, cells.rate, cells.errors, cells.p95].map((text, at) => (
        <span key={COLUMNS[at + 1]} role="cell">
          {text}
        </span>
      ))}
    </div>
  );
}
