/**
 * One line against a format. Callers write parts of a line themselves and Envoy quotes nothing there, so all ways to read the line are
 * followed at once, and a value counts where it is the same in each: the true way is always among them. Time grows with the line's
 * length times the format's.
 */
import type { Segment, Takes } from "./format.ts";

/** By operator; null: it can't be told what of the line is its. The whole is null where the line isn't of this format. */
export type Match = ReadonlyMap<string, string | null> | null;

/** By place in the line: 1 where a segment can begin there. */
type Row = Uint8Array<ArrayBuffer>;

/** `empty`: what isn't there is written as nothing, instead of `-`. */
export function matchLine(segments: readonly Segment[], line: string, empty = false): Match {
  if (!hasAll(segments, line)) return null;
  const ends = backwards(segments, line, empty);
  if (ends[0]?.[0] !== 1) return null;
  const values = new Map<string, string | null>();
  let begins = only(line, 0);
  for (const [index, segment] of segments.entries()) {
    const next = both(forwards(segment, line, begins, empty), ends[index + 1] ?? begins);
    if (typeof segment !== "string") {
      const [from, to] = [soleOf(begins), soleOf(next)];
      const value = from === null || to === null ? null : line.slice(from, to);
      // An operator may stand in it twice.
      values.set(segment.operator, values.has(segment.operator) ? agreed(values.get(segment.operator), value) : value);
    }
    begins = next;
  }
  return values;
}

const agreed = (before: string | null | undefined, value: string | null): string | null =>
  before === value ? value : null;

/** A first look: whether the literals stand in it, in order. */
function hasAll(segments: readonly Segment[], line: string): boolean {
  let from = 0;
  for (const segment of segments) {
    if (typeof segment !== "string") continue;
    const at = line.indexOf(segment, from);
    if (at < 0) return false;
    from = at + segment.length;
  }
  return true;
}

function only(line: string, place: number): Row {
  const row = new Uint8Array(line.length + 1);
  row[place] = 1;
  return row;
}

/** By segment: where it can begin so that the rest of the line can be read; behind the last, the line's end. */
function backwards(segments: readonly Segment[], line: string, empty: boolean): readonly Row[] {
  const rows = [only(line, line.length)];
  for (const segment of segments.toReversed()) {
    const next = rows.at(-1) ?? only(line, line.length);
    const row = new Uint8Array(line.length + 1);
    if (typeof segment === "string") {
      for (const at of placesOf(segment, line)) row[at] = next[at + segment.length] ?? 0;
    } else {
      let more = 0;
      for (let at = line.length; at >= 0; at -= 1) {
        if (at < line.length && !allowed(segment.takes, line.charCodeAt(at))) more = 0;
        const here = next[at] ?? 0;
        row[at] = more | (mayBeNothing(segment.takes, empty) ? here : 0);
        more |= here;
      }
    }
    rows.push(row);
  }
  return rows.toReversed();
}

/** Where the segment can end, by where it can begin. */
function forwards(segment: Segment, line: string, begins: Row, empty: boolean): Row {
  const row = new Uint8Array(line.length + 1);
  if (typeof segment === "string") {
    for (const at of placesOf(segment, line)) row[at + segment.length] = begins[at] ?? 0;
    return row;
  }
  let open = 0;
  for (let at = 0; at <= line.length; at += 1) {
    const here = begins[at] ?? 0;
    row[at] = open | (mayBeNothing(segment.takes, empty) ? here : 0);
    open = at < line.length && allowed(segment.takes, line.charCodeAt(at)) ? open | here : 0;
  }
  return row;
}

function placesOf(text: string, line: string): readonly number[] {
  const places: number[] = [];
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1)) places.push(at);
  return places;
}

function both(a: Row, b: Row): Row {
  return a.map((value, at) => value & (b[at] ?? 0));
}

/** The one place; null: there are more. */
function soleOf(row: Row): number | null {
  const first = row.indexOf(1);
  return row.includes(1, first + 1) ? null : first;
}

const mayBeNothing = (takes: Takes, empty: boolean): boolean => empty || takes === "any";

const [SPACE, QUOTE, MINUS, ZERO, NINE] = [32, 34, 45, 48, 57];

function allowed(takes: Takes, code: number): boolean {
  if (takes === "any") return true;
  if (takes === "word") return code > SPACE && code !== QUOTE;
  return code === MINUS || (code >= ZERO && code <= NINE);
}
