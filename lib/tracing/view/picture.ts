/**
 * A trace as a page draws it: columns by row without the attributes, made in a worker and handed over whole. Times are
 * nanoseconds after `tree.from`, so that they are small; the exact instants are asked for span by span. Pure; O(n log n).
 */
import { type CriticalPath, criticalPath, pathSelfTimes } from "../analysis/critical-path.ts";
import { retryGroups } from "../analysis/retries.ts";
import { selfTimes } from "../analysis/self-time.ts";
import { hasFailed, type Trace, textAt } from "../model.ts";
import type { TraceTree } from "../tree.ts";
import { type Minimap, minimapOf } from "./minimap.ts";
import { rankServices } from "./services.ts";

export interface TracePicture {
  /** Number of spans. */
  readonly length: number;
  /** As in TraceTree: rows as they are listed, and by row depth, size of the subtree, and parent (-1: none). */
  readonly order: Uint32Array;
  readonly depth: Uint32Array;
  readonly size: Uint32Array;
  readonly parent: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** By how many nanoseconds a span was moved because clocks disagree. */
  readonly shift: Float64Array;
  /** Index in services and names. */
  readonly service: Uint32Array;
  readonly name: Uint32Array;
  /** The services that fill most of the time come first. */
  readonly services: readonly string[];
  readonly names: readonly string[];
  /** 16 digits a row; blanks where a span has none. */
  readonly spanIds: string;
  /** Index in KINDS. */
  readonly kind: Uint8Array;
  /** 1: the span has failed. */
  readonly failed: Uint8Array;
  /** How many warnings a span has, up to 255. */
  readonly warned: Uint8Array;
  /** Time without the union of its children's; and what of the critical path it spends in itself. */
  readonly self: Float64Array;
  readonly onPath: Float64Array;
  /** Stretches of the critical path, by row: those of row r are `pathStart[r]` up to `pathStart[r + 1]`. */
  readonly pathStart: Uint32Array;
  readonly pathFrom: Float64Array;
  readonly pathTo: Float64Array;
  /** Of spans that are attempts of one call: which one, from 1, and of how many; 0 for all others. */
  readonly attempt: Uint16Array;
  readonly attempts: Uint16Array;
  /** How many attempts the call of this row took; 0 for all others. */
  readonly tried: Uint16Array;
  /** Whole length, and the row that stands for the trace (-1 without spans). */
  readonly totalNs: number;
  readonly main: number;
  readonly minimap: Minimap;
}

const MANY = 0xffff;

export function pictureOf(tree: TraceTree, spanIds: string): TracePicture {
  const { trace, from } = tree;
  const path = criticalPath(tree);
  const { services, service } = rankServices(tree);
  const failed = Uint8Array.from({ length: trace.length }, (_, row) => (hasFailed(trace, row) ? 1 : 0));
  const start = tree.start.map((at) => at - from);
  const end = tree.end.map((at) => at - from);
  const totalNs = tree.to - from;
  return {
    ...{ length: trace.length, order: tree.order, depth: tree.depth, size: tree.size, parent: tree.parent },
    ...{ start, end, shift: tree.shift, service, services, spanIds, kind: trace.kind, failed },
    ...namesOf(trace),
    warned: warnedOf(tree),
    self: selfTimes(tree),
    onPath: pathSelfTimes(tree, path),
    ...pathByRow(path, trace.length, from),
    ...attemptsOf(tree),
    ...{ totalNs, main: tree.main },
    minimap: minimapOf({ order: tree.order, start, end, service, failed, totalNs }),
  };
}

/** Buffers that a worker hands over instead of copying them. */
export function buffersOf(picture: TracePicture): ArrayBuffer[] {
  const columns = [...Object.values(picture), picture.minimap.cells].filter((value) => ArrayBuffer.isView(value));
  return [...new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))];
}

function namesOf(trace: Trace): { name: Uint32Array; names: string[] } {
  const known = new Map<number, number>();
  const names: string[] = [];
  const name = trace.name.map((pooled) => {
    const at = known.get(pooled) ?? names.length;
    if (at === names.length) {
      known.set(pooled, at);
      names.push(textAt(trace, pooled));
    }
    return at;
  });
  return { name, names };
}

function warnedOf({ trace, warnings }: TraceTree): Uint8Array {
  const warned = new Uint8Array(trace.length);
  for (const { row } of warnings) if (row >= 0) warned[row] = Math.min(255, (warned[row] ?? 0) + 1);
  return warned;
}

/** Stretches sorted by row, each row's by time. */
function pathByRow(path: CriticalPath, length: number, from: number) {
  const pathStart = new Uint32Array(length + 1);
  for (const row of path.row) pathStart[row + 1] = (pathStart[row + 1] ?? 0) + 1;
  for (let row = 0; row < length; row++) pathStart[row + 1] = (pathStart[row + 1] ?? 0) + (pathStart[row] ?? 0);
  const next = pathStart.slice();
  const pathFrom = new Float64Array(path.row.length);
  const pathTo = new Float64Array(path.row.length);
  path.row.forEach((row, i) => {
    const at = next[row] ?? 0;
    pathFrom[at] = (path.from[i] ?? 0) - from;
    pathTo[at] = (path.to[i] ?? 0) - from;
    next[row] = at + 1;
  });
  return { pathStart, pathFrom, pathTo };
}

function attemptsOf(tree: TraceTree) {
  const attempt = new Uint16Array(tree.trace.length);
  const attempts = new Uint16Array(tree.trace.length);
  const tried = new Uint16Array(tree.trace.length);
  for (const { caller, attempts: rows } of retryGroups(tree)) {
    const many = Math.min(MANY, rows.length);
    rows.forEach((row, i) => {
      attempt[row] = Math.min(MANY, i + 1);
      attempts[row] = many;
    });
    tried[caller] = Math.max(many, tried[caller] ?? 0);
  }
  return { attempt, attempts, tried };
}
