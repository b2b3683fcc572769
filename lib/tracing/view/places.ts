/**
 * A trace as sums by place of the mesh: what each node of the graph did in it, and who called whom between two of them, so
 * that a hundred thousand spans are as much as the map has marks. Pure; O(n log n).
 */
import { arrivalsOf } from "./arrivals.ts";
import { keysOf } from "./keys.ts";
import type { TracePicture } from "./picture.ts";

/** One span that a sum is made of. */
export interface SpanOf {
  /** Its name in addresses (keys.ts). */
  readonly key: string;
  readonly name: string;
  /** Its length, nanoseconds. */
  readonly ns: number;
  readonly failed: boolean;
}

/** What was done in one place. */
export interface PlaceSum {
  readonly spans: number;
  readonly failed: number;
  /** Nanoseconds that its spans spent in themselves: what runs at once counts for each. */
  readonly selfNs: number;
  /** Failed ones first, then those that took longest; at most `MOST_SPANS`. */
  readonly first: readonly SpanOf[];
}

/** Calls from one place to another. */
export interface CallSum {
  /** A client's span is one call, however often it was tried. */
  readonly calls: number;
  /** Tries that arrived at the other place. */
  readonly attempts: number;
  readonly failed: number;
  /** Sum of the calls' lengths in nanoseconds, as their caller saw them. */
  readonly ns: number;
  readonly first: readonly SpanOf[];
}

export interface TracePlaces {
  /** By id of the graph's node. */
  readonly nodes: readonly { readonly id: string; readonly sum: PlaceSum }[];
  readonly calls: readonly { readonly source: string; readonly target: string; readonly sum: CallSum }[];
  /** Spans whose tags don't tell where they were made. */
  readonly unplaced: number;
}

export const MOST_SPANS = 5;

type Columns = Pick<
  TracePicture,
  "length" | "order" | "parent" | "kind" | "failed" | "self" | "start" | "end" | "spanIds" | "name" | "names"
>;

/** Calls while they are counted: by row of the call, how many tries of it arrived. */
interface Called {
  readonly source: string;
  readonly target: string;
  readonly tries: Map<number, number>;
}

/** A trace, and what its spans are called in addresses. */
interface Named {
  readonly picture: Columns;
  readonly keyAt: (row: number) => string;
}

/** `nodes`: by row the node of the graph where the span was made, null where nothing tells. */
export function placesOf(picture: Columns, nodes: readonly (string | null)[]): TracePlaces {
  const rows = new Map<string, number[]>();
  const called = new Map<string, Called>();
  let unplaced = 0;
  for (const row of picture.order) {
    const node = nodes[row] ?? null;
    if (node === null) {
      unplaced += 1;
      continue;
    }
    const held = rows.get(node);
    if (held === undefined) rows.set(node, [row]);
    else held.push(row);
  }
  for (const { call, source, target } of arrivalsOf(picture, nodes).arrivals) {
    if (source === null) continue;
    const pair = `${source}>${target}`;
    const calls = called.get(pair) ?? { source, target, tries: new Map<number, number>() };
    called.set(pair, calls);
    calls.tries.set(call, (calls.tries.get(call) ?? 0) + 1);
  }
  const named: Named = { picture, keyAt: keysOf(picture.spanIds) };
  return {
    nodes: [...rows].map(([id, own]) => ({ id, sum: placeSum(named, own) })),
    calls: [...called.values()].map(({ source, target, tries }) => ({ source, target, sum: callSum(named, tries) })),
    unplaced,
  };
}

const lengthOf = ({ start, end }: Columns, row: number): number => (end[row] ?? 0) - (start[row] ?? 0);

const sumOf = (rows: readonly number[], value: (row: number) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

function placeSum(of: Named, rows: readonly number[]): PlaceSum {
  const { picture } = of;
  return {
    spans: rows.length,
    failed: sumOf(rows, (row) => picture.failed[row] ?? 0),
    selfNs: sumOf(rows, (row) => picture.self[row] ?? 0),
    first: firstOf(of, rows),
  };
}

function callSum(of: Named, tries: ReadonlyMap<number, number>): CallSum {
  const { picture } = of;
  const rows = [...tries.keys()];
  return {
    calls: rows.length,
    attempts: sumOf(rows, (row) => tries.get(row) ?? 0),
    failed: sumOf(rows, (row) => picture.failed[row] ?? 0),
    ns: sumOf(rows, (row) => lengthOf(picture, row)),
    first: firstOf(of, rows),
  };
}

function firstOf({ picture, keyAt }: Named, rows: readonly number[]): readonly SpanOf[] {
  const failed = (row: number) => picture.failed[row] ?? 0;
  return rows
    .toSorted((a, b) => failed(b) - failed(a) || lengthOf(picture, b) - lengthOf(picture, a) || a - b)
    .slice(0, MOST_SPANS)
    .map((row) => ({
      key: keyAt(row),
      name: picture.names[picture.name[row] ?? -1] ?? "",
      ns: lengthOf(picture, row),
      failed: failed(row) === 1,
    }));
}

const joined = (a: readonly SpanOf[], b: readonly SpanOf[]): readonly SpanOf[] =>
  [...a, ...b].sort((x, y) => Number(y.failed) - Number(x.failed) || y.ns - x.ns).slice(0, MOST_SPANS);

/** Two places that one mark stands for. */
export function addPlaces(a: PlaceSum, b: PlaceSum): PlaceSum {
  return {
    spans: a.spans + b.spans,
    failed: a.failed + b.failed,
    selfNs: a.selfNs + b.selfNs,
    first: joined(a.first, b.first),
  };
}

/** Calls between two pairs of places that one edge stands for. */
export function addCalls(a: CallSum, b: CallSum): CallSum {
  return {
    calls: a.calls + b.calls,
    attempts: a.attempts + b.attempts,
    failed: a.failed + b.failed,
    ns: a.ns + b.ns,
    first: joined(a.first, b.first),
  };
}
