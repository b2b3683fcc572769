/** What a change does to a pair's calls where they arrive: the connection, then every proxy that decides who is let in. */
import type { Workload } from "#lib/inventory/model.ts";
import { fullName } from "../hosts.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import type { Reader } from "../meaning/authorization/rules.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { admission } from "./admission.ts";
import { sentAway, unreported } from "./beyond.ts";
import type { ObservedCall } from "./calls.ts";
import { connection, type Wire } from "./connection.ts";
import type { Shared } from "./expected.ts";
import { uncounted } from "./origin.ts";
import type { Part } from "./part.ts";
import { passing, turnOf } from "./passage.ts";
import { enforced, kindsOpen, proxied, unless } from "./past.ts";
import { type Portion, portionsOf } from "./portions.ts";
import { factsAtServer } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { serverPoint, waypointIdentity, waypointPoint } from "./stops.ts";
import type { Touched } from "./touched.ts";
import { crossingOf } from "./waypoints.ts";
import { GONE, wireOf } from "./wire.ts";

export function arriving(call: ObservedCall, sides: Sides, touched: Touched, world: ImpactWorld): readonly Shared[] {
  const { target, service } = call;
  if (target.kind !== "workload" || target.cluster !== world.cluster) {
    const parts = sentAway(call, sides, touched, world);
    return parts.length === 0 ? [] : [{ share: 1, parts }];
  }
  const host = service === null ? null : fullName(service);
  const wires = touched.peers(target.namespace, service?.namespace ?? null) || (host !== null && touched.rules(host));
  const found = world.inventory.workloads.get(`${target.namespace}/${target.name}`);
  if (found === undefined) {
    const turns = touched.enrolling.length > 0 && crossingOf(call, sides, world) !== null;
    if (!wires && !turns && !touched.admission(target.namespace)) return [];
    const why = "Whether it is refused isn’t known: the server is gone.";
    return [{ share: 1, parts: [{ verdict: "denied", known: false, by: null, why, lacks: [GONE] }] }];
  }
  const turn = touched.enrolling.length === 0 ? null : turnOf(call, found, sides, world);
  const open = kindsOpen(found);
  if (turn !== null)
    return passing(call, turn, touched.enrolling, sides, world).map((each) => ({
      ...each,
      parts: unless(each.parts, open),
    }));
  const server = proxied(found);
  const unsaid = unreported(call, server, touched);
  if (unsaid.length > 0) return [{ share: 1, parts: unsaid }];
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
          const at = point.kind === "waypoint" ? ({ at: "waypoint" } as const) : {};
          const sent = factsAtServer(call, host, { sides, world, own, ...at });
          const facts = (who: Portion["principal"]) => ({
            ...factsOf(peer === undefined ? who : peer.principal, reader, wire),
            ...sent,
          });
          const said = admission({ point, reader, before: facts(portion.principal), after: facts(principal) }, sides);
          return point.kind === "sidecar" ? enforced(said, wire) : said;
        });
    const beyond = portion.measured === "plaintext" ? uncounted(call, world) : [];
    const all = unless([...parts.map((each) => (gone ? guessed(each) : each)), ...admitted], beyond);
    return { share: portion.share, parts: unless(all, open) };
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
  const reader = call.protocol === "tcp" ? "tcp" : "http";
  const point = serverPoint(server, world);
  if (point === null) return [];
  if (point.kind !== "ztunnel") return [{ point, reader }];
  const ztunnel = { point, reader: "ztunnel" } as const;
  const { service } = call;
  const place = call.viaWaypoint && service !== null ? waypointOf(service, world) : null;
  if (service === null || place === null) return [ztunnel];
  return [
    { point: waypointPoint(place, service, world), reader },
    { ...ztunnel, peer: { principal: waypointIdentity(place, call, world, world) } },
  ];
}
