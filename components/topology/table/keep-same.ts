/** Rows from one answer to the next. Pure. */
import type { Rows } from "#components/shell/ask-rows.ts";
import type { Row } from "#lib/live/messages.ts";

const sameRow = (a: Row, b: Row) => (Object.keys(b) as (keyof Row)[]).every((key) => a[key] === b[key]);

/** Rows that say what they said before stay the same objects, so that only the others are rendered. */
export function keepSame(before: Rows, after: Rows): Rows {
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const rows = after.rows.map((row) => {
    const old = known.get(row.id);
    return old !== undefined && sameRow(old, row) ? old : row;
  });
  return { rows, total: after.total };
}
