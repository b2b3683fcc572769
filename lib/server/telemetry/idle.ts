/** `edges=all`: edges that are silent now and carried something within the last hour. Pure. */
import { compareIds } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { silent } from "#lib/graph/silent.ts";

type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

interface Known {
  /** Was all of this cluster's telemetry read for the window? */
  readonly whole: (cluster: string) => boolean;
  readonly past: boolean;
}

/**
 * The live view plus what only the hour's has. An added edge carries zeros, because nothing flowed within the window;
 * an added end is idle (in the past unknown). Who was seen alive keeps its own state. Where a cluster's telemetry could
 * not be read, nothing is added: what nobody measured isn't zero.
 */
export function withIdleEdges(live: Elements, hour: Elements, { whole, past }: Known): Elements {
  const known = new Set(live.edges.map((edge) => edge.id));
  const clusters = new Map(hour.nodes.map(({ id, cluster }) => [id, cluster]));
  const measured = ({ source, target }: GraphEdge) => [source, target].every((id) => whole(clusters.get(id) ?? ""));
  const added = hour.edges.filter((edge) => !known.has(edge.id) && measured(edge)).map(silent);
  if (added.length === 0) return live;
  const present = new Set(live.nodes.map((node) => node.id));
  const ends = new Set(added.flatMap((edge) => [edge.source, edge.target]));
  const nodes = hour.nodes
    .filter((node) => ends.has(node.id) && !present.has(node.id))
    .map((node): GraphNode => ({ ...node, health: past ? "unknown" : "idle" }));
  return { nodes: [...live.nodes, ...nodes].sort(byId), edges: [...live.edges, ...added].sort(byId) };
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => compareIds(a.id, b.id);
