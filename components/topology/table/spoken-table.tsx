"use client";

import { formatCount } from "#lib/format.ts";
import { SelectLink } from "../selection.tsx";
import { rowCells } from "./row-cells.ts";
import { useRows } from "./use-rows.ts";

/** As many rows as somebody may want to hear; the whole table is one key away. */
const SPOKEN = 150;

/**
 * What the drawing shows, for those who don't see it. It is in no tab order (a sighted keyboard user would lose the
 * focus in it): a screen reader's own cursor reads it, and `t` opens the table that everybody can use.
 */
export function SpokenTable() {
  const { rows, total } = useRows("", SPOKEN);
  return (
    <table className="sr-only">
      <caption>
        The graph as a table, worst first: {formatCount(rows.length)} of {formatCount(total)} rows. Press t for the
        whole table.
      </caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col">Rate</th>
          <th scope="col">Errors</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const cells = rowCells(row);
          return (
            <tr key={row.id}>
              <td>
                <SelectLink id={row.id} tabIndex={-1}>
                  {row.title}
                </SelectLink>
                {row.found && ", found"}
              </td>
              <td>{cells.state}</td>
              <td>{cells.rate}</td>
              <td>{cells.errors}</td>
              <td>{cells.p95}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
