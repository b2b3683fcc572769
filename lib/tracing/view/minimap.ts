/** A whole trace on a small field: what a minimap draws, however many spans there are. Pure; O(spans + cells touched). */

/** Cells, line by line. */
export interface Minimap {
  readonly columns: number;
  readonly lines: number;
  /** 0: nothing; 1 to 254: a span of the service with this number less one (counted round); 255: a failed span. */
  readonly cells: Uint8Array;
}

const COLUMNS = 600;
const MOST_LINES = 48;
const FAILED = 255;
/** Numbers that stand for services. */
const SERVICES = 254;

export interface MinimapRows {
  readonly order: Uint32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly service: Uint32Array;
  readonly failed: Uint8Array;
  readonly totalNs: number;
}

/** Rows share lines when there are more than fit; callees are drawn over callers, and failures over all. */
export function minimapOf({ order, start, end, service, failed, totalNs }: MinimapRows): Minimap {
  const lines = Math.max(1, Math.min(MOST_LINES, order.length));
  const cells = new Uint8Array(lines * COLUMNS);
  const scale = totalNs > 0 ? COLUMNS / totalNs : 0;
  const column = (at: number): number => Math.max(0, Math.min(COLUMNS - 1, Math.floor(at * scale)));
  for (const wanted of [0, 1]) {
    order.forEach((row, place) => {
      if (failed[row] !== wanted) return;
      const [from, to] = [start[row] ?? 0, end[row] ?? 0];
      if (to < 0 || from > totalNs) return;
      const line = Math.floor((place * lines) / order.length) * COLUMNS;
      const value = wanted === 1 ? FAILED : ((service[row] ?? 0) % SERVICES) + 1;
      cells.fill(value, line + column(from), line + column(to) + 1);
    });
  }
  return { columns: COLUMNS, lines, cells };
}
