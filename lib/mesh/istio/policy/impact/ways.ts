/** Which ways calls of one client to one host may take, by whoever routes them: its own proxy, a waypoint, or nobody. */
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../hosts.ts";
import { GATEWAY_API } from "../kinds.ts";
import { OF_BYTES, readersOf } from "../meaning/effective/route-versions.ts";
import { byteTable, waypointRule } from "../meaning/routing/bytes.ts";
import { type Bytes, type Chain, clash, REFUSED, takenBy, takesAll } from "../meaning/routing/connection.ts";
import type { Caller, RequestFacts } from "../meaning/routing/match.ts";
import { decide, type Routed, route } from "../meaning/routing/route.ts";
import { scopeOut, sidecarOf } from "../meaning/routing/scope.ts";
import { type Chosen, chosenOf, itself } from "../meaning/routing/target.ts";
import { type OutOfScope, outboundMode } from "../meaning/routing/unknown-host.ts";
import { waypointRules } from "../meaning/routing/waypoint.ts";
import type { RoutingWorld } from "../meaning/routing/world.ts";
import { isObject, specOf, visibleTo } from "../routing/json.ts";
import {
  type Alternative,
  coversHost,
  type End,
  entriesOf,
  type Inventories,
  lostEnd,
  type Seen,
  taken,
} from "./ends.ts";
import type { ImpactWorld, Side } from "./sides.ts";
import type { Place } from "./waypoints.ts";

export interface Ways {
  readonly alternatives: readonly Alternative[];
  /** What decides among them. */
  readonly lacks: readonly string[];
  /** All that has a say. */
  readonly objects: readonly Manifest[];
}

/** `itself`: the client's own proxy. `nobody`: a ztunnel, or no proxy, which follow no route. Else the waypoint. */
export type Router = "itself" | "nobody" | Place;

export interface Asked {
  readonly host: string;
  /** Of its Service or ServiceEntry. */
  readonly owner: string;
  readonly caller: Caller;
  /** What the port carries. */
  readonly carries: "http" | Bytes;
  readonly router: Router;
  /** What is known of the requests. */
  readonly request: RequestFacts;
}

type World = Inventories & Pick<ImpactWorld, "unread">;

const nearOf = (host: string, { hosts, rootNamespace, keeps }: Side): RoutingWorld => ({
  ...{ objects: hosts.around(host), rootNamespace, keeps },
});

const OUTBOUND = "the mesh’s outboundTrafficPolicy";

export function waysOf(asked: Asked, side: Side, world: World): Ways {
  const { host, owner, caller, carries, router, request } = asked;
  const near = nearOf(host, side);
  const seen = { side, world, called: caller.port, bytes: carries !== "http" };
  if (router === "nobody") return outcomeWays({ kind: "routed", chosen: itself(host, caller.port) }, seen);
  if (router !== "itself") return atWaypoint(asked, router, seen, world);
  const sidecar = sidecarOf(caller, near);
  const objects = sidecar === null ? [] : [sidecar];
  const unknown = scopeOut(host, owner, caller, sidecar, near);
  if (unknown !== null) return outOfScope(unknown, sidecar, side);
  const declared = serviceOfHost(host) !== null || isDeclared(host, caller.namespace, side);
  if (carries !== "http") {
    const ways = declared ? bytesWays({ ...asked, carries }, sidecar, seen, world) : undeclared(sidecar, side);
    return { ...ways, objects: [...objects, ...ways.objects] };
  }
  const { outcome, shadowed } = route(host, owner, caller, request, near);
  // A rule for a host takes it whether it is declared or not.
  const straight = outcome.kind === "routed" && outcome.chosen.object === null;
  const ways = straight && !declared ? undeclared(sidecar, side) : outcomeWays(outcome, seen);
  return { ...ways, objects: [...objects, ...ways.objects, ...shadowed] };
}

function atWaypoint(asked: Asked, waypoint: Place, seen: Seen, world: World): Ways {
  const { host, owner, caller, carries, request } = asked;
  const { side } = seen;
  const near = nearOf(host, side);
  const labels = { [`${GATEWAY_API}/gateway-name`]: waypoint.name };
  const own = { namespace: waypoint.namespace, labels, port: caller.port };
  if (carries !== "http") {
    const rule = waypointRule(host, owner, own, near);
    const chosen = rule === null ? itself(host, caller.port) : chosenOf(rule, own, near);
    const ways = outcomeWays({ kind: "routed", chosen }, seen);
    return { ...ways, lacks: [...ways.lacks, ...unreadRoutes(host, side, world)] };
  }
  const { rules } = waypointRules(host, owner, own, near);
  const [first] = rules;
  const outcome: Routed["outcome"] =
    first === undefined
      ? { kind: "routed", chosen: itself(host, caller.port) }
      : decide(first.found.owner, rules, request, ({ found }) => chosenOf(found, own, near));
  return outcomeWays(outcome, seen);
}

/** Of a connection no metric tells the server name; the address is the Service's own, where it has one. */
function bytesWays(
  { host, owner, caller, carries }: Asked & { readonly carries: Bytes },
  sidecar: Manifest | null,
  seen: Seen,
  world: World,
): Ways {
  const { side } = seen;
  const near = nearOf(host, side);
  const { chains } = byteTable(host, owner, caller, carries, near);
  const objects = chains.flatMap(({ found }) => found?.owner ?? []);
  const refused = clash(chains.filter((chain) => !takesAll(chain))) ? [REFUSED] : [];
  const way = (chain: Chain | null): Alternative => {
    if (chain === null) return { ...unmatched(sidecar, side), takes: "none" };
    const chosen = chain.found === null ? itself(host, caller.port) : chosenOf(chain.found, caller, near);
    return { ...taken(chosen, seen), takes: JSON.stringify([chain.sni, chain.subnets]) };
  };
  const found = takenBy(chains, addressOf(host, world));
  const candidates = found.kind === "chain" ? [found.chain] : found.candidates;
  return {
    alternatives: candidates.map(way),
    lacks: [...(found.kind === "chain" ? [] : found.lacks), ...refused, ...unreadRoutes(host, side, world)],
    objects,
  };
}

