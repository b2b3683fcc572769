/** Where a gateway sends requests from outside to one service: its hosts and ports that lead there. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { RoutingAnswer } from "#lib/policy/client-routing.ts";
import { fullName } from "../../hosts.ts";
import { gatewayTable } from "../routing/gateway.ts";
import { chosenOf } from "../routing/target.ts";
import { clientRules } from "./client-words.ts";
import { GATEWAY_KINDS } from "./gateway-call.ts";
import { waypointOf } from "./security.ts";
import { notRouted, unknown } from "./sidecar-answer.ts";
import { blind, HIDDEN, type SecurityWorld } from "./sight.ts";
import { hides, hidesAfter, revisionsOf, rulesFor } from "./way.ts";

export function atGateway(gateway: Workload, service: Service, world: SecurityWorld): RoutingAnswer {
  const host = fullName(service);
  const table = gatewayTable(gateway, world);
  const hosts = table.hosts.map((each) => {
    const { rules, caller, domain, server, redirects } = each;
    const chosen = new Map(rules.map((rule) => [rule, chosenOf(rule.found, caller, world)]));
    const here =
      !redirects && [...chosen].some(([, { to }]) => to.some((target) => target.host === host && target.share > 0));
    const show = (rule: (typeof rules)[number]) => chosen.get(rule) ?? chosenOf(rule.found, caller, world);
    return { ...each, here, show, at: `${domain}:${server.port}` };
  });
  const leading = hosts.filter(({ here }) => here);
  const say = [...leading.flatMap(({ objects }) => objects), ...(leading.length > 0 ? rulesFor(host, world) : [])];
  const bytes = table.servers.some(({ reads }) => reads === "bytes");
  const lacks = [
    ...blind(world, ...GATEWAY_KINDS),
    ...table.lacks,
    ...revisionsOf(gateway, say, world),
    ...(hides(say, world) || leading.some(({ rules, show }) => hidesAfter(rules.map(show), world)) ? [HIDDEN] : []),
    ...(leading.length > 0 && waypointOf(service, world) !== null
      ? ["whether the label istio.io/ingress-use-waypoint sends them through the service’s waypoint"]
      : []),
    ...(bytes ? ["what its servers that pass bytes on do: tls and tcp rules aren’t worked out yet"] : []),
  ];
  if (lacks.length > 0) return unknown("gateway", lacks);
  if (leading.length === 0) return notRouted("gateway");
  return {
    ...{ ...notRouted("gateway"), decides: "rules" },
    rules: leading.flatMap(({ rules, show, at }) =>
      clientRules(rules, show, at, world).filter(({ to }) => to.some((each) => each.host === host)),
    ),
  };
}
