/** Where a gateway sends requests from outside to one service: its hosts and ports that lead there. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { RoutingAnswer } from "#lib/policy/client-routing.ts";
import { fullName, resolveHost } from "../../hosts.ts";
import { listAt, namespaceOf, objectAt, textAt } from "../../routing/json.ts";
import { gatewayTable, type VirtualHost } from "../routing/gateway.ts";
import type { OwnRule } from "../routing/table.ts";
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
  const leading = table.hosts.filter(
    ({ rules, redirects }) => !redirects && rules.some(({ found }) => hostsOf(found).includes(host)),
  );
  const say = [...leading.flatMap(({ objects }) => objects), ...(leading.length > 0 ? rulesFor(host, world) : [])];
  const bytes = table.servers.some(({ reads }) => reads === "bytes");
  const lacks = [
    ...blind(world, ...GATEWAY_KINDS),
    ...table.lacks,
    ...revisionsOf(gateway, say, world),
    ...(hides(say, world) || leading.some((each) => hidesAfter(each.rules.map(shownAt(each, world)), world))
      ? [HIDDEN]
      : []),
    ...(leading.length > 0 && waypointOf(service, world) !== null
      ? ["whether the label istio.io/ingress-use-waypoint sends them through the service’s waypoint"]
      : []),
    ...(bytes ? ["what its servers that pass bytes on do: tls and tcp rules aren’t worked out yet"] : []),
  ];
  if (lacks.length > 0) return unknown("gateway", lacks);
  const rules = leading.flatMap((each) =>
    clientRules(each.rules, shownAt(each, world), `${each.domain}:${each.server.port}`, world).filter(({ to }) =>
      to.some((target) => target.host === host && target.share > 0),
    ),
  );
  return rules.length === 0 ? notRouted("gateway") : { ...notRouted("gateway"), decides: "rules", rules };
}

/** Hosts that a rule names, with whatever share. */
const hostsOf = ({ owner, rule }: OwnRule["found"]): readonly string[] =>
  listAt(rule, "route").map((each) =>
    resolveHost(textAt(objectAt(each, "destination"), "host") ?? "", namespaceOf(owner)),
  );

const shownAt =
  ({ caller }: VirtualHost, world: SecurityWorld) =>
  ({ found }: OwnRule) =>
    chosenOf(found, caller, world);
