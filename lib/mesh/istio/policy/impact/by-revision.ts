/**
 * Calls by the control planes that serve the proxies on their way: to each the objects count that it reads, and its settings. Where those of
 * one call may read other objects or are set differently, or it isn't known which serves one, all objects are taken to count and nothing is
 * certain.
 */
import type { Workload } from "#lib/inventory/model.ts";
import { type ImpactGap, type ImpactItem, type ImpactTotal, VERDICTS } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { proxiesOf } from "../meaning/effective/pod-waypoint.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { hasProxy, hasRevision, hasRevisions, isOfAll, readerOf, SEVERAL, servedBy } from "../meaning/revisions.ts";
import type { ObservedCall } from "./calls.ts";
import { closeWith, REVISIONS } from "./closing.ts";
import { EVALUATED } from "./gaps.ts";
import { type Impact, type ImpactInput, impactOfAll, sorted } from "./impact.ts";
import type { Change, ImpactWorld } from "./sides.ts";

/** What a change does to calls that were seen (impact.ts). */
export function impactOf(input: ImpactInput): Impact {
  const { changes, calls, world } = input;
  if (labelled(changes, world).length === 0 && world.mesh?.served === undefined) return impactOfAll(input);
  const found = [...Map.groupBy(calls, readingOf(input))].map(([reading, own]) =>
    reading === null
      ? unsure(impactOfAll({ ...input, calls: own }))
      : impactOfAll({ ...input, ...reading, calls: own }),
  );
  // What isn't worked out of a change is told whoever reads it.
  const { gaps } = impactOfAll({ ...input, calls: [] });
  return joined([{ items: changes.map(() => []), totals: [], unseen: 0, gaps }, ...found]);
}

type Reading = Pick<ImpactInput, "changes" | "world">;

/** What all proxies on a call's way are told, the same for calls that are alike; null: they may be told other objects. */
export function readingOf({ changes, world }: Reading): (call: ObservedCall) => Reading | null {
  const whole = { changes, world };
  const apart = labelled(changes, world);
  if (apart.length === 0 && world.mesh?.served === undefined) return () => whole;
  const proxyOf = alikeIn(apart, world);
  const known = new Map<Workload, Reading>();
  return (call) => {
    const proxy = proxyOf(call);
    if (proxy === undefined || proxy === null) return proxy === null ? null : whole;
    const found = known.get(proxy) ?? asReadBy(proxy, whole, apart);
    known.set(proxy, found);
    return found;
  };
}

/** One object for each kind of label that any has, before or after. */
function labelled(changes: readonly Change[], world: ImpactWorld): readonly Manifest[] {
  const changed = changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const there = [...EVALUATED, "WorkloadEntry"].map(world.objects).filter(hasRevisions);
  const all = [...changed, ...there.flat()].filter((each) => hasRevision(each) && !isOfAll(each));
  return [...new Map(all.map((each) => [each.metadata.labels?.["istio.io/rev"] ?? "", each])).values()];
}

/**
 * A proxy that reads these objects as all on the call's way do, the same one for the same reading; undefined: there is none; null: they may
 * read others.
 */
function alikeIn(apart: readonly Manifest[], world: ImpactWorld): (call: ObservedCall) => Workload | null | undefined {
  const first = new Map<string, Workload>();
  const readings = new Map<Workload, string | null>();
  const readingOf = (proxy: Workload): string | null => {
    const known = readings.get(proxy);
    if (known !== undefined) return known;
    const reading = readAs(proxy, apart, world);
    readings.set(proxy, reading);
    if (reading !== null && !first.has(reading)) first.set(reading, proxy);
    return reading;
  };
  const waypoints = new Map<string, readonly Workload[]>();
  const at = (place: ReturnType<typeof waypointOf>): readonly Workload[] => {
    if (place === null) return [];
    const key = `${place.namespace}/${place.name}`;
    const found = waypoints.get(key) ?? proxiesOf(place, world);
    waypoints.set(key, found);
    return found;
  };
  return (call) => {
    const all = new Set(proxiesAt(call, at, world).map(readingOf));
    if (all.size === 0) return undefined;
    const [one = null] = all;
    return all.size > 1 || one === null ? null : (first.get(one) ?? null);
  };
}

