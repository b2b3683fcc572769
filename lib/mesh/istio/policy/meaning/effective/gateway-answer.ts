/** Where a gateway sends requests from outside to one service: its hosts and ports that lead there. */
import type { Workload } from "#lib/inventory/model.ts";
import type { RoutingAnswer } from "#lib/policy/client-routing.ts";
import { resolveHost } from "../../hosts.ts";
import { listAt, namespaceOf, objectAt, textAt } from "../../routing/json.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { REFUSED } from "../routing/connection.ts";
import { contested, gatewayTable, refused, type VirtualHost } from "../routing/gateway.ts";
import type { GatewayChain } from "../routing/gateway-bytes.ts";
import { within } from "../routing/host-pattern.ts";
import type { OwnRule } from "../routing/table.ts";
import { type Chosen, chosenOf } from "../routing/target.ts";
import { type Called, hostOf } from "./called.ts";
import { placesOf, type SentTo, tlsTo } from "./client-tls.ts";
import { clientRules, connectionInWords, tried } from "./client-words.ts";
import type { WordsWorld } from "./entry-words.ts";
import { GATEWAY_KINDS } from "./gateway-server.ts";
import { readersOf } from "./route-versions.ts";
import { comesThrough, waypointOf } from "./security.ts";
import { notRouted, unknown } from "./sidecar-answer.ts";
import { blind, HIDDEN, type SecurityWorld } from "./sight.ts";
import { hides, rulesFor, unsettledAfter } from "./way.ts";
import { OTHER_WAYPOINT } from "./waypoint-met.ts";

export function atGateway(gateway: Workload, service: Called, whole: WordsWorld): RoutingAnswer {
  const world = asRead(whole, [gateway]);
  const host = hostOf(service);
  const table = gatewayTable(gateway, world);
  const leading = table.hosts.filter(
    ({ rules, redirects }) => !redirects && rules.some(({ found }) => hostsOf(found).includes(host)),
  );
  const passing = table.chains.filter(({ found }) => found !== null && hostsOf(found).includes(host));
  const leads = leading.length + passing.length > 0;
  const after = [
    ...leading.flatMap((each) => each.rules.map(shownAt(each, world))),
    ...passing.flatMap(chosenBy(gateway, world)),
  ];
  const say = [
    ...leading.flatMap(({ objects }) => objects),
    ...passing.flatMap(({ server, found }) => [server.gateway, ...(found === null ? [] : [found.owner])]),
    ...(leads ? rulesFor(host, world) : []),
    ...contested(table),
  ];
  const lacks = [
    ...blind(world, ...GATEWAY_KINDS),
    ...table.lacks,
    ...readersOf(
      passing.flatMap(({ found }) => found?.owner ?? []),
      world,
    ),
    ...(passing.some(({ server }) => refused(table, server.listens)) ? [REFUSED] : []),
    ...unreadIn(world, say),
    ...(hides(say, world) ? [HIDDEN] : []),
    ...unsettledAfter(after, world),
    ...(leads && waypointOf(service, world) !== null && comesThrough(gateway, service, world)
      ? ["what the service’s waypoint makes of them, through which the label istio.io/ingress-use-waypoint sends them"]
      : []),
    ...(table.servers.some((server) => server.tls === "auto" && server.hosts.some((each) => within(host, each.host)))
      ? ["what proxies of other networks send through its AUTO_PASSTHROUGH servers"]
      : []),
  ];
  if (lacks.length > 0) return unknown("gateway", [...new Set(lacks)]);
  const rules = leading.flatMap((each) =>
    clientRules(each.rules, shownAt(each, world), `${each.domain}:${each.server.port}`, world).filter(({ to }) =>
      to.some((target) => target.host === host && target.share > 0),
    ),
  );
  const connections = passing.flatMap((chain) =>
    chosenBy(
      gateway,
      world,
    )(chain)
      .filter(({ to }) => to.some((target) => target.host === host && target.share > 0))
      .map((chosen) => connectionInWords({ matches: [] }, chosen, atOf(chain), true, world)),
  );
  const all = [...rules, ...connections];
  if (all.length === 0) return notRouted("gateway");
  const sent = [
    ...leading.flatMap((each) =>
      tried(each.rules)
        .map(shownAt(each, world))
        .map(({ to }) => ({ to, port: each.caller.port })),
    ),
    ...passing.flatMap((chain) => chosenBy(gateway, world)(chain).map(({ to }) => ({ to, port: chain.server.port }))),
  ].filter(({ to }) => to.some((target) => target.host === host && target.share > 0));
  const places = placesOf(sent, gateway.namespace, world).map(
    (each): SentTo =>
      "service" in each && comesThrough(gateway, each.service, world) && waypointOf(each.service, world) !== null
        ? { host: hostOf(each.service), subset: each.subset, port: each.port, lacks: [OTHER_WAYPOINT] }
        : each,
  );
  return {
    ...{
      ...notRouted("gateway"),
      decides: "rules",
      takes: rules.length === 0 ? "connections" : "requests",
      rules: all,
    },
    tls: tlsTo(places, { sender: gateway, called: service }, world),
  };
}

/** The names and the port that lead to a chain. */
const atOf = ({ sni, server }: GatewayChain): string =>
  `${sni.length === 0 ? "TCP" : `TLS ${sni.join(", ")}`}:${server.port}`;

const chosenBy =
  ({ namespace, labels }: Workload, world: SecurityWorld) =>
  ({ found, server }: GatewayChain): readonly Chosen[] =>
    found === null ? [] : [chosenOf(found, { namespace, labels, port: server.port }, world)];

/** Hosts that a rule names, with whatever share. */
const hostsOf = ({ owner, rule }: Pick<OwnRule["found"], "owner" | "rule">): readonly string[] =>
  listAt(rule, "route").map((each) =>
    resolveHost(textAt(objectAt(each, "destination"), "host") ?? "", namespaceOf(owner)),
  );

const shownAt =
  ({ caller }: VirtualHost, world: SecurityWorld) =>
  ({ found }: OwnRule) =>
    chosenOf(found, caller, world);
