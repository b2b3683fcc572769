/** Which edges a look draws: by protocol, by what ambient's proxies saw, and by how they are. Nodes and places stay. */
import { connectionHealth } from "#lib/graph/health.ts";
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import { ALL_PROTOCOLS, type Look } from "./look.ts";

type Choice = Pick<Look, "protocols" | "ambient" | "lines">;

/** The graph without the edges that the look leaves out; the graph itself where it leaves out none. O(edges). */
export function withDrawnEdges(graph: Graph, look: Choice): Graph {
  const { protocols, ambient, lines } = look;
  if (protocols.length === ALL_PROTOCOLS.length && ambient === "total" && lines === "all") return graph;
  const wanted = new Set(protocols);
  const edges = graph.edges.flatMap((edge) => {
    const seen = ambient === "total" ? edge : seenBy(edge, ambient);
    if (seen === null || !wanted.has(seen.protocol)) return [];
    return lines === "none" || (lines === "unhealthy" && seen.health === "healthy") ? [] : seen;
  });
  return { ...graph, edges };
}

/**
 * An edge as some of ambient's proxies saw it; null where none of them did. What sidecars and gateways report is no ambient
 * traffic and stays, and so does what other meshes tell. Observers are never added: without the waypoints' word, a call is the connections that ztunnels carried.
 */
function seenBy(edge: GraphEdge, ambient: Exclude<Look["ambient"], "total">): GraphEdge | null {
  const { source, destination, waypoint, ztunnel } = edge.observers;
  if (edge.observer === "source" || edge.observer === "destination" || edge.observer === "extension") return edge;
  if (edge.observer === "waypoint" && ambient === "waypoint") return edge;
  if (ztunnel !== undefined && ambient === "ztunnel")
    return edge.observer === "ztunnel" ? edge : carried(edge, ztunnel);
  // Known and silent: nothing says who would have seen it.
  const unseen = source === undefined && destination === undefined && waypoint === undefined && ztunnel === undefined;
  return unseen ? edge : null;
}

/** The connections below a call, in its place. */
function carried(edge: GraphEdge, ztunnel: NonNullable<GraphEdge["observers"]["ztunnel"]>): GraphEdge {
  const { bytesPerSecond, connections, flags = {} } = ztunnel;
  const {
    messagesPerSecond: _,
    streaming: __,
    newborn: ___,
    limit: ____,
    before: _____,
    change: ______,
    ...rest
  } = edge;
  return {
    ...rest,
    ...{ protocol: "tcp", layer: "l4", observer: "ztunnel", flags, codes: {}, hosts: {} },
    ...{ rate: null, requests: null, errorRate: null, outcomes: null, latency: null, latencyMissing: "tcp" },
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(connections === undefined ? {} : { connections }),
    health: connectionHealth({
      opened: connections?.openedPerSecond ?? 0,
      failed: connections?.failedPerSecond ?? 0,
      open: connections?.open ?? null,
      bytes: (bytesPerSecond?.sent ?? 0) + (bytesPerSecond?.received ?? 0),
    }),
  };
}