/** All workloads with a proxy that may have to do with a call: of another cluster nothing is known. */
function proxiesAt(
  { source, target, service }: ObservedCall,
  waypoints: (place: ReturnType<typeof waypointOf>) => readonly Workload[],
  world: ImpactWorld,
): readonly Workload[] {
  const { workloads, services } = world.inventory;
  const ends = [source, target].flatMap(({ kind, cluster, namespace, name }) =>
    kind === "workload" && cluster === world.cluster ? (workloads.get(`${namespace}/${name}`) ?? []) : [],
  );
  const before = waypoints(service === null ? null : waypointOf(service, world));
  const behind =
    service === null
      ? []
      : (services.get(`${service.namespace}/${service.name}`)?.workloads ?? []).flatMap(
          (name) => workloads.get(`${service.namespace}/${name}`) ?? [],
        );
  const all = [...ends, ...behind, ...before];
  return all.filter(hasProxy);
}

/**
 * The same for proxies that read these objects alike, and whose control planes see objects alike and are set alike; null: they may read others.
 * Settings that aren't known are none's: what rests on them is lacking by itself.
 */
function readAs(proxy: Workload, apart: readonly Manifest[], { mesh }: ImpactWorld): string | null {
  const { reads } = readerOf([proxy], mesh);
  const each = apart.map(reads);
  const served = servedBy([proxy], mesh);
  if (each.includes(null) || (served !== null && served.views.length > 1)) return null;
  return JSON.stringify([each, served?.views, served?.set]);
}

function asReadBy(proxy: Workload, { changes, world }: Reading, apart: readonly Manifest[]): Reading {
  const { reads } = readerOf([proxy], world.mesh);
  const served = servedBy([proxy], world.mesh);
  const view = served?.view ?? null;
  const kept = (each: Manifest | null): Manifest | null => {
    if (each === null || !(isOfAll(each) || reads(each) !== false)) return null;
    return view === null ? each : view.read(each);
  };
  const lists = new Map<string, readonly Manifest[]>();
  const own = readAs(proxy, apart, world);
  return {
    changes: changes.map(({ before, after }) => ({ before: kept(before), after: kept(after) })),
    world: {
      ...world,
      ...(served === null ? {} : { mesh: served.facts }),
      ...(view === null ? {} : { discovers: view.discovers }),
      objects: (kind) => {
        const list = lists.get(kind) ?? world.objects(kind).flatMap((each) => kept(each) ?? []);
        lists.set(kind, list);
        return list;
      },
      // Where calls would go that are sent elsewhere, other objects may decide.
      apart: (server) => hasProxy(server) && readAs(server, apart, world) !== own,
    },
  };
}

/** Nothing of it is certain. */
function unsure({ items, totals, unseen, gaps }: Impact): Impact {
  const open = (item: ImpactItem): ImpactItem => ({
    ...{ ...item, certainty: "unknown", min: 0 },
    blindSpots: [...new Set([...item.blindSpots, SEVERAL])],
    closeWith: [...new Set([...item.closeWith, ...closeWith([SEVERAL])])],
  });
  const least = (bounds: ImpactTotal["requests"]) => bounds && { ...bounds, min: 0 };
  const gap: ImpactGap = {
    what: "calls between proxies that may be served by several control planes, of which it isn’t known which objects each reads, and how each is set",
    closeWith: REVISIONS,
  };
  return {
    ...{ unseen, items: items.map((list) => list.map(open)), gaps: [...gaps, gap] },
    totals: totals.map((total) => ({
      ...{ ...total, certain: 0, requests: least(total.requests), connections: least(total.connections) },
    })),
  };
}

function joined(all: readonly Impact[]): Impact {
  const sum = (key: "requests" | "connections", totals: readonly ImpactTotal[]) => {
    const known = totals.flatMap((each) => each[key] ?? []);
    if (known.length === 0) return null;
    return { min: known.reduce((s, { min }) => s + min, 0), max: known.reduce((s, { max }) => s + max, 0) };
  };
  const totals = [
    ...Map.groupBy(
      all.flatMap((each) => each.totals),
      ({ verdict }) => verdict,
    ),
  ].map(
    ([verdict, own]): ImpactTotal => ({
      verdict,
      pairs: own.reduce((s, { pairs }) => s + pairs, 0),
      certain: own.reduce((s, { certain }) => s + certain, 0),
      ...{ requests: sum("requests", own), connections: sum("connections", own) },
    }),
  );
  const gaps = new Map(all.flatMap((each) => each.gaps).map((gap) => [gap.what, gap]));
  const [first] = all;
  return {
    items: (first?.items ?? []).map((_, at) => sorted(all.flatMap(({ items }) => items[at] ?? []))),
    totals: totals.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict)),
    gaps: [...gaps.values()],
    unseen: all.reduce((s, { unseen }) => s + unseen, 0),
  };
}
