/** How one service is reached by a client's sidecar, and by clients whose calls no proxy routes. */
import type { Service, ServicePort, Workload } from "#lib/inventory/model.ts";
import type { ClientPlane, RoutingAnswer } from "#lib/policy/client-routing.ts";
import { fullName } from "../../hosts.ts";
import { carriedBy } from "../port-protocol.ts";
import { byteTable } from "../routing/bytes.ts";
import { type Bytes, clash, REFUSED, takesAll as takesAllConnections } from "../routing/connection.ts";
import type { Caller } from "../routing/match.ts";
import { sidecarOf } from "../routing/scope.ts";
import { type OwnRule, tableOf } from "../routing/table.ts";
import { chosenOf, itself } from "../routing/target.ts";
import { type OutOfScope, othersFor, outboundMode } from "../routing/unknown-host.ts";
import { clientRules, connectionInWords, ignoredInWords, ruleInWords, takesAll } from "./client-words.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { hidesAfter, unsettled } from "./way.ts";

const NOTHING: Omit<RoutingAnswer, "plane" | "decides"> = {
  ...{
    waypoint: null,
    takes: "requests",
    rules: [],
    otherwise: null,
    outbound: null,
    shadowed: [],
    ignored: [],
    lacks: [],
  },
};

/** Not known, for what is lacking. */
export const unknown = (plane: ClientPlane, lacks: readonly string[]): RoutingAnswer => ({
  ...{ ...NOTHING, plane, decides: "unknown", lacks },
});

/** The service itself, whatever rules say. */
export const reached = (
  plane: ClientPlane,
  service: Service,
  port: ServicePort,
  world: SecurityWorld,
): RoutingAnswer => ({
  ...{ ...NOTHING, plane, decides: "itself" },
  rules: [ruleInWords(null, itself(fullName(service), port.port), null, true, world)],
});

/** A gateway that doesn't route here. */
export const notRouted = (plane: ClientPlane): RoutingAnswer => ({ ...NOTHING, plane, decides: "nothing" });

export function sidecarAnswer(
  { namespace, labels }: Workload,
  service: Service,
  port: ServicePort,
  world: SecurityWorld,
): RoutingAnswer {
  const host = fullName(service);
  const caller = { namespace, labels, port: port.port };
  const carried = carriedBy(port);
  const lacks = unsettled({ namespace, labels }, service, carried && carried === "http", world);
  if (lacks.length > 0) return unknown("sidecar", lacks);
  if (carried === "tcp" || carried === "tls") return connections(caller, service, port, carried, world);
  const table = tableOf(host, service.namespace, caller, world);
  if (table.outOfScope !== null) return outOfScope(table.outOfScope, service, caller, world);
  const more = {
    shadowed: table.shadowed.map((each) => sourceOf(world, each, [])),
    ignored: ignoredInWords(table.leftOut, world),
  };
  if (table.by === null) return { ...reached("sidecar", service, port, world), ...more };
  const show = ({ found }: OwnRule) => chosenOf(found, caller, world);
  if (hidesAfter(table.rules.map(show), world)) return unknown("sidecar", [HIDDEN]);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: "rules", ...more },
    rules: clientRules(table.rules, show, null, world),
    otherwise: takesAll(table.rules) ? null : "404",
  };
}

function outOfScope(
  { why, sidecar }: OutOfScope,
  service: Service,
  caller: Caller,
  world: SecurityWorld,
): RoutingAnswer {
  const others = othersFor(fullName(service), caller.port, caller.namespace, world);
  if (others !== null) return unknown("sidecar", [...blind(world, "ServiceEntry"), others]);
  const { outbound, lacks } = outboundOf(caller, world);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: DECIDES[why], outbound, lacks },
    ignored:
      sidecar === null
        ? []
        : [{ source: sourceOf(world, sidecar, ["spec", "egress"]), why: "it leaves the service out" }],
  };
}

const DECIDES: Readonly<Record<OutOfScope["why"], RoutingAnswer["decides"]>> = {
  sidecar: "out-of-scope",
  "not exported": "not-exported",
  "not discovered": "not-discovered",
  "no rule": "nothing",
};

/** What becomes of calls to hosts that these clients don't know. */
function outboundOf(caller: Caller, world: SecurityWorld): Pick<RoutingAnswer, "outbound" | "lacks"> {
  const outbound = outboundMode(sidecarOf(caller, world), world.mesh?.registryOnly ?? null);
  return {
    outbound,
    lacks:
      outbound === null
        ? ["the mesh’s outboundTrafficPolicy, which decides whether calls go past the mesh or nowhere"]
        : [],
  };
}

/** To a port that carries bytes. */
function connections(
  caller: Caller,
  service: Service,
  port: ServicePort,
  bytes: Bytes,
  world: SecurityWorld,
): RoutingAnswer {
  const table = byteTable(fullName(service), service.namespace, caller, bytes, world);
  if (table.outOfScope !== null) return outOfScope(table.outOfScope, service, caller, world);
  const more = { takes: "connections" as const, ignored: ignoredInWords(table.leftOut, world) };
  const itself = reached("sidecar", service, port, world);
  if (table.rules.length === 0) return { ...itself, ...more };
  if (clash(table.chains.filter((chain) => !takesAllConnections(chain)))) return unknown("sidecar", [REFUSED]);
  const shown = table.rules.map(({ found, reached: made }) => ({
    found,
    made,
    chosen: chosenOf(found, caller, world),
  }));
  const after = shown.map(({ chosen }) => chosen);
  if (hidesAfter(after, world)) return unknown("sidecar", [HIDDEN]);
  const rules = shown.map(({ found, made, chosen }) => connectionInWords(found, chosen, null, made, world));
  const ends = table.chains.some(takesAllConnections);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: "rules", ...more },
    rules: table.chains.some(({ found }) => found === null) ? [...rules, ...itself.rules] : rules,
    ...(ends ? {} : { otherwise: "outbound-traffic-policy", outbound: outboundOf(caller, world).outbound }),
  };
}
