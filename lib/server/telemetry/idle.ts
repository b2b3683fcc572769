/** `edges=all`: edges that are silent now and carried something within the last hour. Pure. */
import { compareIds } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode, Outcomes } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";

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

function silent(edge: GraphEdge): GraphEdge {
  const counted = edge.protocol !== "tcp";
  const { id, source, target, protocol, mesh, layer, observer } = edge;
  return {
    ...{ id, source, target, protocol, mesh, layer, observer },
    observers: {},
    rate: counted ? perSecond(0) : null,
    requests: counted ? 0 : null,
    errorRate: counted ? perSecond(0) : null,
    outcomes: counted ? NOTHING : null,
    codes: {},
    flags: {},
    hosts: {},
    latency: null,
    latencyMissing: counted ? "no-samples" : "tcp",
    mtls: null,
    mtlsBasis: "unknown",
    health: "idle",
  };
}

const zero = perSecond(0);
const NOTHING: Outcomes = {
  ok: zero,
  client: zero,
  policy: zero,
  neverArrived: zero,
  server: zero,
  injected: zero,
  cancelled: zero,
};

const byId = (a: { readonly id: string }, b: { readonly id: string }) => compareIds(a.id, b.id);
