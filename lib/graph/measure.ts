/** Small readings of one observation that merge, fold and lens share. */

import type { NodeKey } from "./id.ts";
import { nodeId, UNKNOWN, unknownId } from "./id.ts";
import type { EdgeObservation, Endpoint, RequestCount } from "./observation.ts";

/** The node an end of a call is drawn at: its workload; without one the service it asked for; a host; or unknown. */
export function keyOf(end: Endpoint): NodeKey {
  const { cluster, namespace, workload, app, service, external } = end;
  if (external !== null) return { kind: "external", cluster, namespace: UNKNOWN, name: external };
  if (namespace !== null && workload !== null) return { kind: "workload", cluster, namespace, name: workload };
  const serviceNamespace = end.serviceNamespace ?? namespace;
  if (serviceNamespace !== null && service !== null) {
    return { kind: "service", cluster, namespace: serviceNamespace, name: service };
  }
  if (namespace !== null && app !== null) return { kind: "app", cluster, namespace, name: app };
  return { kind: "unknown", cluster, namespace: UNKNOWN, name: UNKNOWN };
}

/** Id of `keyOf(end)`, computed once an endpoint object: adapters share the objects among observations. */
export function endpointIds(): (end: Endpoint) => string {
  const known = new Map<Endpoint, string>();
  return (end) => {
    let id = known.get(end);
    if (id === undefined) {
      const key = keyOf(end);
      id = key.kind === "unknown" ? unknownId(key.cluster) : nodeId(key);
      known.set(end, id);
    }
    return id;
  };
}

export function requestRate(requests: readonly RequestCount[]): number {
  let sum = 0;
  for (const request of requests) sum += request.rate;
  return sum;
}

/** gRPC messages of both directions. */
export function messageRate({ messages }: Pick<EdgeObservation, "messages">): number {
  return messages === null ? 0 : messages.sent + messages.received;
}

/** How much an observation weighs beside another of the same protocol: requests, else bytes and connections. */
export function weightOf(o: Pick<EdgeObservation, "requests" | "bytes" | "connections" | "messages">): number {
  const requests = requestRate(o.requests);
  if (requests > 0) return requests;
  const bytes = o.bytes === null ? 0 : o.bytes.sent + o.bytes.received;
  const connections = o.connections === null ? 0 : o.connections.opened + o.connections.failed;
  return bytes + connections + messageRate(o);
}

/** Did anything flow? An open connection is enough. */
export function isLive(o: EdgeObservation): boolean {
  return weightOf(o) > 0 || (o.connections !== null && ((o.connections.open ?? 0) > 0 || o.connections.closed > 0));
}
