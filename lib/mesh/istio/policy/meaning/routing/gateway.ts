/**
 * How a gateway's proxy routes requests from outside: by the port, then the host that fits best, then the rules of all objects that
 * are bound there for the host. They are merged, unlike on the mesh: in the order of the objects, but what takes everything last.
 * (buildGatewayHTTPRouteConfig in istiod's pilot/pkg/networking/core/gateway.go)
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { resolveHost } from "../../hosts.ts";
import { namespaceOf, objectAt, specOf, textAt, textsAt, visibleTo } from "../../routing/json.ts";
import { byPrecedence, gatewaysOf } from "../../routing/virtual-services.ts";
import { effectiveRules, type LeftOut } from "./delegates.ts";
import { type GatewayProxy, type GatewayWorld, type Opened, openedBy, type Server } from "./gateway-servers.ts";
import type { Caller, RequestFacts } from "./match.ts";
import { decide, type Routed } from "./route.ts";
import { type OwnRule, ownRule, type RoutingWorld } from "./table.ts";
import { chosenOf } from "./target.ts";

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
}

export function gatewayTable(proxy: GatewayProxy, world: GatewayWorld): GatewayTable {
  const opened = openedBy(proxy, world);
  const plain = Map.groupBy(
    opened.servers.filter(({ reads }) => reads === "http"),
    ({ listens }) => listens,
  );
  const apart = opened.servers.filter(({ reads }) => reads === "https").map((server) => [server]);
  return { ...opened, hosts: [...plain.values(), ...apart].flatMap((servers) => hostsOf(servers, proxy, world)) };
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
    for (const vs of boundTo(server, caller.namespace, world)) {
      const own = namespaceOf(vs);
      const offered = server.hosts.flatMap(({ namespace, host }) =>
        namespace === null || namespace === own ? [host] : [],
      );
      const asked = textsAt(specOf(vs), "hosts").map((each) => resolveHost(each, own));
      const { rules, leftOut } = effectiveRules(vs, world);
      for (const domain of common(offered, asked)) {
        const host = open(domain);
        host.objects.push(vs);
        host.rules.push(...upToCatchAll(rules.flatMap((found) => single(ownRule(found, caller)))));
        host.leftOut.push(...leftOut);
      }
    }
    if (server.redirects) for (const { host } of server.hosts) open(host).redirects = true;
  }
  return [...hosts.values()].map((host) => ({
    ...host,
    rules: [...host.rules.filter((each) => !catchesAll(each)), ...host.rules.filter(catchesAll)],
  }));
}

/** In the order in which their rules are asked. */
function boundTo({ name }: Server, namespace: string, world: RoutingWorld): readonly Manifest[] {
  return world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes(name) && visibleTo(vs, namespace))
    .toSorted(byPrecedence(namespace));
}

/** Of each pair the narrower, where one lies within the other. */
function common(offered: readonly string[], asked: readonly string[]): readonly string[] {
  const pairs = offered.flatMap((one) =>
    asked.flatMap((other) => (within(one, other) ? [one] : within(other, one) ? [other] : [])),
  );
  return [...new Set(pairs)];
}

function within(host: string, pattern: string): boolean {
  if (!pattern.startsWith("*")) return host === pattern;
  return (host.startsWith("*") ? host.slice(1) : host).endsWith(pattern.slice(1));
}

/** One rule for each of its matches: a match that takes everything is asked last, apart from the others. */
function single(rule: OwnRule | null): readonly OwnRule[] {
  if (rule === null || rule.alternatives.length === 0) return rule === null ? [] : [rule];
  return rule.alternatives.map((all) => ({ found: rule.found, alternatives: [all] }));
}

function upToCatchAll(rules: readonly OwnRule[]): readonly OwnRule[] {
  const last = rules.findIndex(catchesAll);
  return last < 0 ? rules : rules.slice(0, last + 1);
}

const ASKS = ["scheme", "method", "authority", "headers", "withoutHeaders", "queryParams"];

/** (IsCatchAllRoute in pilot/pkg/networking/core/route/route.go) */
export const catchesAll = ({ alternatives }: OwnRule): boolean =>
  alternatives.length === 0 || alternatives.some((all) => all.every(isOpen));

function isOpen(match: JsonObject): boolean {
  const uri = objectAt(match, "uri");
  const whole = match["uri"] == null || textAt(uri, "prefix") === "/" || textAt(uri, "regex") === ".*";
  return whole && ASKS.every((key) => match[key] == null || Object.keys(objectAt(match, key)).length === 0);
}

/**
 * The virtual host that a request on one of the proxy's ports comes to; null: none, which is 404, or with TLS no connection. Where TLS
 * ends, the name that the client asks for (SNI) settles the server first; it is taken for the host.
 */
export function hostFor(table: GatewayTable, listens: number, authority: string): VirtualHost | null {
  const host = authority.toLowerCase().replace(/:\d+$/, "");
  const there = table.hosts.filter(({ server }) => server.listens === listens);
  const servers = table.servers.filter((server) => server.listens === listens && server.reads === "https");
  const named = closest(
    servers.flatMap((server) => server.hosts.map((each) => ({ server, domain: each.host }))),
    host,
  );
  if (servers.length > 0 && named === null) return null;
  return closest(named === null ? there : there.filter(({ server }) => server === named.server), host);
}

/** A name before patterns, longer patterns before shorter ones. */
function closest<T extends { readonly domain: string }>(all: readonly T[], host: string): T | null {
  const fitting = all.filter(({ domain }) => within(host, domain));
  return (
    fitting.find(({ domain }) => domain === host) ??
    fitting.toSorted((a, b) => b.domain.length - a.domain.length)[0] ??
    null
  );
}

/** What the rules of a virtual host do with a request. */
export const routeAt = (
  { rules, caller, server }: VirtualHost,
  request: RequestFacts,
  world: RoutingWorld,
): Routed["outcome"] => decide(server.gateway, rules, request, ({ found }) => chosenOf(found, caller, world));
