/** How long each span did something that no child of it covers, whether anybody waited for that or not. O(n). */
import { childrenAt, type TraceTree } from "../tree.ts";

/** By row, in nanoseconds: the span's length without the union of its children's, as far as they lie inside. */
export function selfTimes(tree: TraceTree): Float64Array {
  const self = new Float64Array(tree.trace.length);
  for (let row = 0; row < self.length; row++) {
    const [from, to] = [tree.start[row] ?? 0, tree.end[row] ?? 0];
    let covered = 0;
    let until = from;
    // Children are sorted by start, so one sweep unites them.
    for (const child of childrenAt(tree, row)) {
      const begin = Math.max(tree.start[child] ?? 0, until);
      const end = Math.min(tree.end[child] ?? 0, to);
      if (end <= begin) continue;
      covered += end - begin;
      until = end;
    }
    self[row] = to - from - covered;
  }
  return self;
}
