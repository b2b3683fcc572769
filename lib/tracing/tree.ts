/**
 * Any set of spans as a tree, without loss: every row has one place, and where the spans contradict each other (lost
 * parents, cycles, doubled ids, clocks that disagree) it is placed as well as can be and says why. Pure; O(n log n).
 */
import type { Trace, Warning } from "./model.ts";
import { parentsOf } from "./parents.ts";
import { correctSkew } from "./skew.ts";
import { atOnce, type Steps } from "./steps.ts";
import { type Times, timesOf } from "./times.ts";

export interface TraceTree {
  readonly trace: Trace;
  /** Row of the parent as it is drawn; -1 for roots. */
  readonly parent: Int32Array;
  /** Children of row r by start: `child[childStart[r]]` up to `child[childStart[r + 1]]`. */
  readonly childStart: Uint32Array;
  readonly child: Uint32Array;
  readonly depth: Uint32Array;
  /** Rows as a timeline lists them: parents before children, siblings by start. */
  readonly order: Uint32Array;
  /** By row: how many rows its subtree has, itself included. They follow it in `order`. */
  readonly size: Uint32Array;
  readonly roots: readonly number[];
  /** The root that stands for the trace; -1 where there is no span at all. */
  readonly main: number;
  /** Nanoseconds after the trace's base, clocks corrected; `end` is never before `start`. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Nanoseconds by which a span was moved because its clock disagrees with its caller's; mostly 0. */
  readonly shift: Float64Array;
  /** From the first to the last instant of all spans that aren't far away from the others. */
  readonly from: number;
  readonly to: number;
  /** Those of the trace, then those of the tree. */
  readonly warnings: readonly Warning[];
}

export interface TreeOptions {
  /** Spans after it lie in the future. */
  readonly nowNs: bigint;
  /** Move spans whose clock disagrees with their caller's? */
  readonly skew: boolean;
}

export function buildTree(trace: Trace, options: TreeOptions): TraceTree {
  return atOnce(treeSteps(trace, options));
}

/** The same in steps: a pass over all rows is the longest. */
export function* treeSteps(trace: Trace, { nowNs, skew }: TreeOptions): Steps<TraceTree> {
  const warnings: Warning[] = [...trace.warnings];
  const warn = (row: number, code: Warning["code"], detail: string) => void warnings.push({ row, code, detail });
  const parent = yield* parentsOf(trace, warn);
  const times = timesOf(trace, nowNs, warn);
  yield;
  const children = childrenOf(parent, times.start);
  yield;
  const top = rootsOf(parent);
  const shift = skew
    ? correctSkew(trace, { parent, ...children, roots: top }, times, warn)
    : new Float64Array(trace.length);
  yield;
  const { start, end } = moved(times, shift);
  const { childStart, child } = shift.some((ns) => ns !== 0) ? childrenOf(parent, start) : children;
  const roots = [...top].sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0) || a - b);
  const { order, depth, size } = walk(roots, childStart, child, trace.length);
  yield;
  sayRoots(trace, roots, warn);
  const { from, to } = extent(start, end, times.far);
  const main = mainOf(trace, roots, start, end, times.far);
  return { trace, parent, childStart, child, depth, order, size, roots, main, start, end, shift, from, to, warnings };
}

/** Rows without a parent, in their order. */
function rootsOf(parent: Int32Array): number[] {
  const roots: number[] = [];
  for (let row = 0; row < parent.length; row++) if (parent[row] === -1) roots.push(row);
  return roots;
}

function childrenOf(parent: Int32Array, start: Float64Array): { childStart: Uint32Array; child: Uint32Array } {
  const length = parent.length;
  const childStart = new Uint32Array(length + 1);
  for (const row of parent) if (row >= 0) childStart[row + 1] = (childStart[row + 1] ?? 0) + 1;
  for (let row = 0; row < length; row++) childStart[row + 1] = (childStart[row + 1] ?? 0) + (childStart[row] ?? 0);
  const child = new Uint32Array(childStart[length] ?? 0);
  const next = childStart.slice();
  for (let row = 0; row < length; row++) {
    const above = parent[row] ?? -1;
    if (above < 0) continue;
    const at = next[above] ?? 0;
    child[at] = row;
    next[above] = at + 1;
  }
  const byStart = (a: number, b: number) => (start[a] ?? 0) - (start[b] ?? 0) || a - b;
  for (let row = 0; row < length; row++) {
    const [from, to] = [childStart[row] ?? 0, childStart[row + 1] ?? 0];
    if (to - from > 1) child.subarray(from, to).sort(byStart);
  }
  return { childStart, child };
}

function moved(times: Times, shift: Float64Array): { start: Float64Array; end: Float64Array } {
  const start = times.start.map((at, row) => at + (shift[row] ?? 0));
  return { start, end: start.map((at, row) => at + (times.length[row] ?? 0)) };
}

/** Depth first, without recursion: a chain of 100,000 spans is no deeper than any other. */
function walk(roots: readonly number[], childStart: Uint32Array, child: Uint32Array, length: number) {
  const order = new Uint32Array(length);
  const depth = new Uint32Array(length);
  const size = new Uint32Array(length).fill(1);
  const parents = new Int32Array(length).fill(-1);
  const stack = [...roots].reverse();
  let placed = 0;
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    order[placed] = row;
    placed += 1;
    for (let i = (childStart[row + 1] ?? 0) - 1; i >= (childStart[row] ?? 0); i--) {
      const below = child[i] ?? 0;
      depth[below] = (depth[row] ?? 0) + 1;
      parents[below] = row;
      stack.push(below);
    }
  }
  for (let i = placed - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const above = parents[row] ?? -1;
    if (above >= 0) size[above] = (size[above] ?? 0) + (size[row] ?? 0);
  }
  return { order, depth, size };
}

function sayRoots(trace: Trace, roots: readonly number[], warn: Warn): void {
  if (roots.length > 1)
    warn(-1, "several-roots", `${roots.length} spans have no caller in this trace. Spans between them may be missing.`);
  if (trace.length > 0 && roots.every((row) => trace.parentId[row] !== ""))
    warn(-1, "no-root", "The span that began this trace is missing: it was not sent, not kept, or has not come yet.");
}

function extent(start: Float64Array, end: Float64Array, far: Uint8Array): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < start.length; row++) {
    if (far[row]) continue;
    from = Math.min(from, start[row] ?? from);
    to = Math.max(to, end[row] ?? to);
  }
  return to < from ? { from: 0, to: 0 } : { from, to };
}

/** The longest of those that began the trace; where none of them is there, or none took any time, the longest of all roots. */
function mainOf(
  trace: Trace,
  roots: readonly number[],
  start: Float64Array,
  end: Float64Array,
  far: Uint8Array,
): number {
  const length = (row: number) => (end[row] ?? 0) - (start[row] ?? 0);
  const near = roots.filter((row) => !far[row]);
  const known = near.length > 0 ? near : roots;
  const real = known.filter((row) => trace.parentId[row] === "" && length(row) > 0);
  return (real.length > 0 ? real : known).reduce(
    (best, row) => (best < 0 || length(row) > length(best) ? row : best),
    -1,
  );
}

export type Warn = (row: number, code: Warning["code"], detail: string) => void;

/** Rows of the children of a row. */
export function childrenAt(tree: Pick<TraceTree, "childStart" | "child">, row: number): Uint32Array {
  return tree.child.subarray(tree.childStart[row] ?? 0, tree.childStart[row + 1] ?? 0);
}
