/** An edge that is known and carries nothing. */
import { perSecond } from "#lib/units.ts";
import type { GraphEdge, Outcomes } from "./model.ts";
import { outcomesOf } from "./outcome.ts";

/** The edge with zeros for what is counted: nothing flowed within the window. What nobody measured stays unknown. */
export function silent(edge: GraphEdge): GraphEdge {
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

const NOTHING: Outcomes = outcomesOf(() => 0);
