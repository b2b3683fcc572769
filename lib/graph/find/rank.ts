/** How much called a node is, as a place in a list. */

/** The last place there is. */
export const LAST_RANK = 100;

/**
 * Rank of each node by the number of edges that end at it, as Kiali counts it: 1 for the most called, the same for equals,
 * one more for the next. Where there are more than a hundred different counts they are spread evenly over 1 to 100. A loop
 * counts as an edge; traffic doesn't count. `targets`: by edge, the index of the node it ends at; those that are no node's
 * are left out. O(nodes + edges), but for the sort of the different counts.
 */
export function rankNodes(nodes: number, targets: Iterable<number>): Int32Array {
  const inbound = new Int32Array(nodes);
  for (const target of targets) if (target >= 0 && target < nodes) inbound[target] = (inbound[target] ?? 0) + 1;
  const counts = [...new Set(inbound)].sort((a, b) => b - a);
  const places = new Map(counts.map((count, at) => [count, placeOf(at, counts.length)]));
  return inbound.map((count) => places.get(count) ?? LAST_RANK);
}

function placeOf(at: number, of: number): number {
  return of <= LAST_RANK ? at + 1 : Math.floor((at * (LAST_RANK - 1)) / (of - 1)) + 1;
}
