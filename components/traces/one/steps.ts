/** Walking from span to span in the order of the timeline. Pure; linear. */

/** By row: its place in an order. */
export function placesOf(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  order.forEach((row, place) => {
    places[row] = place;
  });
  return places;
}

/**
 * The next or previous of `rows` (in the timeline's order) as seen from a row that may be none of them; from nowhere (-1) the
 * first or last. At the ends round again, or `from` itself. -1: there are no rows.
 */
export function neighbour(rows: Uint32Array, places: Uint32Array, from: number, by: 1 | -1, round: boolean): number {
  const [first = -1, last = -1] = [rows[0], rows[rows.length - 1]];
  if (from < 0) return by > 0 ? first : last;
  const at = places[from] ?? 0;
  const next = by > 0 ? rows.find((row) => (places[row] ?? 0) > at) : rows.findLast((row) => (places[row] ?? 0) < at);
  if (next !== undefined) return next;
  return round ? (by > 0 ? first : last) : rows.includes(from) ? from : -1;
}
