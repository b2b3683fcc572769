/** How one service is reached by a client's sidecar, and by clients whose calls no proxy routes. */

import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { ServicePort, Workload } from "#lib/inventory/model.ts";
import type { ClientPlane, RoutingAnswer } from "#lib/policy/client-routing.ts";
import { carriedBy } from "../port-protocol.ts";
import { servedBy } from "../revisions.ts";
import { byteTable } from "../routing/bytes.ts";
import { type Bytes, clash, REFUSED, takesAll as takesAllConnections } from "../routing/connection.ts";
import type { Caller } from "../routing/match.ts";
import { sidecarOf } from "../routing/scope.ts";
import { type OwnRule, tableOf } from "../routing/table.ts";
import { chosenOf, itself as itselfOf } from "../routing/target.ts";
import { type OutOfScope, othersFor, outboundMode } from "../routing/unknown-host.ts";
import { isKnown } from "../truth.ts";
import { byNameAlone, type Called, hostOf, OTHER_NAMES, sharesPort } from "./called.ts";
import { directTo, tlsOfRules, tlsTo } from "./client-tls.ts";
import { clientRules, connectionInWords, ignoredInWords, ruleInWords, takesAll, tried } from "./client-words.ts";
import type { Sender } from "./connection.ts";
import type { WordsWorld } from "./entry-words.ts";
import { leaves } from "./leaving.ts";
import { NO_POD } from "./passthrough.ts";
import { blind, type SecurityWorld, sourceOf } from "./sight.ts";
import { unsettled, unsettledAfter } from "./way.ts";

const NOTHING: Omit<RoutingAnswer, "plane" | "decides"> = {
  ...{
    waypoint: null,
    takes: "requests",
    rules: [],
    leaves: null,
    otherwise: null,
    outbound: null,
  },
  ...{ tls: [], shadowed: [], ignored: [], lacks: [] },
};

/** Not known, for what is lacking. */
export const unknown = (plane: ClientPlane, lacks: readonly string[]): RoutingAnswer => ({
  ...{ ...NOTHING, plane, decides: "unknown", lacks },
});

/** The service itself, whatever rules say. `sender`: whose proxy takes it there; null: nobody's. */
export const reached = (
  plane: ClientPlane,
  service: Called,
  port: ServicePort,
  world: SecurityWorld & Pick<WordsWorld, "looksUp">,
  sender: Sender | null,
): RoutingAnswer => ({
  ...{ ...NOTHING, plane, decides: "itself" },
  tls: tlsTo([directTo(service, port.port)], { sender, called: service }, world),
  rules: [
    ruleInWords(null, itselfOf(hostOf(service), port.port), null, true, {
      ...world,
      called: service,
      asked: port.port,
      ...(sender?.dataplane === "sidecar" && { sender }),
    }),
  ],
});

/** What no proxy takes: it goes where it is called, as the client says it. */
export const unproxied = (plane: ClientPlane, service: Called, port: ServicePort, world: SecurityWorld) =>
  reached(plane, service, port, { ...world, looksUp: true }, null);

/** UDP and SCTP, which no proxy and no ztunnel takes. */
export const pastAll = (plane: ClientPlane): RoutingAnswer => ({ ...NOTHING, plane, decides: "not-tcp" });

/** What isn't known of a port of TCP that istiod takes for UDP. */
export const leftOut = (port: number): string =>
  `what proxies make of port ${port}, which is TCP: its name or appProtocol says UDP, so that istiod leaves it out`;

/** A gateway that doesn't route here. */
export const notRouted = (plane: ClientPlane): RoutingAnswer => ({ ...NOTHING, plane, decides: "nothing" });

export function sidecarAnswer(
  client: Workload,
  service: Called,
  port: ServicePort,
  world: SecurityWorld,
): RoutingAnswer {
  const left = leaves(client, service, port.port, world);
  if (!isKnown(left.past)) return unknown("sidecar", left.past.lacks);
  if (left.past)
    return { ...unproxied("sidecar", service, port, world), decides: "past", leaves: left.by && CAPTURE[left.by] };
  const { namespace, labels, pods } = client;
  const host = hostOf(service);
  const caller = { namespace, labels, port: port.port };
  const carried = carriedBy(port);
  const lacks = unsettled({ namespace, labels }, service, carried && carried === "http", world);
  if (lacks.length > 0) return unknown("sidecar", lacks);
  const sender: Sender = { namespace, labels, pods, dataplane: "sidecar" };
  if (carried === "tcp" || carried === "tls") return connections(caller, service, port, carried, { ...world, sender });
  const table = tableOf(host, service.namespace, caller, world);
  if (table.outOfScope !== null) return outOfScope(table.outOfScope, service, caller, world);
  const to = { from: caller, sender, called: service };
  const more = {
    shadowed: table.shadowed.map((each) => sourceOf(world, each, [])),
    ignored: ignoredInWords(table.leftOut, world),
  };
  if (table.by === null) return { ...reached("sidecar", service, port, world, sender), ...more };
  const show = ({ found }: OwnRule) => chosenOf(found, caller, world);
  const open = unsettledAfter(table.rules.map(show), world);
  if (open.length > 0) return unknown("sidecar", open);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: "rules", ...more },
    rules: clientRules(table.rules, show, null, { ...world, called: service, asked: port.port, sender }),
    tls: tlsOfRules(tried(table.rules).map(show), to, world),
    otherwise: takesAll(table.rules) ? null : "404",
  };
}

