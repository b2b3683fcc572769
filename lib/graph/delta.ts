/**
 * Steps between graphs: whole objects that changed, and ids that went. applying `diffGraphs(before, after)` to `before` gives
 * `after`, order included, because nodes and edges are always in the order of their ids.
 */
import { compareIds } from "./id.ts";
import type { Graph, GraphDelta, GraphEdge, GraphNode } from "./model.ts";
import { replaced } from "./same-ids.ts";

type Identified = { readonly id: string };
type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** Are two JSON values equal? Key order doesn't matter; absent and undefined are the same. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

function diffList<T extends Identified>(
  before: readonly T[],
  after: readonly T[],
): { changed: T[]; removed: string[] } {
  const old = new Map(before.map((item) => [item.id, item]));
  const changed: T[] = [];
  for (const item of after) {
    const known = old.get(item.id);
    if (known === undefined || !same(known, item)) changed.push(item);
    old.delete(item.id);
  }
  return { changed, removed: [...old.keys()].sort(compareIds) };
}

/** What to send so that a holder of `before` has `after`. Cost: linear in both. */
export function diffGraphs(before: Elements, after: Elements): Pick<GraphDelta, "removed" | "nodes" | "edges"> {
  const nodes = diffList(before.nodes, after.nodes);
  const edges = diffList(before.edges, after.edges);
  return { removed: { nodes: nodes.removed, edges: edges.removed }, nodes: nodes.changed, edges: edges.changed };
}

function applyList<T extends Identified>(
  list: readonly T[],
  removed: readonly string[],
  changed: readonly T[],
): readonly T[] {
  if (removed.length === 0 && changed.length === 0) return list;
  const same = removed.length === 0 ? replaced(list, changed) : null;
  if (same !== null) return same;
  const gone = new Set(removed);
  const fresh = new Map(changed.map((item) => [item.id, item]));
  const kept: T[] = [];
  for (const item of list) {
    const replacement = fresh.get(item.id);
    if (replacement !== undefined) fresh.delete(item.id);
    if (!gone.has(item.id)) kept.push(replacement ?? item);
  }
  if (fresh.size === 0) return kept;
  return [...kept, ...fresh.values()].sort((a, b) => compareIds(a.id, b.id));
}

/** The graph after a step. Objects that didn't change keep their identity. Sources and lens stay: they travel apart. */
export function applyDelta(graph: Graph, delta: GraphDelta): Graph {
  return {
    ...graph,
    at: delta.at,
    window: delta.window,
    latencyAt: delta.latencyAt,
    configurationAt: delta.configurationAt,
    ...(delta.compared === undefined ? {} : { compared: delta.compared }),
    nodes: applyList(graph.nodes, delta.removed.nodes, delta.nodes),
    edges: applyList(graph.edges, delta.removed.edges, delta.edges),
  };
}
