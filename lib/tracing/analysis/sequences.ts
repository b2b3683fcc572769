/**
 * Calls that a span makes one right after the other, though the later ones may not need the earlier ones' answers. What
 * would be saved if they ran at once is the sum of their times without the longest. Whether they may is for people to
 * judge: spans don't tell what an answer was used for. Pure.
 */
import { KINDS, nameOf, serviceOf } from "../model.ts";
import { childrenAt, type TraceTree } from "../tree.ts";
import type { CriticalPath } from "./critical-path.ts";

export interface Sequence {
  /** Who makes the calls. */
  readonly service: string;
  readonly operation: string;
  /** Names of the calls, each once, sorted. */
  readonly calls: readonly string[];
  readonly count: number;
  readonly savedNs: number;
}

const CALLS: ReadonlySet<number> = new Set([KINDS.indexOf("client"), KINDS.indexOf("producer")]);
/** A pause between two calls, as a share of the longer one, in which no answer was worked on. */
const PAUSE = 0.05;
const PAUSE_NS = 2e6;

/** Runs of calls on the path, by the span that makes them. `attempts` are no calls of their own. */
export function sequencesOf(tree: TraceTree, path: CriticalPath, attempts: ReadonlySet<number>): readonly Sequence[] {
  const onPath = new Set<number>();
  for (const row of path.row) {
    for (let at = row; at >= 0 && !onPath.has(at); at = tree.parent[at] ?? -1) onPath.add(at);
  }
  const found: Sequence[] = [];
  for (const row of onPath) {
    const calls = Array.from(childrenAt(tree, row)).filter(
      (child) => onPath.has(child) && CALLS.has(tree.trace.kind[child] ?? 0) && !attempts.has(child),
    );
    for (const run of runsOf(tree, calls)) if (run.length > 1) found.push(sequenceOf(tree, row, run));
  }
  return found;
}

function runsOf(tree: TraceTree, calls: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const call of calls) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const pause = before === undefined ? Number.POSITIVE_INFINITY : (tree.start[call] ?? 0) - (tree.end[before] ?? 0);
    const longer = before === undefined ? 0 : Math.max(lengthOf(tree, before), lengthOf(tree, call));
    if (run !== undefined && pause >= 0 && pause <= Math.max(PAUSE * longer, Math.min(PAUSE_NS, longer)))
      run.push(call);
    else runs.push([call]);
  }
  return runs;
}

function sequenceOf(tree: TraceTree, row: number, run: readonly number[]): Sequence {
  const lengths = run.map((call) => lengthOf(tree, call));
  return {
    service: serviceOf(tree.trace, row),
    operation: nameOf(tree.trace, row),
    calls: [...new Set(run.map((call) => nameOf(tree.trace, call)))].sort(),
    count: run.length,
    savedNs: lengths.reduce((sum, ns) => sum + ns, 0) - Math.max(...lengths),
  };
}

function lengthOf(tree: TraceTree, row: number): number {
  return (tree.end[row] ?? 0) - (tree.start[row] ?? 0);
}