const hasReady = ({ namespace, workloads }: Called, { inventory }: SecurityWorld): boolean =>
  workloads.some((name) => inventory.workloads.get(`${namespace}/${name}`)?.pods.some(({ ready }) => ready) === true);

function outOfScope(
  { why, sidecar }: OutOfScope,
  service: Called,
  caller: Caller,
  world: SecurityWorld,
): RoutingAnswer {
  const others = othersFor(hostOf(service), caller.port, caller.namespace, world, service.entry?.object);
  if (others !== null) return unknown("sidecar", [...blind(world, "ServiceEntry"), others]);
  const { outbound, lacks } = outboundOf(caller, world);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: DECIDES[why], outbound, lacks },
    tls: passedOn(service, caller.port, outbound, world),
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
  const served = servedBy(world.readers ?? [], world.mesh);
  return {
    outbound,
    lacks:
      outbound === null
        ? [
            `the mesh’s outboundTrafficPolicy, which decides whether calls go past the mesh or nowhere${served === null ? "" : `: ${served.lacks}`}`,
          ]
        : [],
  };
}

/** What goes past the mesh's rules to the service's own address, where that is let through. */
const passedOn = (service: Called, port: number, outbound: RoutingAnswer["outbound"], world: SecurityWorld) =>
  outbound === "ALLOW_ANY" ? tlsTo([directTo(service, port)], { sender: null, called: service }, world) : [];

/** To a port that carries bytes. */
function connections(
  caller: Caller,
  service: Called,
  port: ServicePort,
  bytes: Bytes,
  world: SecurityWorld & { readonly sender: Sender },
): RoutingAnswer {
  const shared = sharesPort(service, { port: port.port, bytes }, caller.namespace, world);
  if (shared.length > 0) return unknown("sidecar", shared);
  if (service.headless && !hasReady(service, world)) return unknown("sidecar", [NO_POD]);
  const named = byNameAlone(service);
  const table = byteTable(hostOf(service), service.namespace, caller, bytes, world, named !== null);
  if (table.outOfScope !== null) return outOfScope(table.outOfScope, service, caller, world);
  const more = { takes: "connections" as const, ignored: ignoredInWords(table.leftOut, world) };
  const itself = reached("sidecar", service, port, world, world.sender);
  const shownIn = { ...world, called: service, asked: port.port };
  const past = (tls: RoutingAnswer["tls"]): Pick<RoutingAnswer, "otherwise" | "outbound" | "lacks" | "tls"> => {
    if (named === "perhaps" && table.rules.length === 0)
      return { otherwise: null, outbound: null, tls, lacks: [`what becomes of TLS for other names: ${OTHER_NAMES}`] };
    const { outbound } = outboundOf(caller, world);
    const others = passedOn(service, port.port, outbound, world);
    return { otherwise: "outbound-traffic-policy", outbound, lacks: [], tls: [...tls, ...others] };
  };
  if (table.rules.length === 0 && (bytes !== "tls" || named === null)) return { ...itself, ...more };
  if (table.rules.length === 0) {
    const asks = { matches: [[{ sniHosts: [hostOf(service)] }]] };
    const rules = [connectionInWords(asks, itselfOf(hostOf(service), port.port), null, true, shownIn)];
    return { ...itself, ...more, rules, ...past(itself.tls) };
  }
  if (clash(table.chains.filter((chain) => !takesAllConnections(chain)))) return unknown("sidecar", [REFUSED]);
  const shown = table.rules.map(({ found, reached: made }) => ({
    found,
    made,
    chosen: chosenOf(found, caller, world),
  }));
  const open = unsettledAfter(
    shown.map(({ chosen }) => chosen),
    world,
  );
  if (open.length > 0) return unknown("sidecar", open);
  const rules = shown.map(({ found, made, chosen }) => connectionInWords(found, chosen, null, made, shownIn));
  const ends = table.chains.some(takesAllConnections);
  const others = table.chains.some(({ found }) => found === null);
  const to = { from: caller, sender: world.sender, called: service };
  const led = shown.filter(({ made }) => made).map(({ chosen }) => chosen);
  const tls = tlsOfRules(others ? [...led, itselfOf(hostOf(service), port.port)] : led, to, world);
  return {
    ...{ ...NOTHING, plane: "sidecar", decides: "rules", ...more, tls },
    rules: others ? [...rules, ...itself.rules] : rules,
    ...(ends ? {} : past(tls)),
  };
}
