/** `edges=all`: edges that are silent now and carried something within the last hour. Pure. */
import { compareIds } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { silent } from "#lib/graph/silent.ts";

type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/**
 * The live view plus what only the hour's has. An added edge carries zeros, because nothing flowed within the window;
 * an added end is idle. Who was seen alive keeps its own state.
 */
export function withIdleEdges(live: Elements, hour: Elements): Elements {
  const known = new Set(live.edges.map((edge) => edge.id));
  const added = hour.edges.filter((edge) => !known.has(edge.id)).map(silent);
  if (added.length === 0) return live;
  const present = new Set(live.nodes.map((node) => node.id));
  const ends = new Set(added.flatMap((edge) => [edge.source, edge.target]));
  const nodes = hour.nodes
    .filter((node) => ends.has(node.id) && !present.has(node.id))
    .map((node): GraphNode => ({ ...node, health: "idle" }));
  return { nodes: [...live.nodes, ...nodes].sort(byId), edges: [...live.edges, ...added].sort(byId) };
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => compareIds(a.id, b.id);
