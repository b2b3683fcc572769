/** What a gateway does with requests before and after: its virtual hosts, each with its rules in the order in which they are tried. */
import type { Workload } from "#lib/inventory/model.ts";
import { resolveHost } from "../hosts.ts";
import { GATEWAY_KINDS } from "../meaning/effective/gateway-server.ts";
import { readersOf } from "../meaning/effective/route-versions.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { unreadIn } from "../meaning/revisions.ts";
import { catchesAll } from "../meaning/routing/catch-all.ts";
import { REFUSED } from "../meaning/routing/connection.ts";
import type { EffectiveRule } from "../meaning/routing/delegates.ts";
import { contested, gatewayTable, refused, servedBy, type VirtualHost } from "../meaning/routing/gateway.ts";
import type { GatewayChain } from "../meaning/routing/gateway-bytes.ts";
import type { OwnRule } from "../meaning/routing/table.ts";
import { chosenOf } from "../meaning/routing/target.ts";
import { listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import { type Alternative, lostEnd, taken } from "./ends.ts";
import type { Place } from "./part.ts";
import type { ImpactWorld, Side } from "./sides.ts";

export interface Domain {
  /** What the proxy listens on. */
  readonly listens: number;
  /** `*`, `*.example.com` or a name. */
  readonly name: string;
  /** One match each; `takes` is `*` where it is everything. */
  readonly rules: readonly Rule[];
}

export interface Rule extends Alternative {
  /** What it asks of a request; none: it takes everything. */
  readonly asks: OwnRule["alternatives"];
}

export interface Doors {
  readonly domains: readonly Domain[];
  /** What it may do besides, as far as that isn't known: by servers that may be open. Empty where all is known. */
  readonly perhaps: readonly Domain[];
  /** Whatever isn't known of all of it. */
  readonly lacks: readonly string[];
}

export const EVERYTHING = "*";

const known = new WeakMap<Side, WeakMap<Workload, Doors>>();

/** Cost: linear in the objects; once for each gateway and side. */
export function doorsOf(gateway: Workload, side: Side, world: ImpactWorld): Doors {
  const own = known.get(side) ?? new WeakMap<Workload, Doors>();
  known.set(side, own);
  const found = own.get(gateway) ?? makeDoors(gateway, side, world);
  own.set(gateway, found);
  return found;
}

function makeDoors(gateway: Workload, side: Side, world: ImpactWorld): Doors {
  const { inventory, objects, rootNamespace } = side;
  const near = { objects, rootNamespace, inventory };
  const table = gatewayTable(gateway, near);
  const owners = [...table.hosts.flatMap(({ objects }) => objects), ...contested(table)];
  const lacks = [
    ...table.lacks,
    ...GATEWAY_KINDS.flatMap((kind) => world.unread(kind) ?? []),
    ...(owners.every(side.sees) ? [] : [HIDDEN]),
    ...unreadIn({ ...world, readers: [gateway] }, owners),
  ];
  const perhaps = lacks.length === 0 ? [] : servedBy(table.perhaps, gateway, near).hosts;
  return {
    domains: table.hosts.map((host) => domainOf(host, side, world)),
    perhaps: perhaps.map((host) => domainOf(host, side, world)),
    lacks,
  };
}

const bytes = new WeakMap<Side, WeakMap<Workload, Doors>>();

/** Of connections: each server name with the one rule that takes it. */
export function byteDoorsOf(gateway: Workload, side: Side, world: ImpactWorld): Doors {
  const own = bytes.get(side) ?? new WeakMap<Workload, Doors>();
  bytes.set(side, own);
  const found = own.get(gateway) ?? makeByteDoors(gateway, side, world);
  own.set(gateway, found);
  return found;
}

function makeByteDoors(gateway: Workload, side: Side, world: ImpactWorld): Doors {
  const { inventory, objects, rootNamespace } = side;
  const near = { objects, rootNamespace, inventory };
  const table = gatewayTable(gateway, near);
  const chained = table.chains.flatMap(({ server, found }) => [
    server.gateway,
    ...(found === null ? [] : [found.owner]),
  ]);
  const owners = [...chained, ...contested(table)];
  const ports = new Set(table.servers.map(({ listens }) => listens));
  const lacks = [
    ...table.lacks,
    ...GATEWAY_KINDS.flatMap((kind) => world.unread(kind) ?? []),
    ...readersOf(owners, { inventory, rootNamespace }),
    ...(owners.every(side.sees) ? [] : [HIDDEN]),
    ...unreadIn({ ...world, readers: [gateway] }, owners),
    ...([...ports].some((port) => refused(table, port)) ? [REFUSED] : []),
    ...(table.servers.some(({ tls }) => tls === "auto") ? [AUTO] : []),
  ];
  const perhaps = lacks.length === 0 ? [] : servedBy(table.perhaps, gateway, near).chains;
  const domainsOf = (chain: GatewayChain) => byteDomains(chain, gateway, side, world);
  return { domains: table.chains.flatMap(domainsOf), perhaps: perhaps.flatMap(domainsOf), lacks };
}

const AUTO = "whether it is another network’s proxy, whose calls AUTO_PASSTHROUGH lets through";

function byteDomains({ server, found, sni }: GatewayChain, gateway: Workload, side: Side, world: ImpactWorld) {
  if (found === null) return [];
  const { namespace, labels } = gateway;
  const caller = { namespace, labels, port: server.port };
  const chosen = chosenOf(found, caller, {
    ...{ objects: near(found, side), rootNamespace: side.rootNamespace, keeps: side.keeps },
  });
  const rule = { ...taken(chosen, { side, world, called: server.port, bytes: true }), takes: EVERYTHING, asks: [] };
  const names = sni.length === 0 ? ["*"] : sni;
  return names.map((name): Domain => ({ listens: server.listens, name, rules: [rule] }));
}

function domainOf({ server, domain, redirects, rules, caller }: VirtualHost, side: Side, world: ImpactWorld): Domain {
  const by: Place = { object: server.gateway, path: server.path };
  const away: Rule = {
    ends: [{ key: "redirect", host: null, fate: "goes", share: 1, text: "redirected to HTTPS: 301", lacks: [] }],
    ...{ by, takes: EVERYTHING, asks: [] },
  };
  return {
    ...{ listens: server.listens, name: domain },
    rules: redirects
      ? [away]
      : rules.map((rule) => {
          const chosen = chosenOf(rule.found, caller, {
            objects: around(rule, side),
            ...{ rootNamespace: side.rootNamespace, keeps: side.keeps },
          });
          return {
            ...taken(chosen, { side, world, called: caller.port }),
            takes: takesOf(rule),
            asks: rule.alternatives,
          };
        }),
  };
}

const takesOf = (rule: OwnRule): string => (catchesAll(rule) ? EVERYTHING : JSON.stringify(rule.alternatives));

const around = ({ found }: OwnRule, side: Side): Side["objects"] => near(found, side);

/** DestinationRules for the hosts that a rule sends to. */
function near(found: EffectiveRule, side: Side): Side["objects"] {
  return (kind) =>
    kind !== "DestinationRule"
      ? side.objects(kind)
      : listAt(found.rule, "route")
          .map((each) => resolveHost(textAt(objectAt(each, "destination"), "host") ?? "", namespaceOf(found.owner)))
          .flatMap((host) => side.hosts.around(host)(kind));
}

/** What becomes of a request that none of a domain's rules takes. */
export const noRule = (by: Place | null): Alternative => ({
  ...{ by, takes: EVERYTHING },
  ends: [lostEnd("no rule of the gateway takes it: 404")],
});

/** What becomes of a host that no domain of the port takes. */
export const noDomain: Alternative = {
  ...{ by: null, takes: EVERYTHING },
  ends: [lostEnd("the gateway takes its host no more: 404, or no connection")],
};
