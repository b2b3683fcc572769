/** Who is how far from a node along the calls. Pure. */
import type { Graph, GraphEdge } from "./model.ts";

type Edges = readonly Pick<GraphEdge, "source" | "target">[];

/** `up` follows calls back to callers, `down` on to what is called, `both` each by itself: a caller's other callees are not near. */
export type Reach = "both" | "up" | "down";

function walk(
  start: string,
  next: ReadonlyMap<string, readonly string[]>,
  steps: number,
  into: Map<string, number>,
): void {
  let ring: readonly string[] = [start];
  const seen = new Set(ring);
  for (let step = 1; step <= steps && ring.length > 0; step++) {
    const outer: string[] = [];
    for (const id of ring) {
      for (const other of next.get(id) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        outer.push(other);
        if ((into.get(other) ?? Number.POSITIVE_INFINITY) > step) into.set(other, step);
      }
    }
    ring = outer;
  }
}

function ends(edges: Edges, from: "source" | "target"): ReadonlyMap<string, readonly string[]> {
  const to = from === "source" ? "target" : "source";
  const lists = new Map<string, string[]>();
  for (const edge of edges) {
    const list = lists.get(edge[from]);
    if (list === undefined) lists.set(edge[from], [edge[to]]);
    else list.push(edge[to]);
  }
  return lists;
}

/** Steps to each node within `steps` of `id`, itself with 0. O(nodes + edges). */
export function neighbourhood(edges: Edges, id: string, steps: number, reach: Reach): ReadonlyMap<string, number> {
  const near = new Map<string, number>([[id, 0]]);
  if (reach !== "down") walk(id, ends(edges, "target"), steps, near);
  if (reach !== "up") walk(id, ends(edges, "source"), steps, near);
  return near;
}

/** Ids of what is degraded or failing, by itself or by one of its calls, and of what lies one call from that. */
export function troubleAndNeighbours({ nodes, edges }: Pick<Graph, "nodes" | "edges">): ReadonlySet<string> {
  const bad = (of: { readonly health: string }) => of.health === "degraded" || of.health === "failing";
  const core = new Set(nodes.filter(bad).map(({ id }) => id));
  for (const edge of edges) {
    if (!bad(edge)) continue;
    core.add(edge.source);
    core.add(edge.target);
  }
  const near = new Set(core);
  for (const { source, target } of edges) {
    if (core.has(source)) near.add(target);
    if (core.has(target)) near.add(source);
  }
  return near;
}

/** The part of a graph between these nodes. The graph itself where that is all of it. */
export function inducedGraph(graph: Graph, ids: { has(id: string): boolean }): Graph {
  const nodes = graph.nodes.filter(({ id }) => ids.has(id));
  if (nodes.length === graph.nodes.length) return graph;
  const edges = graph.edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
  return { ...graph, nodes, edges };
}
