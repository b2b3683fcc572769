/**
 * The critical path: what the end of a span waited for, at every instant. Walking back from the end, it goes into the child
 * that ended last, from its start into the one that had ended last by then, and so on; what no such child covers is the
 * span's own time. Children that run on after their caller's end, or beside a later one, delay nobody and aren't on it.
 *
 * The segments lie inside the root, follow each other without gap or overlap, and so sum to its length, exactly: all are
 * whole nanoseconds under 2^53. O(n log n) in the spans visited, without recursion.
 */
import type { TraceTree } from "../tree.ts";
import { childrenAt } from "../tree.ts";

/** Column i: from `from[i]` to `to[i]` (nanoseconds after the trace's base) the end waited for span `row[i]` itself. By time. */
export interface CriticalPath {
  readonly root: number;
  readonly row: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

interface Frame {
  readonly row: number;
  readonly from: number;
  /** Children by clipped end, the last first. */
  readonly children: readonly number[];
  readonly limit: number;
  /** Up to here the path is known. */
  cursor: number;
  next: number;
}

/** The path of the whole trace, or of what lies under one span. Empty for a trace without spans. */
export function criticalPath(tree: TraceTree, root: number = tree.main): CriticalPath {
  const rows: number[] = [];
  const froms: number[] = [];
  const tos: number[] = [];
  const own = (row: number, from: number, to: number): void => {
    if (to <= from) return;
    rows.push(row);
    froms.push(from);
    tos.push(to);
  };
  const stack: Frame[] = root < 0 ? [] : [frame(tree, root, tree.start[root] ?? 0, tree.end[root] ?? 0)];
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    const child = at.children[at.next];
    if (child === undefined) {
      own(at.row, at.from, at.cursor);
      stack.pop();
      continue;
    }
    at.next += 1;
    const to = Math.min(tree.end[child] ?? 0, at.limit);
    const from = Math.max(tree.start[child] ?? 0, at.from);
    if (to > at.cursor || from >= to) continue;
    own(at.row, to, at.cursor);
    at.cursor = from;
    stack.push(frame(tree, child, from, to));
  }
  return {
    root,
    row: Uint32Array.from(rows.reverse()),
    from: Float64Array.from(froms.reverse()),
    to: Float64Array.from(tos.reverse()),
  };
}

function frame(tree: TraceTree, row: number, from: number, to: number): Frame {
  const end = (child: number): number => Math.min(tree.end[child] ?? 0, to);
  const begin = (child: number): number => tree.start[child] ?? 0;
  const children = Array.from(childrenAt(tree, row)).filter((child) => begin(child) < to && end(child) > from);
  // Of two that end together the longer one; then by row, so that the path is the same everywhere.
  if (children.length > 1) children.sort((a, b) => end(b) - end(a) || begin(a) - begin(b) || a - b);
  return { row, from, children, limit: to, cursor: to, next: 0 };
}

/** By row: how long the path stays in the span itself, in nanoseconds. */
export function pathSelfTimes(tree: TraceTree, path: CriticalPath): Float64Array {
  const self = new Float64Array(tree.trace.length);
  for (let i = 0; i < path.row.length; i++) {
    const row = path.row[i] ?? 0;
    self[row] = (self[row] ?? 0) + (path.to[i] ?? 0) - (path.from[i] ?? 0);
  }
  return self;
}
