/** What of a graph is drawn, by a look: which nodes and edges, which of them step back, and what stands beside them. */
import type { Matches } from "#lib/graph/find/evaluate.ts";
import { withoutHubs } from "#lib/graph/hubs.ts";
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import { inducedGraph, neighbourhood, troubleAndNeighbours } from "#lib/graph/neighbourhood.ts";
import { rankNodes } from "#lib/graph/rank.ts";
import { knownSameIds } from "#lib/graph/same-ids.ts";
import { withDrawnEdges } from "./drawn-edges.ts";
import type { Finding } from "./finder.ts";
import type { Look } from "./look.ts";
import type { Traced } from "./tracer.ts";

export interface Shown {
  /** All of the answer that can be drawn: whose calls make up a node's own numbers. */
  readonly whole: Graph;
  /** Whose places count: what of the graph is laid out. Edges that a look leaves out are in it, so that nothing moves when they are drawn. */
  readonly placed: Graph;
  readonly graph: Graph;
  /** Which nodes step back; null: none. */
  readonly dimmed: ((id: string) => boolean) | null;
  /** Rank by node; null: not asked for. */
  readonly ranks: ReadonlyMap<string, number> | null;
  /** How many hubs each node is connected to that are badges now; null: none. */
  readonly hubCallers: ReadonlyMap<string, number> | null;
  /** Ids of those hubs. */
  readonly hubs: readonly string[];
  /** The focused node and what is near it; null where nothing is focused, or it isn't there. */
  readonly near: ReadonlyMap<string, number> | null;
  /** What somebody looks for; null: nothing. */
  readonly found: Matches | null;
  /** Where the trace went that is drawn; null: none is. */
  readonly traced: Traced | null;
}

/** Nothing is looked for, nothing is left out. */
const NOTHING: Pick<Finding, "found" | "hidden"> = { found: null, hidden: { nodes: new Set(), edges: new Set() } };

/**
 * The graph's edges whose ends are both there: all, unless an answer contradicts itself. `before`: one of which that holds. An edge's
 * id names its ends, so it holds of what has the same ids.
 */
function drawable(graph: Graph, before: Graph | undefined): Graph {
  const { nodes, edges } = graph;
  if (before !== undefined && knownSameIds(before.nodes, nodes) && knownSameIds(before.edges, edges)) return graph;
  const ids = new Set(nodes.map(({ id }) => id));
  const has = ({ source, target }: GraphEdge) => ids.has(source) && ids.has(target);
  return edges.every(has) ? graph : { ...graph, edges: edges.filter(has) };
}

/** O(nodes + edges); for the default look nothing is copied. `before`: what was shown of the answer before, if anything was. */
export function showGraph(
  answer: Graph,
  look: Look,
  finding: Pick<Finding, "found" | "hidden"> = NOTHING,
  traced: Traced | null = null,
  before: Shown | null = null,
): Shown {
  const whole = drawable(answer, before?.whole);
  let placed = whole;
  // Of the whole: what isn't drawn is still there to be ranked against.
  const ranks = look.rank === "off" ? null : rankNodes(whole, look.rank);
  let near: ReadonlyMap<string, number> | null = null;
  const { focus } = look;
  if (focus !== null && placed.nodes.some(({ id }) => id === focus)) {
    near = neighbourhood(placed.edges, focus, look.steps, look.side);
    if (look.rest === "hide") placed = inducedGraph(placed, near);
  }
  if (look.show === "trouble") placed = inducedGraph(placed, troubleAndNeighbours(placed));
  const apart = look.hubs === "badges" ? withoutHubs(placed) : null;
  if (apart !== null) placed = apart.graph;
  const graph = without(withDrawnEdges(placed, look), finding.hidden);
  return {
    whole,
    placed,
    graph,
    dimmed: near === null || look.rest === "hide" ? null : notIn(near),
    ranks,
    hubCallers: apart?.callers ?? null,
    hubs: apart?.hubs ?? [],
    near,
    found: finding.found,
    traced,
  };
}

const notIn = (ids: ReadonlyMap<string, number>) => (id: string) => !ids.has(id);

/** Hidden nodes take their edges along; nothing moves, for what is laid out stays whole. */
function without(graph: Graph, { nodes, edges }: Matches): Graph {
  if (nodes.size === 0 && edges.size === 0) return graph;
  return {
    ...graph,
    nodes: graph.nodes.filter(({ id }) => !nodes.has(id)),
    edges: graph.edges.filter((edge) => !edges.has(edge.id) && !nodes.has(edge.source) && !nodes.has(edge.target)),
  };
}
