/** Nodes so many others touch that their edges hide all else. Pure. */
import type { Graph } from "./model.ts";
import { peersOf } from "./peers.ts";

type Elements = Pick<Graph, "nodes" | "edges">;

/** Of the other nodes. */
const HUB_SHARE = 0.3;
/** In a small graph everything touches a third of the rest, and its edges can be followed. */
const FEWEST_NODES = 20;

/** Ids of nodes that touch over 30 % of the others, in the order of the nodes; none in a graph of under 20. O(nodes + edges). */
export function hubsOf(graph: Elements): readonly string[] {
  const { nodes } = graph;
  if (nodes.length < FEWEST_NODES) return [];
  const touched = peersOf(graph.edges, "both");
  const least = HUB_SHARE * (nodes.length - 1);
  return nodes.filter(({ id }) => (touched.get(id)?.size ?? 0) > least).map(({ id }) => id);
}

/** A graph whose hubs are said beside their callers. */
export interface WithoutHubs {
  readonly graph: Graph;
  /** Ids of hubs that aren't drawn. */
  readonly hubs: readonly string[];
  /** How many of them each node calls or is called by. */
  readonly callers: ReadonlyMap<string, number>;
}

/** Takes the hubs out, but for those in trouble: a badge must not hide what fails, nor what a call fails at. */
export function withoutHubs(graph: Graph): WithoutHubs {
  const bad = (of: { readonly health: string }) => of.health === "degraded" || of.health === "failing";
  const troubled = new Set(graph.nodes.filter(bad).map(({ id }) => id));
  for (const edge of graph.edges) {
    if (!bad(edge)) continue;
    troubled.add(edge.source);
    troubled.add(edge.target);
  }
  const hubs = hubsOf(graph).filter((id) => !troubled.has(id));
  if (hubs.length === 0) return { graph, hubs, callers: new Map() };
  const gone = new Set(hubs);
  const seen = new Map<string, Set<string>>();
  for (const { source, target } of graph.edges) {
    for (const [id, hub] of [
      [source, target],
      [target, source],
    ] as const) {
      if (!gone.has(hub) || gone.has(id)) continue;
      seen.set(id, (seen.get(id) ?? new Set()).add(hub));
    }
  }
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.filter(({ id }) => !gone.has(id)),
      edges: graph.edges.filter(({ source, target }) => !gone.has(source) && !gone.has(target)),
    },
    hubs,
    callers: new Map([...seen].map(([id, set]) => [id, set.size])),
  };
}
