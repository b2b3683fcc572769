/**
 * Whether calls that go elsewhere are let in there, with the identity that they have: every workload that may take them is asked, as it is
 * asked of calls that arrive.
 */
import type { Workload } from "#lib/inventory/model.ts";
import { pastInbound } from "../meaning/capture.ts";
import type { Meeting } from "../meaning/outbound-mtls.ts";
import { tcpPort } from "../meaning/port-protocol.ts";
import { admitted } from "./admission.ts";
import type { ObservedCall } from "./calls.ts";
import { inWords, meetings, type Wire } from "./connection.ts";
import type { Behind, End } from "./ends.ts";
import type { Part } from "./part.ts";
import { kindsOpen } from "./past.ts";
import { type Portion, portionsOf } from "./portions.ts";
import { factsAtServer } from "./request.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";
import { accountOf, serverPoint, stopsOf, waypointIdentity } from "./stops.ts";
import { waypointAt } from "./waypoints.ts";
import type { Router } from "./ways.ts";
import { clientOf } from "./wire.ts";

/** Shares (0…1) of the calls that are surely refused there. */
export interface LettingIn {
  readonly refused: Readonly<Record<"denied" | "breaks", number>>;
  /** Of some it isn't known. */
  readonly open: boolean;
  /** What refuses them. */
  readonly part: Part | null;
}

export interface Moving {
  readonly calls: readonly ObservedCall[];
  readonly client: Workload | undefined;
  /** Who sends them on. */
  readonly router: Router;
  readonly http: boolean;
}

const UNKNOWN: LettingIn = { refused: { denied: 0, breaks: 0 }, open: true, part: null };

/** Once for each destination. */
export function lettingIn(moving: Moving, sides: Sides, world: ImpactWorld): (end: End) => LettingIn {
  const known = new Map<string, LettingIn>();
  return (end) => {
    const found =
      known.get(end.key) ?? (end.to === undefined ? UNKNOWN : at(end.to, end.host ?? "", moving, sides, world));
    known.set(end.key, found);
    return found;
  };
}

function at(to: Behind, host: string, moving: Moving, sides: Sides, world: ImpactWorld): LettingIn {
  const { calls, router, client } = moving;
  const side = sides.after;
  const sender = senderOf(moving, to, side, world);
  if (sender === null) return UNKNOWN;
  const rate = calls.reduce((sum, each) => sum + each.rate, 0);
  const refused = { denied: 0, breaks: 0 };
  let [open, part]: [boolean, Part | null] = [false, null];
  for (const call of calls) {
    for (const portion of portionsOf(call)) {
      const fates = to.workloads.map((each) => {
        const server = side.inventory.workloads.get(`${each.namespace}/${each.name}`) ?? each;
        return fateAt({ to, host, server, sender, call, portion, client, router, http: moving.http }, sides, world);
      });
      const against = fates.flatMap((fate) => (typeof fate === "object" ? [fate] : []));
      const [first] = against;
      const weight = portion.share * (rate > 0 ? call.rate / rate : 1 / calls.length);
      if (first !== undefined && against.length === fates.length) {
        refused[against.every(({ verdict }) => verdict === "breaks") ? "breaks" : "denied"] += weight;
        part ??= first;
      } else if (fates.some((fate) => fate !== true)) open = true;
    }
  }
  return { refused, open, part };
}

/** null: what they meet on the way isn't worked out. */
function senderOf(
  { client, router }: Moving,
  { service }: Behind,
  side: Side,
  world: ImpactWorld,
): Wire["client"] | null {
  const next = waypointAt(service, side, world);
  if (router !== "itself" && router !== "nobody") {
    const same = next !== null && next.place.namespace === router.namespace && next.place.name === router.name;
    return next === null || same ? "tunnel" : null;
  }
  if (client === undefined || router === "nobody" || (client.dataplane === "gateway" && next !== null)) return null;
  return clientOf(client, client.namespace);
}

interface Arriving {
  readonly to: Behind;
  readonly host: string;
  readonly server: Workload;
  readonly sender: Wire["client"];
  readonly call: ObservedCall;
  readonly portion: Portion;
  readonly client: Workload | undefined;
  readonly router: Router;
  readonly http: boolean;
}

/** A part: it is refused, by what it says; undefined: not known. */
function fateAt(
  { to, host, server, sender, call, portion, client, router, http }: Arriving,
  sides: Sides,
  world: ImpactWorld,
): true | Part | undefined {
  const side = sides.after;
  const { namespace, labels, dataplane } = server;
  const port = tcpPort(to.service.ports, to.port);
  const own = port === undefined ? null : (port.targetPort ?? port.port);
  const number = typeof own === "number" ? own : null;
  const wire: Wire = {
    ...{ client: sender, measured: "unknown", endpoint: { namespace, labels, dataplane } },
    to: { host, namespace: to.service.namespace },
    ports: [{ port: to.port, own: number }],
  };
  // What passes its proxy by is let in or not by nobody.
  if (world.apart?.(server) === true) return undefined;
  if (kindsOpen(server).length > 0 || pastInbound(server, number).past !== false) return undefined;
  const met = meetings(wire, to.subset, side);
  if (!met.every(({ out, in: inbound }) => [...out.chain, ...inbound.chain].every(({ object }) => side.sees(object))))
    return undefined;
  const [connects, identified] = [agreed(met, "connects"), agreed(met, "identified")];
  if (connects === false) return refusedAt(met);
  if (connects === undefined) return undefined;
  const last = serverPoint(server, world);
  if (last === null && dataplane !== "none") return undefined;
  const caller = portion.principal ?? accountOf(client, call, world);
  const peer = router === "itself" || router === "nobody" ? caller : waypointIdentity(router, call, side, world);
  const who = identified === true ? peer : identified === false ? null : undefined;
  const sent = { atServer: factsAtServer(call, host, { sides, world, own: false }) };
  const passage = { service: null, place: null, server, reader: http ? "http" : "tcp", port: number, sent } as const;
  return admitted(stopsOf({ ...passage, who: { atWaypoint: undefined, atServer: who } }, world), side);
}

/** What holds in each case; undefined: not known. */
function agreed(met: readonly Meeting[], what: "connects" | "identified"): boolean | undefined {
  if (met.every((each) => each[what] === true)) return true;
  return met.every((each) => each[what] === false) ? false : undefined;
}

function refusedAt(met: readonly Meeting[]): Part {
  const [by] = met.flatMap(({ out, in: inbound }) => inbound.chain.at(-1) ?? out.chain.at(-1) ?? []);
  return {
    ...{ verdict: "breaks", known: true, lacks: [] },
    by: by === undefined ? null : { object: by.object, path: by.path },
    why: `The connection is refused: ${met.slice(0, 1).map(inWords).join("")}.`,
  };
}
