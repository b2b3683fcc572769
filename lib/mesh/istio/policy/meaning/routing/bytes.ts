/**
 * Where the sidecar of one client sends connections to a host whose port carries bytes: the filter chains that istiod makes of the rules
 * for TCP, or for TLS where the port's protocol is TLS or HTTPS, and the service itself where no rule is for this client.
 * (buildSidecarOutboundTCPFilterChainOpts, buildSidecarOutboundTLSFilterChainOpts in pilot/pkg/networking/core/tls.go)
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#TCPRoute, #TLSRoute
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { mapAt, namespaceOf, numberAt, textAt, textsAt } from "../../routing/json.ts";
import { byteSets } from "./byte-sets.ts";
import type { Bytes, Chain } from "./connection.ts";
import type { EffectiveRule, LeftOut } from "./delegates.ts";
import type { Caller } from "./match.ts";
import type { RouteSet } from "./route-set.ts";
import { scopeOut, sidecarOf } from "./scope.ts";
import type { OutOfScope } from "./unknown-host.ts";
import type { RoutingWorld } from "./world.ts";

export interface ByteTable {
  /** The Sidecar that leaves the host out: nothing else counts then. */
  readonly outOfScope: OutOfScope | null;
  readonly chains: readonly Chain[];
  /** Rules for this client, as they stand; `matches`: what of them is asked of the connection. Without `reached` no chain is made. */
  readonly rules: readonly { readonly found: EffectiveRule; readonly reached: boolean }[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * `host`: full. `owner`: the namespace of its Service or ServiceEntry. `named`: the port is open for all addresses, where TLS is the
 * host's by its server name alone.
 */
export function byteTable(
  host: string,
  owner: string,
  caller: Caller,
  bytes: Bytes,
  world: RoutingWorld,
  named = false,
): ByteTable {
  const sidecar = sidecarOf(caller, world);
  const nothing = { chains: [], rules: [], leftOut: [] };
  const outOfScope = scopeOut(host, owner, caller, sidecar, world);
  if (outOfScope !== null) return { outOfScope, ...nothing };
  const sets = byteSets(host, caller, sidecar, bytes, world);
  const made = bytes === "tls" ? tlsChains(sets, caller, named ? [host] : []) : tcpChains(sets, caller);
  return { outOfScope: null, ...made, leftOut: sets.flatMap(({ leftOut }) => leftOut) };
}

/**
 * The one rule for all connections to a Service at its waypoint, which asks no connection for anything: a rule for TLS that names the
 * host alone, else one for TCP; null: the Service itself. What asks for a client counts for none.
 * (getWaypointTCPRoutes in pilot/pkg/networking/core/listener_waypoint.go)
 */
export function waypointRule(host: string, owner: string, waypoint: Caller, world: RoutingWorld): EffectiveRule | null {
  const nobody = { namespace: "", labels: {}, port: waypoint.port };
  for (const bytes of ["tls", "tcp"] as const) {
    const found = byteSets(host, waypoint, null, bytes, world)
      .filter(({ owners: [first] }) => [owner, waypoint.namespace].includes(namespaceOf(first)))
      .flatMap(({ rules }) => rules)
      .find(
        (rule) =>
          rule.matches.length === 0 ||
          ownMatches(rule, nobody).some((match) => bytes === "tcp" || textsAt(match, "sniHosts").join() === host),
      );
    if (found !== undefined) return { ...found, matches: [] };
  }
  return null;
}

const ITSELF: Chain = { found: null, sni: [], subnets: [] };

type Made = Pick<ByteTable, "chains" | "rules">;

/** Whether a match is for this client at all. All that it says must hold, beside gateways too. (matchTCP, matchTLS) */
function isFor(match: JsonObject, { namespace, labels, port }: Caller): boolean {
  const gateways = textsAt(match, "gateways");
  const wanted = numberAt(match, "port");
  const from = textAt(match, "sourceNamespace");
  return (
    (gateways.length === 0 || gateways.includes("mesh")) &&
    (!wanted || wanted === port) &&
    (!from || from === namespace) &&
    Object.entries(mapAt(match, "sourceLabels")).every(([key, value]) => labels[key] === value)
  );
}

const ownMatches = ({ matches }: EffectiveRule, caller: Caller): readonly JsonObject[] =>
  matches.flat().filter((match) => isFor(match, caller));

const asking = (found: EffectiveRule, sni: readonly string[], subnets: readonly string[]): EffectiveRule => {
  const asks = {
    ...(sni.length === 0 ? {} : { sniHosts: sni }),
    ...(subnets.length === 0 ? {} : { destinationSubnets: subnets }),
  };
  return { ...found, matches: Object.keys(asks).length === 0 ? [] : [[asks]] };
};

/** The first rule without a condition on the address ends the list. */
function tcpChains(sets: readonly RouteSet[], caller: Caller): Made {
  const chains: Chain[] = [];
  const rules: { found: EffectiveRule; reached: boolean }[] = [];
  let ended = false;
  for (const rule of sets.flatMap((set) => set.rules)) {
    const own = ownMatches(rule, caller);
    if (rule.matches.length > 0 && own.length === 0) continue;
    const asked = own.map((match) => textsAt(match, "destinationSubnets"));
    const subnets = asked.some((list) => list.length === 0) ? [] : asked.flat();
    const found = asking(rule, [], subnets);
    rules.push({ found, reached: !ended });
    if (!ended) chains.push({ found, sni: [], subnets });
    ended ||= subnets.length === 0;
  }
  return { chains: ended ? chains : [...chains, ITSELF], rules };
}

/**
 * One chain a match. Blocks that a match asks for go on to those after it that ask for none, of other objects too: istiod keeps them.
 * A rule without a match makes none, and of matches that ask for the same the first alone counts.
 */
function tlsChains(sets: readonly RouteSet[], caller: Caller, itself: readonly string[]): Made {
  const chains: Chain[] = [];
  const rules: { found: EffectiveRule; reached: boolean }[] = [];
  const seen = new Set<string>();
  let subnets: readonly string[] = [];
  for (const rule of sets.flatMap((set) => set.rules)) {
    for (const match of ownMatches(rule, caller)) {
      const own = textsAt(match, "destinationSubnets");
      if (own.length > 0) subnets = own;
      const sni = textsAt(match, "sniHosts");
      const key = `${sni.join()}|${own.join()}`;
      const found = asking(rule, sni, subnets);
      rules.push({ found, reached: !seen.has(key) });
      if (!seen.has(key)) chains.push({ found, sni, subnets });
      seen.add(key);
    }
  }
  return { chains: chains.length === 0 ? [{ ...ITSELF, sni: itself }] : chains, rules };
}
