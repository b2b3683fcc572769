/**
 * What becomes of a pair's calls where the change sends them through a waypoint or past it, or takes one of the two into ambient or out of
 * it: they meet other proxies then, to whom somebody else calls. A waypoint calls as itself.
 * https://istio.io/latest/docs/ambient/usage/l4-policy/, https://istio.io/latest/docs/ambient/usage/l7-features/
 */
import type { Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { isKnown } from "../meaning/truth.ts";
import { namespaceOf } from "../routing/json.ts";
import { admissions } from "./admission.ts";
import type { ObservedCall } from "./calls.ts";
import { connection, type Wire } from "./connection.ts";
import type { Shared } from "./expected.ts";
import { isNamespace } from "./membership.ts";
import type { Part } from "./part.ts";
import { barePods, pastAll, proxied, unless } from "./past.ts";
import { portionsOf } from "./portions.ts";
import { factsAtServer } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { accountOf, stopsOf, waypointIdentity } from "./stops.ts";
import { type Crossing, clientOn, crossingOf, GATEWAY, type Place } from "./waypoints.ts";
import { clientOf, GONE, wireOf } from "./wire.ts";

interface End {
  readonly before: Workload | undefined;
  readonly after: Workload | undefined;
}

/** One pair's way, as it is and as it would be. */
export interface Turn {
  readonly crossing: Crossing;
  readonly client: End;
  readonly server: { readonly before: Workload; readonly after: Workload };
}

/** null: its way stays what it is. `server`: as it is. */
export function turnOf(call: ObservedCall, server: Workload, sides: Sides, world: ImpactWorld): Turn | null {
  const here = call.source.cluster === world.cluster;
  const client = {
    before: here ? clientOn(call, sides.before) : undefined,
    after: here ? clientOn(call, sides.after) : undefined,
  };
  const then = sides.after.inventory.workloads.get(`${server.namespace}/${server.name}`) ?? server;
  const crossing = crossingOf(call, sides, world);
  const kept = server.dataplane === then.dataplane;
  if (crossing === null && kept && client.before?.dataplane === client.after?.dataplane) return null;
  const place =
    call.viaWaypoint && call.service !== null ? waypointOf(call.service, { inventory: sides.before.inventory }) : null;
  return {
    client,
    // Of pods that turn, those without a proxy are looked at.
    server: kept ? { before: proxied(server), after: proxied(then) } : { before: server, after: then },
    crossing: crossing ?? { before: place, after: place, lacks: [] },
  };
}

const HOW = "whether the port carries requests or bytes";

/** `enrolling`: what of the change may turn ways. */
export function passing(
  call: ObservedCall,
  turn: Turn,
  enrolling: readonly Manifest[],
  sides: Sides,
  world: ImpactWorld,
): readonly Shared[] {
  const { crossing, server, client } = turn;
  const { wire, gone } = wireOf(call, server.before, world);
  const own = new Set(wire.ports.map((port) => port.own));
  const [port = null] = own.size === 1 ? own : [];
  const met: Wire = {
    ...wire,
    client: crossing.before === null ? wire.client : "as measured",
    after: { client: senderAfter(turn, wire), endpoint: { ...wire.endpoint, dataplane: server.after.dataplane } },
  };
  const which = client.before === undefined ? [] : barePods(client.before);
  const lacks = [...new Set([...crossing.lacks, ...(gone ? [GONE] : []), ...which])];
  const cause = causeOf(call, crossing, enrolling);
  const past = pastAll(wire);
  return portionsOf(call).map((portion) => {
    const { parts, identified } = connection({ ...met, measured: portion.measured }, sides);
    const refused = parts.some(({ verdict, known }) => verdict === "breaks" && known);
    const on = (which: "before" | "after", reader: "http" | "tcp") => {
      const place = crossing[which];
      const proven = which === "before" ? MEASURED[portion.measured] : identified;
      const caller = portion.principal ?? accountOf(client[which], call, world);
      const peer = place === null ? caller : waypointIdentity(place, call, sides[which], world);
      const who = { atWaypoint: caller, atServer: proven === true ? peer : proven === false ? null : undefined };
      const sentTo = (own: boolean) => factsAtServer(call, wire.to?.host ?? null, { sides, world, own });
      const sent = { atWaypoint: sentTo(false), atServer: sentTo(place === null) };
      const stops = stopsOf({ service: call.service, place, server: server[which], reader, who, port, sent }, world);
      // What comes past the sidecar isn't asked about there.
      return past === true ? stops.filter(({ point }) => point.kind !== "sidecar") : stops;
    };
    const admitted = refused
      ? []
      : either(
          readersOf(call, wire).map((reader) => admissions(on("before", reader), on("after", reader), sides)),
          HOW,
        );
    const asked = unless(admitted, isKnown(past) ? [] : past.lacks);
    return { share: portion.share, parts: [...parts, ...asked].map((part) => from(cause, guessed(part, lacks))) };
  });
}

const MEASURED = { "mutual TLS": true, plaintext: false, unknown: undefined } as const;

/** What comes to the server then. A tunnel to a sidecar is what it was, as long as both stay what they are. */
function senderAfter({ crossing, client, server }: Turn, wire: Wire): Wire["client"] {
  if (crossing.after !== null || client.after?.dataplane === "ambient") {
    const stays =
      client.before?.dataplane === client.after?.dataplane && server.before.dataplane === server.after.dataplane;
    return stays && server.after.dataplane === "sidecar" ? "as measured" : "tunnel";
  }
  return client.after === undefined ? wire.client : clientOf(proxied(client.after), client.after.namespace);
}

/** How a waypoint, or a sidecar, reads what comes: ztunnels count connections whatever they carry. */
function readersOf(call: ObservedCall, wire: Pick<Wire, "ports">): readonly ("http" | "tcp")[] {
  if (call.protocol !== "tcp") return ["http"];
  if (call.viaWaypoint) return ["tcp"];
  const kinds = new Set(
    wire.ports.map(({ carried }) => (carried === undefined || carried === "http" ? carried : "tcp")),
  );
  const [kind, another] = kinds;
  return kind === undefined || another !== undefined || kinds.size > 1 ? ["http", "tcp"] : [kind];
}

/** What happens in each case is known; what happens in some may. */
function either(cases: readonly (readonly Part[])[], lack: string): readonly Part[] {
  const [only, second] = cases;
  if (only === undefined || second === undefined) return only ?? [];
  const verdicts = new Set(cases.flat().map(({ verdict }) => verdict));
  return [...verdicts].flatMap((verdict) => {
    const own = cases.map((parts) => parts.filter((part) => part.verdict === verdict));
    const all = own.flat();
    const sure = own.every((parts) => parts.some(({ known }) => known));
    const [first] = sure ? all.filter(({ known }) => known) : all;
    if (first === undefined) return [];
    return [sure ? first : guessed({ ...first, lacks: [...new Set(all.flatMap(({ lacks }) => lacks))] }, [lack])];
  });
}

/** It may happen, depending on what is lacking. */
export function guessed(part: Part, lacks: readonly string[]): Part {
  if (lacks.length === 0) return part;
  const share = { min: 0, max: part.share?.max ?? 1 };
  return { ...part, known: false, lacks: [...new Set([...part.lacks, ...lacks])], share };
}

export const from = (cause: Manifest | null, part: Part): Part =>
  cause === null
    ? part
    : { ...part, cause, by: part.by ?? { object: cause, path: isNamespace(cause) ? ["metadata", "labels"] : [] } };

/** The changed object that turns the way. */
export function causeOf(call: ObservedCall, crossing: Crossing, enrolling: readonly Manifest[]): Manifest | null {
  const places = [crossing.after, crossing.before].flatMap((place): readonly Place[] =>
    place === null ? [] : [place],
  );
  const isGateway = (each: Manifest) =>
    manifestKindKey(each) === GATEWAY &&
    places.some(({ namespace, name }) => namespaceOf(each) === namespace && each.metadata.name === name);
  const around = [call.service?.namespace, call.target.namespace, call.source.namespace];
  return (
    enrolling.find((each) => isNamespace(each) && around.includes(each.metadata.name)) ??
    enrolling.find(isGateway) ??
    null
  );
}
