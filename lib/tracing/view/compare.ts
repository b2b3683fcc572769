/**
 * Two traces path by path: what both called by one chain of callers stands in one row, with its numbers in each. Pure; linear
 * in the boxes of both flame graphs.
 */
import type { Flame } from "./flame.ts";
import type { TracePicture } from "./picture.ts";

/** One trace's part of a path; times in nanoseconds. */
export interface Share {
  readonly spans: number;
  readonly failed: number;
  /** What its spans and all under them did themselves. */
  readonly width: number;
}

export interface PathRow {
  readonly depth: number;
  readonly service: string;
  readonly name: string;
  /** null: this trace has no such path. */
  readonly a: Share | null;
  readonly b: Share | null;
}

export interface Side {
  readonly picture: Pick<TracePicture, "services" | "names">;
  readonly flame: Flame;
}

interface Node {
  readonly service: string;
  readonly name: string;
  readonly depth: number;
  a: Share | null;
  b: Share | null;
  readonly children: Map<string, Node>;
}

/** Callers before callees, in the order in which the first trace has them, then what only the second has. */
export function comparePaths(a: Side, b: Side): readonly PathRow[] {
  const roots = new Map<string, Node>();
  join(roots, a, "a");
  join(roots, b, "b");
  const rows: PathRow[] = [];
  const stack = [...roots.values()].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { children, ...row } = node;
    rows.push(row);
    // One by one: a call may have more callees than a function takes arguments.
    for (const child of [...children.values()].reverse()) stack.push(child);
  }
  return rows;
}

function join(roots: Map<string, Node>, { picture, flame }: Side, side: "a" | "b"): void {
  const nodes: Node[] = [];
  for (let box = 0; box < flame.length; box++) {
    const above = nodes[flame.parent[box] ?? -1];
    const siblings = above?.children ?? roots;
    const service = picture.services[flame.service[box] ?? 0] ?? "";
    const name = picture.names[flame.name[box] ?? 0] ?? "";
    const key = JSON.stringify([service, name]);
    const depth = above === undefined ? 0 : above.depth + 1;
    const node = siblings.get(key) ?? { service, name, depth, a: null, b: null, children: new Map() };
    siblings.set(key, node);
    nodes.push(node);
    node[side] = {
      spans: flame.spans[box] ?? 0,
      failed: flame.failed[box] ?? 0,
      width: flame.width[box] ?? 0,
    };
  }
}

export const COMPARE_SORTS = ["path", "a", "b", "difference"] as const;
export type CompareSort = (typeof COMPARE_SORTS)[number];

/** By how much the second is longer; what one lacks counts as nothing of it. */
export const difference = ({ a, b }: Pick<PathRow, "a" | "b">): number => (b?.width ?? 0) - (a?.width ?? 0);

/** The largest first; differences by their size, whichever way they are. `path` is the order in which they came. */
export function sortedPaths(rows: readonly PathRow[], sort: CompareSort): readonly PathRow[] {
  if (sort === "path") return rows;
  const value = (row: PathRow) => (sort === "difference" ? Math.abs(difference(row)) : (row[sort]?.width ?? -1));
  return rows.toSorted((one, other) => value(other) - value(one));
}

/** One trace's part of every path. -1 spans: it has no such path. */
interface ShareColumns {
  readonly spans: Int32Array;
  readonly failed: Uint32Array;
  readonly width: Float64Array;
}

/** Rows as columns, so that a hundred thousand of them cross from a worker in a moment. */
export interface PathColumns {
  readonly length: number;
  /** How many paths are in one trace only. */
  readonly only: number;
  readonly depth: Uint32Array;
  /** Index in names, of the service's name and the operation's. */
  readonly service: Uint32Array;
  readonly name: Uint32Array;
  readonly names: readonly string[];
  readonly a: ShareColumns;
  readonly b: ShareColumns;
}

export function pathColumns(rows: readonly PathRow[]): PathColumns {
  const known = new Map<string, number>();
  const indexOf = (text: string) => {
    const at = known.get(text) ?? known.size;
    known.set(text, at);
    return at;
  };
  const shares = (side: "a" | "b"): ShareColumns => ({
    spans: Int32Array.from(rows, (row) => row[side]?.spans ?? -1),
    failed: Uint32Array.from(rows, (row) => row[side]?.failed ?? 0),
    width: Float64Array.from(rows, (row) => row[side]?.width ?? 0),
  });
  return {
    length: rows.length,
    only: rows.reduce((count, { a, b }) => count + (a === null || b === null ? 1 : 0), 0),
    depth: Uint32Array.from(rows, ({ depth }) => depth),
    service: Uint32Array.from(rows, ({ service }) => indexOf(service)),
    name: Uint32Array.from(rows, ({ name }) => indexOf(name)),
    names: [...known.keys()],
    ...{ a: shares("a"), b: shares("b") },
  };
}

/** One row of columns; null beyond their end. */
export function pathAt(columns: PathColumns, at: number): PathRow | null {
  if (at < 0 || at >= columns.length) return null;
  const { depth, service, name, names } = columns;
  const share = ({ spans, failed, width }: ShareColumns): Share | null =>
    (spans[at] ?? -1) < 0 ? null : { spans: spans[at] ?? 0, failed: failed[at] ?? 0, width: width[at] ?? 0 };
  return {
    depth: depth[at] ?? 0,
    service: names[service[at] ?? 0] ?? "",
    name: names[name[at] ?? 0] ?? "",
    ...{ a: share(columns.a), b: share(columns.b) },
  };
}
