/** What goes when an expression is hidden: its matches, and what is left without a place to stand. */
import type { Marks } from "./evaluate.ts";
import type { GraphIndex } from "./graph-index.ts";

/**
 * As Kiali does: with a node go its edges; a node all of whose edges are matched goes too, unless it is idle, which is shown
 * on purpose. A node that merely loses its neighbours stays. O(nodes + edges).
 */
export function hiddenBy(matches: Marks, index: GraphIndex): Marks {
  const { source, target } = index.ends();
  const count = index.graph.nodes.length;
  const kept = new Uint8Array(count);
  const touched = new Uint8Array(count);
  source.forEach((from, at) => {
    const list = matches.edges[at] === 1 ? touched : kept;
    for (const end of [from, target[at] ?? -1]) if (end >= 0) list[end] = 1;
  });
  const nodes = matches.nodes.map((matched, at) => {
    const lost = touched[at] === 1 && kept[at] === 0 && index.graph.nodes[at]?.health !== "idle";
    return matched === 1 || lost ? 1 : 0;
  });
  const edges = matches.edges.map((matched, at) => {
    const ends = [source[at] ?? -1, target[at] ?? -1];
    return matched === 1 || ends.some((end) => nodes[end] === 1) ? 1 : 0;
  });
  return { nodes, edges };
}
