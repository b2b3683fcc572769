/** From the graph to what the layout takes. */
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import { knownSameIds } from "#lib/graph/same-ids.ts";
import type { Layout, LayoutInput } from "#lib/layout/model.ts";
import { boxesAround } from "./boxes.ts";
import type { BoxKind } from "./look.ts";

/**
 * Weight by decades of traffic, so that a drawing made a minute later has the same weights: what flows much decides where
 * "left" is, but nothing changes with every ripple.
 */
function weightOf({ rate, protocol }: GraphEdge): number {
  const value = protocol === "tcp" || rate === null ? 1 : rate;
  return 1 + [0.1, 1, 10, 100, 1000].filter((step) => value >= step).length;
}

export function layoutInput(graph: Graph, boxes: readonly BoxKind[]): LayoutInput {
  const around = boxesAround(graph, boxes);
  return {
    nodes: graph.nodes.map((node, at) => ({ id: node.id, boxes: (around[at] ?? []).map(({ id }) => id) })),
    edges: graph.edges.map((edge) => ({ source: edge.source, target: edge.target, weight: weightOf(edge) })),
  };
}

/** Whether both graphs have the same nodes in the same boxes and the same edges: then the layout holds. */
export function sameStructure(a: Graph, b: Graph): boolean {
  if (a.nodes.length !== b.nodes.length || a.edges.length !== b.edges.length || a.lens !== b.lens) return false;
  return (
    (knownSameIds(a.edges, b.edges) || a.edges.every(({ id }, at) => id === b.edges[at]?.id)) &&
    (a.nodes === b.nodes ||
      a.nodes.every((node, at) => {
        const other = b.nodes[at];
        return (
          node.id === other?.id &&
          node.namespace === other.namespace &&
          node.cluster === other.cluster &&
          node.app === other.app
        );
      }))
  );
}

/** Whether both are laid out alike; those in another order aren't compared. */
export function sameInput(a: LayoutInput, b: LayoutInput): boolean {
  if (a.nodes.length !== b.nodes.length || a.edges.length !== b.edges.length) return false;
  return (
    a.nodes.every(({ id, boxes }, at) => {
      const other = b.nodes[at];
      return (
        id === other?.id &&
        boxes.length === other.boxes.length &&
        boxes.every((box, depth) => box === other.boxes[depth])
      );
    }) &&
    a.edges.every(({ source, target, weight }, at) => {
      const other = b.edges[at];
      return source === other?.source && target === other.target && weight === other.weight;
    })
  );
}

/** Whether all that is to be drawn has a place there, in the box in which it is. */
export function covers(layout: Layout, { nodes }: LayoutInput): boolean {
  const boxes = new Map(layout.nodes.map(({ id, box }) => [id, box]));
  return nodes.every(({ id, boxes: around }) => boxes.get(id) === (around.at(-1) ?? null));
}

/** Whether something read from storage can serve as the layout before. */
export function isLayout(value: unknown): value is Layout {
  if (typeof value !== "object" || value === null) return false;
  const { nodes, boxes, links, byHand = [] } = value as Readonly<Partial<Record<keyof Layout, unknown>>>;
  const sound = (list: unknown, keys: readonly string[]) =>
    Array.isArray(list) &&
    list.every(
      (item: unknown) =>
        typeof item === "object" &&
        item !== null &&
        typeof (item as { id?: unknown }).id === "string" &&
        keys.every((key) => Number.isFinite((item as Record<string, unknown>)[key])),
    );
  const known = Array.isArray(byHand) && byHand.every((id) => typeof id === "string");
  return (
    known && Number.isFinite(links) && sound(nodes, ["x", "y"]) && sound(boxes, ["x", "y", "width", "height", "depth"])
  );
}
