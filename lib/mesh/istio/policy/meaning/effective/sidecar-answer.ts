/** How one service is reached by a client's sidecar, and by clients whose calls no proxy routes. */
import type { Service, ServicePort, Workload } from "#lib/inventory/model.ts";
import type { ClientPlane, RoutingAnswer } from "#lib/policy/client-routing.ts";
import { fullName } from "../../hosts.ts";
import { carriesHttp } from "../port-protocol.ts";
import { knows, sidecarOf } from "../routing/scope.ts";
import { type OwnRule, tableOf } from "../routing/table.ts";
import { chosenOf, itself } from "../routing/target.ts";
import { clientRules, ignoredInWords, ruleInWords, takesAll } from "./client-words.ts";
import { HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { hidesAfter, unsettled } from "./way.ts";

const NOTHING = { waypoint: null, rules: [], otherwise: null, shadowed: [], ignored: [], lacks: [] } as const;

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
  const http = carriesHttp(port);
  const lacks = unsettled({ namespace, labels }, service, http, world);
  if (lacks.length > 0) return unknown("sidecar", lacks);
  const outOfScope = (by: Parameters<typeof sourceOf>[1]): RoutingAnswer => ({
    ...{ ...NOTHING, plane: "sidecar", decides: "out-of-scope" },
    ignored: [{ source: sourceOf(world, by, ["spec", "egress"]), why: "it leaves the service out" }],
    lacks: ["the mesh’s outboundTrafficPolicy, which decides whether calls go past the mesh or nowhere"],
  });
  if (http === false) {
    const sidecar = sidecarOf(caller, world);
    return sidecar === null || knows(sidecar, host, service.namespace, caller)
      ? reached("sidecar", service, port, world)
      : outOfScope(sidecar);
  }
  const table = tableOf(host, service.namespace, caller, world);
  if (table.outOfScope !== null) return outOfScope(table.outOfScope);
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
