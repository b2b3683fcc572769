/**
 * Which rows of a timeline stand open. Two things say it: how many levels are shown, and the rows that are the other way than
 * their level says, so that "collapse all, then open this one" is a short text in an address. Pure; linear in the rows shown.
 */
import type { TracePicture } from "./picture.ts";

export interface Folding {
  /** Rows of this depth and deeper are closed; null: none is. */
  readonly levels: number | null;
  /** Rows that are the other way. */
  readonly turned: ReadonlySet<number>;
}

type Rows = Pick<TracePicture, "order" | "depth" | "size" | "parent">;

export function isClosed({ depth, size }: Pick<Rows, "depth" | "size">, row: number, folding: Folding): boolean {
  if ((size[row] ?? 1) < 2) return false;
  const { levels, turned } = folding;
  return (levels !== null && (depth[row] ?? 0) >= levels) !== turned.has(row);
}

/** The rows that are listed, in their order: all but those under a closed one. */
export function shownRows(rows: Rows, folding: Folding): Uint32Array {
  const { order, size } = rows;
  if (folding.levels === null && folding.turned.size === 0) return order;
  const shown = new Uint32Array(order.length);
  let count = 0;
  for (let place = 0; place < order.length; ) {
    const row = order[place] ?? 0;
    shown[count] = row;
    count += 1;
    place += isClosed(rows, row, folding) ? Math.max(1, size[row] ?? 1) : 1;
  }
  return shown.subarray(0, count);
}

export function toggled(folding: Folding, row: number): Folding {
  const turned = new Set(folding.turned);
  if (!turned.delete(row)) turned.add(row);
  return { ...folding, turned };
}

/** Opens whatever a row lies under. The same folding where nothing has to open. */
export function opened(rows: Rows, folding: Folding, row: number): Folding {
  let after = folding;
  for (let above = rows.parent[row] ?? -1; above >= 0; above = rows.parent[above] ?? -1) {
    if (isClosed(rows, above, folding)) after = toggled(after, above);
  }
  return after;
}

/** One level less or more than is shown now; rows that were turned by hand follow their level again. */
export function stepped(rows: Rows, folding: Folding, by: 1 | -1): Folding {
  let deepest = 0;
  for (const row of shownRows(rows, folding)) deepest = Math.max(deepest, rows.depth[row] ?? 0);
  const levels = Math.max(0, deepest + by);
  let bottom = 0;
  for (const depth of rows.depth) bottom = Math.max(bottom, depth);
  return { levels: levels >= bottom ? null : levels, turned: new Set() };
}
