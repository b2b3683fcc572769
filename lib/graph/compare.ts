/**
 * Two windows as one graph: what is new, what is gone, and each edge's numbers of then beside those of now. What a window
 * doesn't tell of is called neither new nor gone. docs/numbers.md, "Comparing".
 */

import { FEW_REQUESTS } from "#lib/format.ts";
import { bytesPerSecond, perSecond, type Seconds } from "#lib/units.ts";
import { compareIds } from "./id.ts";
import type { Change, EdgeBefore, GraphEdge, GraphNode } from "./model.ts";
import { silent } from "./silent.ts";

type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** One side of a comparison. */
export interface Side {
  readonly elements: Elements;
  /** The effective window: how many requests or connections the rates rest on. */
  readonly window: Seconds;
  /** Was all telemetry of this cluster read for this window? What a failed read would have told isn't silence. */
  readonly told: (cluster: string) => boolean;
}

/** The union of both. Cost: linear, but for the sort. */
export function compareGraphs(now: Side, before: Side): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const known = (cluster: string) => now.told(cluster) && before.told(cluster);
  const clusters = new Map([...before.elements.nodes, ...now.elements.nodes].map(({ id, cluster }) => [id, cluster]));
  const knownEdge = ({ source, target }: GraphEdge) => [source, target].every((id) => known(clusters.get(id) ?? ""));

  const then = byId(before.elements.edges);
  const edges: GraphEdge[] = [];
  for (const edge of now.elements.edges) {
    const old = then.get(edge.id);
    then.delete(edge.id);
    edges.push(edgeChange(edge, old, knownEdge(edge), now.window, before.window));
  }
  for (const old of then.values()) {
    if (carries(old) && knownEdge(old)) edges.push(edgeChange(stopped(old), old, true, now.window, before.window));
  }

  const gone = byId(before.elements.nodes);
  const nodes: GraphNode[] = now.elements.nodes.map((node) => {
    const change: Change = gone.delete(node.id) ? "same" : "new";
    return known(node.cluster) ? { ...node, change } : node;
  });
  for (const node of gone.values()) {
    if (known(node.cluster)) nodes.push(departed(node));
  }
  return { nodes: nodes.sort(inOrder), edges: edges.sort(inOrder) };
}

/** Did anything flow on it within its window? */
const carries = ({ health }: GraphEdge) => health !== "idle";

function edgeChange(
  edge: GraphEdge,
  old: GraphEdge | undefined,
  known: boolean,
  window: Seconds,
  windowThen: Seconds,
): GraphEdge {
  const then = old !== undefined && carries(old) ? old : undefined;
  const before = then === undefined ? {} : { before: beforeOf(then) };
  if (!known) return { ...edge, ...before };
  const flows = carries(edge) && edge.change !== "gone";
  const change: Change = flows === (then !== undefined) ? "same" : flows ? "new" : "gone";
  const counts = [
    ...(flows ? [countOf(edge, window)] : []),
    ...(then === undefined ? [] : [countOf(then, windowThen)]),
  ];
  // A difference of so few may be chance (docs/numbers.md 20).
  const few = counts.some((count) => count < FEW_REQUESTS);
  return { ...edge, change, ...before, ...(few ? { tooFew: true as const } : {}) };
}

/** How many requests, or connections, its numbers rest on. */
function countOf({ requests, connections }: GraphEdge, window: Seconds): number {
  if (requests !== null) return requests;
  // A reporter may count a failed connection as opened too (docs/numbers.md 8).
  return connections === undefined ? 0 : Math.max(connections.openedPerSecond, connections.failedPerSecond) * window;
}

function beforeOf(edge: GraphEdge): EdgeBefore {
  const { rate, requests, errorRate, outcomes, latency, mtls, health, connections, bytesPerSecond: bytes } = edge;
  return {
    ...{ rate, requests, errorRate, outcomes, latency, mtls, health },
    ...(connections === undefined ? {} : { connections }),
    ...(bytes === undefined ? {} : { bytesPerSecond: bytes }),
  };
}

/** Traffic that stopped is a finding, not idle: how the edge is now can't be said. */
function stopped(old: GraphEdge): GraphEdge {
  const none = perSecond(0);
  return {
    ...silent(old),
    ...(old.bytesPerSecond === undefined
      ? {}
      : { bytesPerSecond: { sent: bytesPerSecond(0), received: bytesPerSecond(0) } }),
    ...(old.connections === undefined
      ? {}
      : { connections: { openedPerSecond: none, closedPerSecond: none, failedPerSecond: none, open: null } }),
    ...(old.half === undefined ? {} : { half: old.half }),
    health: "unknown",
    change: "gone",
  };
}

/** A node of then, without what was true of it then alone. */
function departed(node: GraphNode): GraphNode {
  const { coverage: _, internal: __, goneAt: ___, badgeCounts: ____, ...rest } = node;
  return { ...rest, health: "unknown", change: "gone" };
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.id, item]));
}

const inOrder = (a: { readonly id: string }, b: { readonly id: string }) => compareIds(a.id, b.id);
