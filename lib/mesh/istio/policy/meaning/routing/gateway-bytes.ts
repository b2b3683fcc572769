/**
 * What a gateway's proxy does with connections of which it reads no request: of rules for TCP the first that is bound to the server takes
 * all, with TLS that ends there under the server's names; TLS that is passed on is told apart by the name that it asks for.
 * (buildGatewayNetworkFiltersFromTCPRoutes, …FromTLSRoutes in istiod's pilot/pkg/networking/core/gateway.go)
 * https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { namespaceOf, numberAt, textsAt, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import { listenerByteSets } from "./api-byte-routes.ts";
import { byteSet } from "./byte-sets.ts";
import type { Bytes, Chain } from "./connection.ts";
import type { EffectiveRule, LeftOut } from "./delegates.ts";
import { common } from "./host-pattern.ts";
import { type RouteSet, setPrecedence } from "./route-set.ts";
import type { Server } from "./server.ts";
import type { GatewayProxy, RoutingWorld } from "./world.ts";

export interface GatewayChain extends Chain {
  readonly server: Server;
}

/** Of all its ports; `found` null: requests are read there. Servers that pass bytes on by themselves (`auto`) have none. */
export function gatewayChains(
  servers: readonly Server[],
  { namespace }: Pick<GatewayProxy, "namespace">,
  world: RoutingWorld,
): { readonly chains: readonly GatewayChain[]; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const chains = [...Map.groupBy(servers, ({ listens }) => listens).values()].flatMap((there) => {
    const passed = new Map<string, EffectiveRule>();
    return there.flatMap((server): readonly GatewayChain[] => {
      const sni = [...new Set(server.hosts.map(({ host }) => host))];
      if (server.reads === "https") return [{ server, found: null, sni, subnets: [] }];
      if (server.reads === "http" || server.tls === "auto") return [];
      if (server.tls === "passes") return passedOn(server, namespace, passed, leftOut, world);
      const found = firstFor(server, namespace, leftOut, world);
      return found === null ? [] : [{ server, found, sni: server.tls === "ends" ? sni : [], subnets: [] }];
    });
  });
  return { chains, leftOut };
}

/** A rule whose names another has on that port is left out, each of its matches by itself. (CheckDuplicates) */
function passedOn(
  server: Server,
  namespace: string,
  passed: Map<string, EffectiveRule>,
  leftOut: LeftOut[],
  world: RoutingWorld,
): readonly GatewayChain[] {
  return boundTo(server, namespace, ["tls"], leftOut, world).flatMap((rule) =>
    rule.matches.flat().flatMap((match): readonly GatewayChain[] => {
      const sni = textsAt(match, "sniHosts");
      if (!isFor(match, server)) return [];
      const twice = sni.find((each) => passed.has(each));
      if (twice !== undefined) {
        // A TLSRoute stands there once for each of its hosts.
        const by = passed.get(twice);
        if (by?.owner !== rule.owner || by.path.join() !== rule.path.join())
          leftOut.push({ owner: rule.owner, path: rule.path, why: `a rule before it has the name ${twice}` });
        return [];
      }
      for (const each of sni) passed.set(each, rule);
      return [{ server, found: { ...rule, matches: sni.length === 0 ? [] : [[{ sniHosts: sni }]] }, sni, subnets: [] }];
    }),
  );
}

/** Where TLS ends, TLSRoutes count like rules for TCP. */
function firstFor(server: Server, namespace: string, leftOut: LeftOut[], world: RoutingWorld): EffectiveRule | null {
  const both = server.tls === "ends" && server.listener !== null;
  const rules = boundTo(server, namespace, both ? ["tcp", "tls"] : ["tcp"], leftOut, world);
  const found = rules.find(
    ({ matches }) => matches.length === 0 || matches.flat().some((match) => isFor(match, server)),
  );
  return found === undefined ? null : { ...found, matches: [] };
}

/** Rules of objects that meet a host of the server, object by object. */
function boundTo(
  server: Server,
  namespace: string,
  kinds: readonly Bytes[],
  leftOut: LeftOut[],
  world: RoutingWorld,
): readonly EffectiveRule[] {
  const { name, listener, gateway, hosts } = server;
  const sets: readonly RouteSet[] =
    listener === null
      ? world
          .objects("VirtualService")
          .filter((vs) => gatewaysOf(vs).includes(name) && visibleTo(vs, namespace))
          .flatMap((vs) => kinds.map((bytes) => byteSet(vs, bytes)))
      : kinds
          .flatMap((bytes) => listenerByteSets({ ...listener, gateway }, bytes, world))
          .filter(({ owners: [first] }) => visibleTo(first, namespace));
  const bound = sets.toSorted(setPrecedence(namespace)).filter((set) => {
    const own = namespaceOf(set.owners[0]);
    const offered = hosts.flatMap((each) =>
      each.namespace === null || each.namespace === own || set.api ? [each.host] : [],
    );
    return common(offered, set.hosts).length > 0;
  });
  leftOut.push(...bound.flatMap((set) => set.leftOut));
  return bound.flatMap(({ rules }) => rules);
}

/** Labels, namespaces and addresses aren't looked at. (l4SingleMatch) */
function isFor(match: JsonObject, { name, port }: Server): boolean {
  const [gateways, wanted] = [textsAt(match, "gateways"), numberAt(match, "port")];
  return (gateways.length === 0 || gateways.includes(name)) && (!wanted || wanted === port);
}
