/** What the connection of a pair's calls is decided by. */
import type { Workload } from "#lib/inventory/model.ts";
import { fullName } from "../hosts.ts";
import { carriedBy, carriesHttp, isTcp } from "../meaning/port-protocol.ts";
import type { ObservedCall } from "./calls.ts";
import type { Wire } from "./connection.ts";
import { barePods, proxied, withPast } from "./past.ts";
import type { ImpactWorld } from "./sides.ts";

export const GONE = "the labels of a workload that is gone";

/** `gone`: the caller's labels aren't known any more. */
export function wireOf(
  call: ObservedCall,
  server: Workload,
  world: ImpactWorld,
): { readonly wire: Wire; readonly gone: boolean } {
  const { source, service } = call;
  const known = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
  const own = source.kind === "workload" && source.cluster === world.cluster;
  const gone = own && known === undefined;
  const { namespace, labels, dataplane } = server;
  const bare = own && known !== undefined ? barePods(known) : [];
  const { ports, past } = withPast(portsOf(call, world), server, call);
  return {
    gone,
    wire: {
      client: !own
        ? source.kind === "unknown"
          ? "outside"
          : "as measured"
        : clientOf(known && proxied(known), source.namespace),
      ...(bare.length === 0 ? {} : { also: { client: "outside", which: bare } }),
      measured: "unknown",
      to: service === null ? null : { host: fullName(service), namespace: service.namespace },
      endpoint: { namespace, labels, dataplane, past },
      ports,
    },
  };
}

/** What a workload's own proxy sends by. */
export function clientOf(known: Workload | undefined, namespace: string): Wire["client"] {
  if (known === undefined) return { namespace, labels: {} };
  if (known.dataplane === "none") return "outside";
  // ztunnel follows no DestinationRule; what a waypoint sends isn't worked out.
  if (known.dataplane === "ambient" || known.dataplane === "waypoint") return "as measured";
  return { namespace, labels: known.labels };
}

/**
 * Ports of the Service that carry what was seen; where the workload's port is known, those that lead there. A ztunnel counts
 * connections, whatever they carry.
 */
export function portsOf(call: ObservedCall, { inventory }: ImpactWorld): Wire["ports"] {
  const { service, protocol, request } = call;
  const found = service === null ? undefined : inventory.services.get(`${service.namespace}/${service.name}`);
  const wanted = protocol !== "tcp";
  // Of a caller without a proxy the server's ztunnel counts.
  const counts = call.sent === undefined ? [call.source, call.target] : [call.source];
  const blind = !wanted && !call.viaWaypoint && counts.some((end) => isAmbient(end, inventory));
  const ports = (found?.ports ?? [])
    .filter((port) => isTcp(port) && (blind || (carriesHttp(port) ?? wanted) === wanted))
    .map((port) => {
      const { targetPort = port.port } = port;
      return { port: port.port, own: typeof targetPort === "number" ? targetPort : null, carried: carriedBy(port) };
    });
  const fitting = ports.filter(({ own }) => own === null || own === request?.port);
  return request?.port === undefined || fitting.length === 0 ? ports : fitting;
}

function isAmbient({ namespace, name }: ObservedCall["source"], { workloads }: ImpactWorld["inventory"]): boolean {
  const found = workloads.get(`${namespace}/${name}`);
  return found !== undefined && proxied(found).dataplane === "ambient";
}
