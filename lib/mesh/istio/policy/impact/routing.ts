/** What a change does to where calls go: one client's calls to one host together, whatever answered them. */
import { type NodeKey, nodeId } from "#lib/graph/id.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { closeness, fullName } from "../hosts.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { listAt, specOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import { entriesOf, portsOfEntry } from "./ends.ts";
import type { Expected, Shared } from "./expected.ts";
import { gatewayWay } from "./gateway-way.ts";
import { lettingIn } from "./letting-in.ts";
import { ofProxied, originOf } from "./origin.ts";
import type { Part } from "./part.ts";
import { causeOf, from, guessed } from "./passage.ts";
import { proxied } from "./past.ts";
import { bare, byRequest, requestAtClient } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { type Port, type Question, rerouting } from "./way.ts";
import { crossingOf } from "./waypoints.ts";
import { GONE, portsOf } from "./wire.ts";

/** One client's calls to one host. */
export interface Group {
  readonly source: NodeKey;
  readonly target: NodeKey;
  readonly host: string;
  /** Of the Service or ServiceEntry. */
  readonly owner: string;
  readonly calls: readonly ObservedCall[];
}

export interface Routed extends Expected {
  /** Those that it speaks of. */
  readonly calls: readonly ObservedCall[];
}

export function routing(
  calls: readonly ObservedCall[],
  sides: Sides,
  touched: Touched,
  world: ImpactWorld,
): readonly Routed[] {
  return groupsOf(calls, sides, world).flatMap((group) => {
    const { source, target, host } = group;
    const client = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
    const enters = touched.gates && client?.dataplane === "gateway";
    if (!enters && touched.enrolling.length === 0 && !touched.way(host, source.namespace)) return [];
    const [first] = group.calls;
    if (first === undefined) return [];
    const rate = rateOf(group.calls);
    const sharesOf = (of: readonly ObservedCall[]) =>
      alike(of).map((calls): Shared => {
        const [one = first] = calls;
        const parts = partsOf({ ...group, calls }, one, { client, sides, touched, world });
        return {
          share: rate === 0 ? 1 : rateOf(calls) / rate,
          parts: secured(parts, calls).map((part) => lasting(part, one)),
        };
      });
    const shares = sharesOf(group.calls.flatMap(byRequest));
    if (shares.every(({ parts }) => parts.length === 0)) return [];
    const on = group.calls.flatMap(({ evidence }) => evidence ?? []);
    return [
      {
        ...{ source, target, protocol: first.protocol, rate, shares, calls: group.calls },
        seen: group.calls.some(({ seen }) => seen === "hour") ? "hour" : "week",
        ...(on.length === 0 ? {} : { rests: { on, without: sharesOf(group.calls.map(bare)) } }),
      } satisfies Routed,
    ];
  });
}

/** Where a connection goes is settled when it begins. (Envoy’s tcp_proxy) */
const lasting = (part: Part, { protocol }: ObservedCall): Part =>
  protocol === "tcp" ? { ...part, why: `${part.why}${/[.]$/.test(part.why) ? "" : "."} ${OPEN}` } : part;

const OPEN = "Connections that are open stay where they are.";

const rateOf = (calls: readonly ObservedCall[]): number => calls.reduce((sum, { rate }) => sum + rate, 0);

/** Calls of whose requests the same is known. */
export const alike = (calls: readonly ObservedCall[]): readonly (readonly ObservedCall[])[] => [
  ...Map.groupBy(calls, ({ request }) => (request === undefined ? "" : JSON.stringify(request))).values(),
];

interface Seen {
  readonly client: Workload | undefined;
  readonly sides: Sides;
  readonly touched: Touched;
  readonly world: ImpactWorld;
}

function partsOf(group: Group, call: ObservedCall, { client, sides, touched, world }: Seen): readonly Part[] {
  const { host, owner, source, calls } = group;
  const http = call.protocol !== "tcp";
  const meshes = touched.way(host, source.namespace);
  const caller = { namespace: source.namespace, labels: client?.labels ?? {} };
  const request = requestAtClient(call, host, sides, world);
  const ports = portsSeen(group, call, sides, world);
  // Those of its pods that have a proxy follow rules, however few they are.
  const own = client && proxied(client);
  const lets = (router: Question["router"]["after"]) => lettingIn({ calls, client: own, router, http }, sides, world);
  const routed = (router: Question["router"]): readonly Part[] =>
    rerouting({ host, owner, caller, ports, router, request }, lets(router.after), sides, world);
  const crossed =
    touched.enrolling.length === 0 ? null : crossing(group, call, { client, sides, touched, world }, routed);
  // ztunnel follows no route; what is routed is, by the waypoint.
  const waypoint = (): readonly Part[] => {
    if (crossed !== null) return crossed;
    if (!meshes || !calls.some(({ viaWaypoint }) => viaWaypoint)) return [];
    const place = call.service === null ? null : waypointOf(call.service, world);
    if (place === null) return unknown("which waypoint it came through");
    if (!calls.every(({ viaWaypoint }) => viaWaypoint)) return unknown("which of the calls come through the waypoint");
    return routed({ before: place, after: place });
  };
  if (own?.dataplane === "gateway") {
    return inTurn(
      gatewayWay(own, { host, http, request: http ? request : {} }, lets("itself"), sides, world),
      waypoint(),
    );
  }
  const through = own?.dataplane !== "sidecar" && calls.some(({ viaWaypoint }) => viaWaypoint);
  if (own?.dataplane === "ambient" || through || crossed !== null) return waypoint();
  if (!meshes) return [];
  if (own?.dataplane === "waypoint") return unknown("what the waypoint’s own rules make of calls that it makes itself");
  const parts = ofProxied(routed({ before: "itself", after: "itself" }), originOf(calls, client, sides, world));
  return client === undefined ? parts.map((part) => guessed(part, [GONE])) : parts;
}

const unknown = (what: string): readonly Part[] => [
  { verdict: "rerouted", known: false, by: null, why: "Where it goes then isn’t known.", lacks: [what] },
];

/** Where the change puts the calls behind a waypoint, or takes them from it: routes count there, or do no more. null: it doesn't. */
function crossing(
  { calls }: Group,
  call: ObservedCall,
  { client, sides, touched, world }: Seen,
  routed: (router: Question["router"]) => readonly Part[],
): readonly Part[] | null {
  const found = crossingOf(call, sides, world);
  if (found === null) return null;
  const mixed = calls.every(({ viaWaypoint }) => viaWaypoint === call.viaWaypoint) ? [] : [SOME];
  // The gateway has routed by then: the waypoint is asked for the Service, whatever subset the gateway's rule names.
  const host = call.service === null ? "" : fullName(call.service);
  const rules = client?.dataplane === "gateway" ? sides.before.hosts.around(host)("DestinationRule") : [];
  const subsets = rules.some((rule) => listAt(specOf(rule), "subsets").length > 0) ? [SUBSET] : [];
  const cause = causeOf(call, found, touched.enrolling);
  const parts = routed({ before: found.before ?? "nobody", after: found.after ?? "nobody" });
  return parts.map((part) => from(cause, guessed(part, [...found.lacks, ...mixed, ...subsets])));
}

const SOME = "which of the calls come through the waypoint";
const SUBSET = "which subset the gateway’s rule names";

/** Ports that it may have been, with what they carry: what was measured goes before what a port's name says. */
export function portsSeen({ host }: Group, call: ObservedCall, sides: Sides, world: ImpactWorld): readonly Port[] {
  const measured = call.protocol === "tcp" ? "tcp" : "http";
  if (call.service === null) {
    const entries = [sides.before, sides.after].flatMap((side) => entriesOf(host, side));
    const ports = new Set(entries.flatMap(portsOfEntry).map(({ port }) => port));
    return atLeastOne(
      [...ports].map((port) => ({ port, carries: measured })),
      measured,
    );
  }
  const ports = portsOf(call, world).map(({ port, carried = measured }): Port => {
    // A ztunnel counts connections, whatever they carry; of others it was seen.
    const carries = measured === "http" ? "http" : carried;
    return { port, carries };
  });
  return atLeastOne(ports, measured);
}

const atLeastOne = (ports: readonly Port[], carries: Port["carries"]): readonly Port[] =>
  ports.length > 0 ? ports : [{ port: 0, carries }];

/** What the one leaves is the other's: where both change something, each may have all of it. */
function inTurn(first: readonly Part[], second: readonly Part[]): readonly Part[] {
  if (first.length === 0 || second.length === 0) return [...first, ...second];
  const why = "what of it the gateway, and what the waypoint sends elsewhere";
  const open = (part: Part, min: number): Part => ({
    ...{ ...part, known: false, lacks: [...part.lacks, why], share: { min, max: 1 } },
  });
  return [...first.map((part) => open(part, part.share?.min ?? 0)), ...second.map((part) => open(part, 0))];
}

/** Only what is mutual TLS can lose it. */
function secured(parts: readonly Part[], calls: readonly ObservedCall[]): readonly Part[] {
  const rate = rateOf(calls);
  const unknown = calls.some(({ mtls }) => mtls.share === null);
  const share =
    unknown || rate === 0 ? null : calls.reduce((sum, each) => sum + each.rate * (each.mtls.share ?? 0), 0) / rate;
  return parts.flatMap((part): Part[] => {
    if (part.verdict !== "loses-mtls") return [part];
    const bounds = part.share ?? { min: part.known ? 1 : 0, max: 1 };
    if (share === null) {
      const lacks = [...part.lacks, "whether it is mutual TLS now"];
      return [{ ...part, known: false, lacks, share: { min: 0, max: bounds.max } }];
    }
    return share === 0 ? [] : [{ ...part, share: { min: bounds.min * share, max: bounds.max * share } }];
  });
}

const grouped = new WeakMap<readonly ObservedCall[], WeakMap<Sides, readonly Group[]>>();

/** Once for the same calls and sides, which are of one world. */
export function groupsOf(calls: readonly ObservedCall[], sides: Sides, world: ImpactWorld): readonly Group[] {
  const known = grouped.get(calls) ?? new WeakMap<Sides, readonly Group[]>();
  grouped.set(calls, known);
  const found = known.get(sides) ?? makeGroups(calls, sides, world);
  known.set(sides, found);
  return found;
}

function makeGroups(calls: readonly ObservedCall[], sides: Sides, world: ImpactWorld): readonly Group[] {
  const groups = new Map<string, { readonly group: Omit<Group, "calls">; readonly calls: ObservedCall[] }>();
  for (const call of calls) {
    const { source, service, target, protocol } = call;
    if (source.kind !== "workload" || source.cluster !== world.cluster) continue;
    const asked =
      service === null
        ? externalOf(target, source.namespace, sides)
        : { host: fullName(service), owner: service.namespace };
    if (asked === null) continue;
    const key = `${nodeId(source)} ${asked.host} ${protocol}`;
    const end: NodeKey =
      service === null
        ? target
        : { kind: "service", cluster: world.cluster, namespace: service.namespace, name: service.name };
    const known = groups.get(key) ?? { group: { source, target: end, ...asked }, calls: [] };
    known.calls.push(call);
    groups.set(key, known);
  }
  return [...groups.values()].map(({ group, calls: own }) => ({ ...group, calls: own }));
}

const owners = new WeakMap<Sides, Map<string, string | null>>();

/** A host outside: of the ServiceEntry that declares it on either side; what none does counts as the client's own. Once for each host. */
function externalOf({ kind, name }: NodeKey, client: string, sides: Sides): { host: string; owner: string } | null {
  if (kind !== "external") return null;
  const known = owners.get(sides) ?? new Map<string, string | null>();
  owners.set(sides, known);
  const found = known.get(name);
  const owner = found === undefined ? ownerOf(name, sides) : found;
  known.set(name, owner);
  return { host: name, owner: owner ?? client };
}

function ownerOf(name: string, { before, after }: Sides): string | null {
  const found = [before, after]
    .flatMap(({ inventory }) => inventory.externalHosts)
    .find(({ hosts }) => hosts.some((each) => closeness(each.toLowerCase(), name) > 0));
  return found?.namespace ?? null;
}
