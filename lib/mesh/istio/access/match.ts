/**
 * One line against a format. Callers write parts of a line themselves and Envoy quotes nothing there, so all ways to read the line are
 * followed at once, and a value counts where it is the same in each: the true way is always among them. Time grows with the format's
 * length times how often what stands between its values is in the line.
 */
import type { Field, Segment, Takes } from "./format.ts";

/** By operator; null: it can't be told what of the line is its. The whole is null where the line isn't of this format. */
export type Match = ReadonlyMap<string, string | null> | null;

/** Places in the line, in order. */
type Places = readonly number[];

/** A value and what stands behind it. */
interface Piece {
  readonly field: Field;
  readonly literal: string;
  /** Letters that it has at least. */
  readonly least: 0 | 1;
}

/** `empty`: what isn't there is written as nothing, instead of `-`. */
export function matchLine(segments: readonly Segment[], line: string, empty = false): Match {
  const { lead, pieces } = piecesOf(segments, empty);
  if (!line.startsWith(lead)) return null;
  if (pieces.length === 0) return line === lead ? new Map() : null;
  const look = looker(line);
  const begins: Places[] = [[lead.length]];
  const ends: Places[] = [];
  for (const [index, piece] of pieces.entries()) {
    const candidates = index === pieces.length - 1 ? lastOf(piece.literal, line) : look.places(piece.literal);
    const found = endsOf(piece, begins[index] ?? [], candidates, look);
    if (found.length === 0) return null;
    ends.push(found);
    begins.push(found.map((end) => end + piece.literal.length));
  }
  const values = new Map<string, string | null>();
  let from: Places | null = null;
  for (const [index, piece] of [...pieces.entries()].toReversed()) {
    // Of the ends, those from which the rest can be read; of the beginnings, those that lead to one of them.
    const to: Places = from === null ? (ends[index] ?? []) : kept(ends[index] ?? [], piece.literal.length, from);
    from = beginningsOf(piece, begins[index] ?? [], to, look);
    const [begin, end] = [from.length === 1 ? from[0] : undefined, to.length === 1 ? to[0] : undefined];
    const value = begin === undefined || end === undefined ? null : line.slice(begin, end);
    const { operator } = piece.field;
    // An operator may stand in it twice.
    values.set(operator, values.has(operator) && values.get(operator) !== value ? null : value);
  }
  return values;
}

function piecesOf(
  segments: readonly Segment[],
  empty: boolean,
): { readonly lead: string; readonly pieces: readonly Piece[] } {
  const [first] = segments;
  const pieces = segments.flatMap((field, index): Piece[] => {
    if (typeof field === "string") return [];
    const next = segments[index + 1];
    return [{ field, literal: typeof next === "string" ? next : "", least: empty || field.takes === "any" ? 0 : 1 }];
  });
  return { lead: typeof first === "string" ? first : "", pieces };
}

const lastOf = (literal: string, line: string): Places =>
  line.endsWith(literal) ? [line.length - literal.length] : [];

/** Of the places where what stands behind is, those up to which the value can go from one of its beginnings. */
function endsOf({ field: { takes }, least }: Piece, begins: Places, candidates: Places, look: Looker): Places {
  const ends: number[] = [];
  let at = -1;
  for (const end of candidates) {
    while (at + 1 < begins.length && (begins[at + 1] ?? 0) <= end - least) at += 1;
    const nearest = begins[at];
    if (nearest !== undefined && nearest > look.badBefore(takes, end)) ends.push(end);
  }
  return ends;
}

function beginningsOf({ field: { takes }, least }: Piece, begins: Places, ends: Places, look: Looker): Places {
  let at = 0;
  return begins.filter((begin) => {
    while (at < ends.length && (ends[at] ?? 0) < begin + least) at += 1;
    const nearest = ends[at];
    return nearest !== undefined && begin > look.badBefore(takes, nearest);
  });
}

/** Ends behind which, after so many letters, one of these beginnings is. */
function kept(ends: Places, letters: number, begins: Places): Places {
  const there = new Set(begins);
  return ends.filter((end) => there.has(end + letters));
}

interface Looker {
  readonly places: (literal: string) => Places;
  /** The last letter before `end` that such a value can't have; -1: none. */
  readonly badBefore: (takes: Takes, end: number) => number;
}

/** What is asked of one line again and again, found once. */
function looker(line: string): Looker {
  const found = new Map<string, Places>();
  const bad = new Map<Takes, Int32Array>();
  return {
    places(literal) {
      const known = found.get(literal);
      if (known !== undefined) return known;
      const places: number[] = [];
      for (let at = line.indexOf(literal); at >= 0; at = line.indexOf(literal, at + 1)) {
        places.push(at);
        if (literal === "" && at === line.length) break;
      }
      found.set(literal, places);
      return places;
    },
    badBefore(takes, end) {
      if (takes === "any") return -1;
      const known = bad.get(takes) ?? badOf(takes, line);
      bad.set(takes, known);
      return known[end] ?? -1;
    },
  };
}

function badOf(takes: Exclude<Takes, "any">, line: string): Int32Array {
  const last = new Int32Array(line.length + 1);
  let at = -1;
  for (let index = 0; index < line.length; index += 1) {
    last[index] = at;
    if (!allowed(takes, line.charCodeAt(index))) at = index;
  }
  last[line.length] = at;
  return last;
}

const [SPACE, QUOTE, MINUS, ZERO, NINE] = [32, 34, 45, 48, 57];

function allowed(takes: Exclude<Takes, "any">, code: number): boolean {
  if (takes === "word") return code > SPACE && code !== QUOTE;
  return code === MINUS || (code >= ZERO && code <= NINE);
}
