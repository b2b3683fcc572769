/** What a node or an edge is drawn as: the graph's words as codes of the scene. */
import type { GraphEdge, GraphNode, HealthState } from "#lib/graph/model.ts";
import { LOCKS, MARK_STATES, type MarkState, NODE_BITS, SHAPES, type Shape } from "#lib/layout/scene.ts";

function shapeName(node: GraphNode): Shape {
  switch (node.kind) {
    case "external":
    case "unknown":
    case "restricted":
    case "service":
    case "operation":
      return node.kind;
    case "namespace":
    case "cluster":
      return "group";
    default:
      return node.dataplane === "gateway" || node.dataplane === "waypoint" ? node.dataplane : "workload";
  }
}

export function shapeOf(node: GraphNode): number {
  return SHAPES.indexOf(shapeName(node));
}

const codeOf = (state: MarkState) => MARK_STATES.indexOf(state);

/** Unknown health is "no data": drawn hatched, never as healthy. */
const STATES: Readonly<Record<HealthState, number>> = {
  healthy: codeOf("healthy"),
  degraded: codeOf("degraded"),
  failing: codeOf("failing"),
  idle: codeOf("idle"),
  unknown: codeOf("nodata"),
};

export function stateOf(of: { readonly health: HealthState }): number {
  return STATES[of.health];
}

/** Marks of a group are larger: they stand for many; those of an operation smaller: nothing runs there. */
export function radiusOf(node: GraphNode): number {
  if (node.kind === "operation") return 12;
  return node.kind === "namespace" || node.kind === "cluster" ? 24 : 17;
}

export function bitsOf(node: GraphNode): number {
  return (
    (node.badges.includes("unmeshed") || node.badges.includes("partly-unmeshed") ? NODE_BITS.unmeshed : 0) |
    (node.badges.includes("outside") ? NODE_BITS.outside : 0) |
    (node.badges.includes("partial-coverage") ? NODE_BITS.partialCoverage : 0) |
    (node.goneAt === undefined ? 0 : NODE_BITS.gone)
  );
}

/** A share that rounds to all or nothing at three digits is said as that: single requests at a window's edge don't flicker. */
const NEARLY = 0.0005;

export function lockOf({ mtls }: GraphEdge): number {
  if (mtls === null) return LOCKS.indexOf("unknown");
  if (mtls >= 1 - NEARLY) return LOCKS.indexOf("mtls");
  return LOCKS.indexOf(mtls <= NEARLY ? "plain" : "partial");
}

export function bytesOf({ bytesPerSecond }: GraphEdge): number {
  return bytesPerSecond === undefined ? Number.NaN : bytesPerSecond.sent + bytesPerSecond.received;
}

export function errorShareOf({ rate, errorRate }: Pick<GraphEdge, "rate" | "errorRate">): number {
  return rate === null || errorRate === null || rate <= 0 ? Number.NaN : errorRate / rate;
}