function addressOf(host: string, { inventory }: World): { readonly address?: string } {
  const name = serviceOfHost(host);
  const service: Service | undefined =
    name === null ? undefined : inventory.services.get(`${name.namespace}/${name.name}`);
  const [address, another] = service?.addresses ?? [];
  return address !== undefined && another === undefined ? { address } : {};
}

/** What isn't known of who reads routes for connections, where there are any for the host. */
function unreadRoutes(host: string, side: Side, world: World): readonly string[] {
  const routes = OF_BYTES.flatMap((kind) => side.hosts.around(host)(kind));
  return [
    ...OF_BYTES.flatMap((kind) => {
      const why = world.unread(kind);
      return why === null ? [] : [`${kind}: ${why}`];
    }),
    ...readersOf(routes, { inventory: world.inventory, rootNamespace: side.rootNamespace }),
  ];
}

const pastEnd: End = {
  ...{ key: "passthrough", host: null, fate: "passthrough", share: 1, lacks: [] },
  text: "past the mesh, in plaintext",
};

/** A connection that none of several rules for TLS takes. `sidecar`: the client's own. */
function unmatched(sidecar: Manifest | null, { registryOnly }: Side): Omit<Alternative, "takes"> {
  const mode = outboundMode(sidecar, registryOnly);
  if (mode === "REGISTRY_ONLY") return { ends: [lostEnd("no rule takes it: the connection is closed")], by: null };
  return { ends: [{ ...pastEnd, lacks: mode === null ? [OUTBOUND] : [] }], by: null };
}

/** By a ServiceEntry that the client's namespace sees. */
function isDeclared(host: string, client: string, side: Side): boolean {
  const entries = entriesOf(host, side);
  if (entries.length > 0) return entries.some((each) => visibleTo(each, client));
  return side.inventory.externalHosts.some(({ hosts }) => hosts.some(coversHost(host)));
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/ */
function undeclared(sidecar: Manifest | null, side: Side): Ways {
  const lost = lostEnd("nowhere: no ServiceEntry declares it, 502");
  const past: End = {
    ...{ key: "as addressed", host: null, fate: "goes", share: 1, lacks: [] },
    text: "past the mesh, as the client addresses it",
  };
  const mode = outboundMode(sidecar, side.registryOnly);
  const ends = mode === null ? [lost, past] : [mode === "REGISTRY_ONLY" ? lost : past];
  // The Sidecar's own word goes before the mesh's.
  const says = sidecar !== null && isObject(specOf(sidecar)["outboundTrafficPolicy"]);
  const by = says ? { object: sidecar, path: ["spec", "outboundTrafficPolicy"] } : null;
  return {
    alternatives: ends.map((end) => ({ ends: [end], by, takes: "" })),
    lacks: mode === null ? [OUTBOUND] : [],
    objects: [],
  };
}

/** `sidecar`: the client's own. */
function outOfScope({ why, sidecar: leaving }: OutOfScope, sidecar: Manifest | null, side: Side): Ways {
  const mode = outboundMode(sidecar, side.registryOnly);
  const by = leaving === null ? null : { object: leaving, path: ["spec", "egress"] };
  const lost = lostEnd(
    why === "sidecar" ? "nowhere: the client’s Sidecar leaves it out" : "nowhere: its Service isn’t exported there",
  );
  const ends = mode === "REGISTRY_ONLY" ? [lost] : mode === "ALLOW_ANY" ? [pastEnd] : [lost, pastEnd];
  return {
    alternatives: ends.map((end) => ({ ends: [end], by, takes: "" })),
    lacks: ends.length > 1 ? [OUTBOUND] : [],
    objects: sidecar === null ? [] : [sidecar],
  };
}

function outcomeWays(outcome: Routed["outcome"], seen: Seen): Ways {
  switch (outcome.kind) {
    case "routed":
      return { alternatives: [taken(outcome.chosen, seen)], lacks: [], objects: objectsOf(outcome.chosen) };
    case "no route":
      return { alternatives: [noRoute(outcome.by)], lacks: [], objects: [outcome.by] };
    case "out of scope":
      return outOfScope(outcome.by, outcome.by.sidecar, seen.side);
    case "unknown": {
      const { candidates, lacks, perhapsNone } = outcome;
      const found = candidates.map((chosen) => taken(chosen, seen));
      return {
        alternatives: perhapsNone === null ? found : [...found, noRoute(perhapsNone)],
        lacks,
        objects: candidates.flatMap(objectsOf),
      };
    }
  }
}

const objectsOf = ({ object, through, to }: Chosen): readonly Manifest[] => [
  ...[object, through].flatMap((each) => each ?? []),
  ...to.flatMap(({ declaredBy }) => declaredBy ?? []),
];

const noRoute = (by: Manifest): Alternative => ({
  ends: [lostEnd("no rule takes it: 404")],
  by: { object: by, path: ["spec", "http"] },
  takes: "none",
});
