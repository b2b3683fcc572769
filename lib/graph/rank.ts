/** How much called a node is, or how much it calls, as a place in a list. Pure. */
import type { Graph } from "./model.ts";
import { peersOf } from "./peers.ts";

/** The last place there is. */
export const LAST_RANK = 100;

/**
 * Rank of each node by how many others call it (`in`) or it calls (`out`), as Kiali ranks: 1 for the most, equal counts
 * alike, one more for the next. Where there are more than a hundred different counts they are spread evenly over 1 to 100.
 * Nodes without any have none; traffic doesn't count.
 * https://kiali.io/docs/features/topology/#traffic-graph-ranking
 */
export function rankNodes(
  { nodes, edges }: Pick<Graph, "nodes" | "edges">,
  by: "in" | "out",
): ReadonlyMap<string, number> {
  const found = peersOf(edges, by === "in" ? "target" : "source");
  const counts = nodes.flatMap(({ id }) => {
    const count = found.get(id)?.size ?? 0;
    return count > 0 ? [{ id, count }] : [];
  });
  const distinct = [...new Set(counts.map(({ count }) => count))].sort((a, b) => b - a);
  const place = new Map(distinct.map((count, at) => [count, at]));
  const scale = distinct.length > LAST_RANK ? (LAST_RANK - 1) / (distinct.length - 1) : 1;
  return new Map(counts.map(({ id, count }) => [id, 1 + Math.round((place.get(count) ?? 0) * scale)]));
}
