/** What a change does to where calls go: one client's calls to one host together, whatever answered them. */
import { type NodeKey, nodeId } from "#lib/graph/id.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { closeness, fullName } from "../hosts.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { portsOf } from "./arrive.ts";
import type { ObservedCall } from "./calls.ts";
import { entriesOf, portsOfEntry } from "./ends.ts";
import type { Expected, Shared } from "./expected.ts";
import { gatewayWay } from "./gateway-way.ts";
import type { Part } from "./part.ts";
import { bare, byRequest, requestAtClient } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { rerouting } from "./way.ts";

interface Group {
  readonly source: NodeKey;
  readonly target: NodeKey;
  readonly host: string;
  /** Of the Service or ServiceEntry. */
  readonly owner: string;
  readonly calls: readonly ObservedCall[];
}

const GONE = "the labels of a workload that is gone";

export function routing(
  calls: readonly ObservedCall[],
  sides: Sides,
  touched: Touched,
  world: ImpactWorld,
): readonly Expected[] {
  return groupsOf(calls, world).flatMap((group) => {
    const { source, target, host, owner } = group;
    const client = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
    const enters = touched.gates && client?.dataplane === "gateway";
    const meshes = touched.way(host, source.namespace);
    if (!enters && !meshes) return [];
    const [first] = group.calls;
    if (first === undefined) return [];
    const rate = rateOf(group.calls);
    const sharesOf = (of: readonly ObservedCall[]) =>
      alike(of).map((calls): Shared => {
        const [one = first] = calls;
        const parts = partsOf({ ...group, calls }, one, client, { sides, world, owner, enters, meshes });
        return { share: rate === 0 ? 1 : rateOf(calls) / rate, parts: secured(parts, calls) };
      });
    const shares = sharesOf(group.calls.flatMap(byRequest));
    if (shares.every(({ parts }) => parts.length === 0)) return [];
    const on = group.calls.flatMap(({ evidence }) => evidence ?? []);
    return [
      {
        ...{ source, target, protocol: first.protocol, rate, shares },
        seen: group.calls.some(({ seen }) => seen === "hour") ? "hour" : "week",
        ...(on.length === 0 ? {} : { rests: { on, without: sharesOf(group.calls.map(bare)) } }),
      } satisfies Expected,
    ];
  });
}

const rateOf = (calls: readonly ObservedCall[]): number => calls.reduce((sum, { rate }) => sum + rate, 0);

/** Calls of whose requests the same is known. */
const alike = (calls: readonly ObservedCall[]): readonly (readonly ObservedCall[])[] => [
  ...Map.groupBy(calls, ({ request }) => (request === undefined ? "" : JSON.stringify(request))).values(),
];

interface Seen {
  readonly sides: Sides;
  readonly world: ImpactWorld;
  readonly owner: string;
  /** Whether the change can concern what gateways do with what comes in, and what proxies of the mesh do with calls to the host. */
  readonly enters: boolean;
  readonly meshes: boolean;
}

function partsOf(
  { host, source, calls }: Group,
  call: ObservedCall,
  client: Workload | undefined,
  { sides, world, owner, enters, meshes }: Seen,
): readonly Part[] {
  const http = call.protocol !== "tcp";
  const unknown = (what: string): readonly Part[] => [
    { verdict: "rerouted", known: false, by: null, why: "Where it goes then isn’t known.", lacks: [what] },
  ];
  const caller = { namespace: source.namespace, labels: client?.labels ?? {} };
  const request = requestAtClient(call, host, sides, world);
  const ports = call.service === null ? entryPorts(host, sides) : portsOf(call, world).map(({ port }) => port);
  // ztunnel follows no route; what is routed is, by the waypoint.
  const waypoint = (): readonly Part[] => {
    if (!meshes || !calls.some(({ viaWaypoint }) => viaWaypoint)) return [];
    const place = call.service === null ? null : waypointOf(call.service, world);
    if (place === null) return unknown("which waypoint it came through");
    if (!calls.every(({ viaWaypoint }) => viaWaypoint)) return unknown("which of the calls come through the waypoint");
    return rerouting({ host, owner, caller, http, waypoint: place, request }, ports, sides, world);
  };
  if (client?.dataplane === "ambient") return waypoint();
  if (client?.dataplane === "gateway") {
    if (http) return inTurn(gatewayWay(client, { host, request }, sides, world), waypoint());
    return enters ? unknown("what a gateway does with connections: that isn’t worked out yet") : [];
  }
  if (client !== undefined && client.dataplane !== "sidecar") return [];
  const parts = rerouting({ host, owner, caller, http, waypoint: null, request }, ports, sides, world);
  if (client !== undefined) return parts;
  return parts.map((part) => ({
    ...part,
    known: false,
    lacks: [...part.lacks, GONE],
    share: { min: 0, max: part.share?.max ?? 1 },
  }));
}

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

function groupsOf(calls: readonly ObservedCall[], world: ImpactWorld): readonly Group[] {
  const groups = new Map<string, { readonly group: Omit<Group, "calls">; readonly calls: ObservedCall[] }>();
  for (const call of calls) {
    const { source, service, target, protocol } = call;
    if (source.kind !== "workload" || source.cluster !== world.cluster) continue;
    const asked = service === null ? externalOf(target, world) : { host: fullName(service), owner: service.namespace };
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

/** Hosts that a ServiceEntry declares; others go past the mesh now, and will. */
function externalOf({ kind, name }: NodeKey, { inventory }: ImpactWorld): { host: string; owner: string } | null {
  if (kind !== "external") return null;
  const found = inventory.externalHosts.find(({ hosts }) =>
    hosts.some((each) => closeness(each.toLowerCase(), name) > 0),
  );
  return found === undefined ? null : { host: name, owner: found.namespace };
}

const entryPorts = (host: string, { before }: Sides): readonly number[] =>
  entriesOf(host, before).flatMap((entry) => portsOfEntry(entry).map(({ port }) => port));
