/**
 * How a gateway's proxy routes requests from outside: by the port, then the host that fits best, then the rules of all objects that
 * are bound there for the host. They are merged, unlike on the mesh: in the order of the objects, but what takes everything last.
 * (buildGatewayHTTPRouteConfig in istiod's pilot/pkg/networking/core/gateway.go)
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import { listenerSets } from "./api-routes.ts";
import { catchesAll, singly, upToCatchAll } from "./catch-all.ts";
import { clash } from "./connection.ts";
import type { LeftOut } from "./delegates.ts";
import { type GatewayChain, gatewayChains } from "./gateway-bytes.ts";
import { type Opened, openedBy } from "./gateway-servers.ts";
import { closest, common } from "./host-pattern.ts";
import type { Caller, RequestFacts } from "./match.ts";
import { decide, type Routed } from "./route.ts";
import { type RouteSet, setPrecedence, virtualServiceSet } from "./route-set.ts";
import type { Server } from "./server.ts";
import { type OwnRule, ownRule } from "./table.ts";
import { chosenOf } from "./target.ts";
import type { GatewayProxy, GatewayWorld, RoutingWorld } from "./world.ts";

export interface VirtualHost {
  /** The first that opens it. */
  readonly server: Server;
  /** `*`, `*.example.com` or a name. */
  readonly domain: string;
  readonly redirects: boolean;
  /** All that has a say there. */
  readonly objects: readonly Manifest[];
  /** One match each. */
  readonly rules: readonly OwnRule[];
  readonly leftOut: readonly LeftOut[];
  /** Whose DestinationRules count, and the port that is called where a destination names none. */
  readonly caller: Caller;
}

export interface GatewayTable extends Opened {
  readonly hosts: readonly VirtualHost[];
  /** On ports where anything but HTTP without TLS is spoken. */
  readonly chains: readonly GatewayChain[];
  /** Rules for bytes that make no chain. */
  readonly leftOut: readonly LeftOut[];
}

export function gatewayTable(proxy: GatewayProxy, world: GatewayWorld): GatewayTable {
  const opened = openedBy(proxy, world);
  return { ...opened, ...servedBy(opened.servers, proxy, world) };
}

/** What these servers make of requests and of bytes, where they are open. */
export function servedBy(
  all: readonly Server[],
  proxy: GatewayProxy,
  world: GatewayWorld,
): Pick<GatewayTable, "hosts" | "chains" | "leftOut"> {
  const plain = Map.groupBy(
    all.filter(({ reads }) => reads === "http"),
    ({ listens }) => listens,
  );
  const apart = all.filter(({ reads }) => reads === "https").map((server) => [server]);
  return {
    ...gatewayChains(all, proxy, world),
    hosts: [...plain.values(), ...apart].flatMap((servers) => hostsOf(servers, proxy, world)),
  };
}

interface Growing extends VirtualHost {
  redirects: boolean;
  readonly objects: Manifest[];
  readonly rules: OwnRule[];
  readonly leftOut: LeftOut[];
}

function hostsOf(servers: readonly Server[], proxy: GatewayProxy, world: GatewayWorld): readonly VirtualHost[] {
  const hosts = new Map<string, Growing>();
  for (const server of servers) {
    const caller: Caller = {
      namespace: proxy.namespace,
      labels: proxy.labels,
      port: server.port,
      gateways: [server.name],
    };
    const open = (domain: string): Growing => {
      const known: Growing = hosts.get(domain) ?? {
        ...{ server, domain, redirects: false, objects: [], rules: [], leftOut: [], caller },
      };
      if (!known.objects.includes(server.gateway)) known.objects.push(server.gateway);
      hosts.set(domain, known);
      return known;
    };
    for (const set of boundTo(server, caller.namespace, world)) {
      const own = namespaceOf(set.owners[0]);
      // A listener has settled for each route whether its namespace is let in.
      const offered = server.hosts.flatMap(({ namespace, host }) =>
        namespace === null || namespace === own || set.api ? [host] : [],
      );
      const rules = upToCatchAll(set.rules.flatMap((found) => singly(ownRule(found, caller))));
      // Without a rule for the gateway it opens no virtual host, so that a wider one may take the request.
      for (const domain of rules.length === 0 ? [] : common(offered, set.hosts)) {
        const host = open(domain);
        host.objects.push(...set.owners, ...set.rules.map(({ owner }) => owner));
        host.rules.push(...rules);
        host.leftOut.push(...set.leftOut);
        if (server.redirects) host.redirects = true;
      }
    }
    // One that names a namespace is a domain of its own to istiod, `namespace/host`, which nobody asks for.
    if (server.redirects)
      for (const { namespace, host } of server.hosts) if (namespace === null) open(host).redirects = true;
  }
  return [...hosts.values()].map((host) => ({
    ...host,
    rules: [...host.rules.filter((each) => !catchesAll(each)), ...host.rules.filter(catchesAll)],
  }));
}

/** In the order in which their rules are asked. */
function boundTo({ name, listener, gateway }: Server, namespace: string, world: RoutingWorld): readonly RouteSet[] {
  if (listener !== null) {
    return listenerSets({ ...listener, gateway }, world)
      .filter(({ owners: [first] }) => visibleTo(first, namespace))
      .toSorted(setPrecedence(namespace));
  }
  return world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes(name) && visibleTo(vs, namespace))
    .map((vs) => virtualServiceSet(vs, world))
    .toSorted(setPrecedence(namespace));
}

/**
 * The virtual host that a request on one of the proxy's ports comes to; null: none, which is 404, or with TLS no connection. Where TLS
 * ends, the name that the client asks for (SNI) settles the server first; where it isn't given it is taken for the host.
 */
export function hostFor(table: GatewayTable, listens: number, authority: string, sni?: string): VirtualHost | null {
  const host = hostOf(authority);
  const there = table.hosts.filter(({ server }) => server.listens === listens);
  const servers = table.servers.filter((server) => server.listens === listens && server.reads === "https");
  const named = closest(
    servers.flatMap((server) => server.hosts.map((each) => ({ server, domain: each.host }))),
    sni?.toLowerCase() ?? host,
  );
  if (servers.length > 0 && named === null) return null;
  return closest(named === null ? there : there.filter(({ server }) => server === named.server), host);
}

/** Without its port. */
export const hostOf = (authority: string): string => authority.toLowerCase().replace(/:\d+$/, "");

/** Whether Envoy refuses the listener of a port, for two of its chains ask for the same. */
export const refused = ({ chains }: GatewayTable, listens: number): boolean =>
  clash(chains.filter(({ server }) => server.listens === listens));

/** Objects by which a server is refused, or isn't: of one that may be kept from its port all count that open any. */
export const contested = ({ servers, refused: out }: GatewayTable): readonly Manifest[] =>
  out.length === 0 ? [] : [...servers.map(({ gateway }) => gateway), ...out.map(({ owner }) => owner)];

/** What the rules of a virtual host do with a request. */
export const routeAt = (
  { rules, caller, server }: VirtualHost,
  request: RequestFacts,
  world: RoutingWorld,
): Routed["outcome"] => decide(server.gateway, rules, request, ({ found }) => chosenOf(found, caller, world));
