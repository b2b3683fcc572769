/** What a change does to a pair's calls where they arrive: the connection, then every proxy that decides who is let in. */
import type { Workload } from "#lib/inventory/model.ts";
import { fullName } from "../hosts.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import type { Reader } from "../meaning/authorization/rules.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { carriesHttp } from "../meaning/port-protocol.ts";
import { admission } from "./admission.ts";
import type { ObservedCall } from "./calls.ts";
import { connection, type Wire } from "./connection.ts";
import { gatewayPoint } from "./entering.ts";
import type { Shared } from "./expected.ts";
import type { Part } from "./part.ts";
import { type Portion, portionsOf } from "./portions.ts";
import { factsAtServer } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";

export const GONE = "the labels of a workload that is gone";

export function arriving(call: ObservedCall, sides: Sides, touched: Touched, world: ImpactWorld): readonly Shared[] {
  const { target, service } = call;
  if (target.kind !== "workload" || target.cluster !== world.cluster) return [];
  const host = service === null ? null : fullName(service);
  const wires = touched.peers(target.namespace, service?.namespace ?? null) || (host !== null && touched.rules(host));
  const server = world.inventory.workloads.get(`${target.namespace}/${target.name}`);
  if (server === undefined) {
    if (!wires && !touched.admission(target.namespace)) return [];
    const why = "Whether it is refused isn’t known: the server is gone.";
    return [{ share: 1, parts: [{ verdict: "denied", known: false, by: null, why, lacks: [GONE] }] }];
  }
  const points = pointsOf(call, server, world);
  const met = points.filter(({ point }) => touched.at(point));
  if (!wires && met.length === 0) return [];
  const { wire, gone } = wireOf(call, server, world);
  return portionsOf(call).map((portion) => {
    const { parts, identified } = wires
      ? connection({ ...wire, measured: portion.measured }, sides)
      : {
          parts: [],
          identified: portion.measured === "mutual TLS" ? true : portion.measured === "plaintext" ? false : undefined,
        };
    const now = identified === true ? (portion.principal ?? undefined) : identified === false ? null : undefined;
    const principal = identified === undefined && !wires ? portion.principal : now;
    const refused = parts.some(({ verdict, known }) => verdict === "breaks" && known);
    // Who calls as somebody else is another caller to every policy, changed or not.
    const asked = principal === portion.principal ? met : points;
    const admitted = refused
      ? []
      : asked.flatMap(({ point, reader, peer }) => {
          const own = peer === undefined && point.kind !== "waypoint";
          const sent = factsAtServer(call, host, { sides, world, own });
          const facts = (who: Portion["principal"]) => ({
            ...factsOf(peer === undefined ? who : peer.principal, reader, wire),
            ...sent,
          });
          return admission({ point, reader, before: facts(portion.principal), after: facts(principal) }, sides);
        });
    return { share: portion.share, parts: [...parts.map((each) => (gone ? guessed(each) : each)), ...admitted] };
  });
}

const guessed = (part: Part): Part => ({ ...part, known: false, lacks: [...part.lacks, GONE] });

function factsOf(principal: string | null | undefined, reader: Reader, { ports }: Wire): CallFacts {
  const own = new Set(ports.map((each) => each.own));
  const [port] = own;
  return {
    ...(reader === "ztunnel" ? {} : { protocol: reader }),
    ...(principal === undefined ? {} : { principal }),
    ...(own.size === 1 && typeof port === "number" ? { port } : {}),
  };
}

interface Asked {
  readonly point: EnforcementPoint;
  readonly reader: Reader;
  /** Whom it sees in place of the caller. */
  readonly peer?: { readonly principal: string | undefined };
}

const points = new WeakMap<ImpactWorld, Map<string, readonly Asked[]>>();

/** In the order in which a call passes them; the same objects for the same server, so that what counts there is found once. */
export function pointsOf(call: ObservedCall, server: Workload, world: ImpactWorld): readonly Asked[] {
  const known = points.get(world) ?? new Map<string, readonly Asked[]>();
  points.set(world, known);
  const service = call.service === null ? "" : `${call.service.namespace}/${call.service.name}`;
  const key = `${server.namespace}/${server.name} ${call.protocol} ${call.viaWaypoint ? service : ""}`;
  const found = known.get(key) ?? makePoints(call, server, world);
  known.set(key, found);
  return found;
}

function makePoints(call: ObservedCall, server: Workload, world: ImpactWorld): readonly Asked[] {
  const { namespace, labels, dataplane } = server;
  const reader = call.protocol === "tcp" ? "tcp" : "http";
  if (dataplane === "sidecar") return [{ point: { kind: "sidecar", namespace, labels }, reader }];
  if (dataplane === "gateway") return [{ point: gatewayPoint(server), reader }];
  if (dataplane !== "ambient") return [];
  const ztunnel = { point: { kind: "ztunnel", namespace, labels }, reader: "ztunnel" } as const;
  const { service } = call;
  const place = call.viaWaypoint && service !== null ? waypointOf(service, world) : null;
  if (service === null || place === null) return [ztunnel];
  const point = {
    kind: "waypoint",
    namespace: place.namespace,
    gateway: place.name,
    services: [service],
    entries: [],
  } as const;
  return [
    { point, reader },
    { ...ztunnel, peer: { principal: identityOf(place, call, world) } },
  ];
}

/** The waypoint's own identity: its pods run as one account, of the callers' trust domain. */
function identityOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { callers }: ObservedCall,
  { inventory }: ImpactWorld,
): string | undefined {
  const [account, ...more] = inventory.workloads.get(`${namespace}/${name}`)?.serviceAccounts ?? [];
  if (account === undefined || more.length > 0) return undefined;
  const [caller = "cluster.local/"] = callers.keys();
  return `${caller.replace(/^spiffe:\/\//, "").split("/", 1)[0]}/ns/${namespace}/sa/${account}`;
}

/** What a call's connection is decided by. `gone`: the caller's labels aren't known any more. */
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
  return {
    gone,
    wire: {
      client: !own ? (source.kind === "unknown" ? "outside" : "as measured") : clientOf(known, source.namespace),
      measured: "unknown",
      to: service === null ? null : { host: fullName(service), namespace: service.namespace },
      endpoint: { namespace, labels, dataplane },
      ports: portsOf(call, world),
    },
  };
}

function clientOf(known: Workload | undefined, namespace: string): Wire["client"] {
  if (known === undefined) return { namespace, labels: {} };
  if (known.dataplane === "none") return "outside";
  // ztunnel follows no DestinationRule; what a waypoint sends isn't worked out.
  if (known.dataplane === "ambient" || known.dataplane === "waypoint") return "as measured";
  return { namespace, labels: known.labels };
}

/** Ports of the Service that carry what was seen; where the workload's port is known, those that lead there. */
export function portsOf({ service, protocol, request }: ObservedCall, { inventory }: ImpactWorld): Wire["ports"] {
  const found = service === null ? undefined : inventory.services.get(`${service.namespace}/${service.name}`);
  const wanted = protocol !== "tcp";
  const ports = (found?.ports ?? [])
    .filter((port) => (carriesHttp(port) ?? wanted) === wanted)
    .map(({ port, targetPort = port }) => ({ port, own: typeof targetPort === "number" ? targetPort : null }));
  const fitting = ports.filter(({ own }) => own === null || own === request?.port);
  return request?.port === undefined || fitting.length === 0 ? ports : fitting;
}
