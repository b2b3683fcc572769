/**
 * Names of spans for addresses: the span's id, with `~2` for the second span of a trace that has the same (client and server
 * may share theirs), and `row-7` where a span has none. They hold as long as the trace is the same. Pure.
 */

const ID = 16;

type Ids = string;

const idAt = (ids: Ids, row: number): string => ids.slice(row * ID, (row + 1) * ID).trim();

/** Rows with an id, in their order. Cost: one search through the text of all ids. */
function* rowsWith(ids: Ids, id: string): Generator<number> {
  for (let at = ids.indexOf(id); at >= 0; at = ids.indexOf(id, at + 1)) {
    if (at % ID === 0) yield at / ID;
  }
}

export function keyOf(ids: Ids, row: number): string {
  const id = idAt(ids, row);
  if (id === "") return `row-${row}`;
  let nth = 0;
  for (const other of rowsWith(ids, id)) {
    nth += 1;
    if (other === row) break;
  }
  return nth > 1 ? `${id}~${nth}` : id;
}

/** The same for whoever names many of them: one pass through all ids, then nothing a row. */
export function keysOf(ids: Ids): (row: number) => string {
  const known = new Map<string, number>();
  const nths = Uint32Array.from({ length: ids.length / ID }, (_, row) => {
    const id = idAt(ids, row);
    const nth = (known.get(id) ?? 0) + 1;
    known.set(id, nth);
    return nth;
  });
  return (row) => {
    const id = idAt(ids, row);
    const nth = nths[row] ?? 1;
    return id === "" ? `row-${row}` : nth > 1 ? `${id}~${nth}` : id;
  };
}

/** -1: no span is called so. */
export function rowOf(ids: Ids, key: string): number {
  const [, plain] = /^row-(\d{1,7})$/.exec(key) ?? [];
  if (plain !== undefined) return Number(plain) < ids.length / ID ? Number(plain) : -1;
  const [, id, nth] = /^([0-9a-f]{16})(?:~(\d{1,6}))?$/.exec(key) ?? [];
  if (id === undefined) return -1;
  let left = nth === undefined ? 1 : Number(nth);
  for (const row of rowsWith(ids, id)) {
    left -= 1;
    if (left === 0) return row;
  }
  return -1;
}
