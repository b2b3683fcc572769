/** Where calls of one client end up by its routing: destinations with their shares, those that lead nowhere marked. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, serviceOfHost } from "../hosts.ts";
import { GATEWAY_API } from "../kinds.ts";
import { labelsAt } from "../lookup.ts";
import type { Caller } from "../meaning/routing/match.ts";
import { decide, type Routed, route } from "../meaning/routing/route.ts";
import { scopeOut, sidecarOf } from "../meaning/routing/scope.ts";
import { type Chosen, chosenOf, itself, NOT_GRANTED, type Target } from "../meaning/routing/target.ts";
import { type OutOfScope, outboundMode } from "../meaning/routing/unknown-host.ts";
import { waypointRules } from "../meaning/routing/waypoint.ts";
import { listAt, numberAt, specOf, textAt, textsAt } from "../routing/json.ts";
import type { Place } from "./part.ts";
import type { ImpactWorld, Side } from "./sides.ts";

type Inventories = Pick<ImpactWorld, "inventory" | "elsewhere">;

/** `passthrough`: as the client addressed it, past the mesh's own clusters and without mutual TLS. */
export type Fate = "goes" | "lost" | "passthrough";

export interface End {
  /** Equal keys: the same destination. */
  readonly key: string;
  /** The host that is called; null: none. */
  readonly host: string | null;
  readonly fate: Fate;
  /** 0…1 */
  readonly share: number;
  readonly text: string;
  readonly lacks: readonly string[];
}

/** One way that calls may take. */
export interface Alternative {
  readonly ends: readonly End[];
  readonly by: Place | null;
  /** Which calls take it; equal texts: the same. */
  readonly takes: string;
}

export interface Ways {
  readonly alternatives: readonly Alternative[];
  /** What decides among them. */
  readonly lacks: readonly string[];
  /** All that has a say. */
  readonly objects: readonly Manifest[];
}

export interface Asked {
  readonly host: string;
  /** Of its Service or ServiceEntry. */
  readonly owner: string;
  readonly caller: Caller;
  /** Rules for requests count; else the Sidecar's scope alone. */
  readonly http: boolean;
  /** Who routes in the client's place; null: its own proxy does. */
  readonly waypoint: { readonly namespace: string; readonly name: string } | null;
}

const OUTBOUND = "the mesh’s outboundTrafficPolicy";

export function waysOf({ host, owner, caller, http, waypoint }: Asked, side: Side, world: Inventories): Ways {
  const near = { objects: side.hosts.around(host), rootNamespace: side.rootNamespace };
  if (waypoint !== null) {
    const labels = { [`${GATEWAY_API}/gateway-name`]: waypoint.name };
    const own = { namespace: waypoint.namespace, labels, port: caller.port };
    const { rules } = waypointRules(host, owner, own, near);
    const [first] = http ? rules : [];
    const outcome: Routed["outcome"] =
      first === undefined
        ? { kind: "routed", chosen: itself(host, caller.port) }
        : decide(first.found.owner, rules, {}, ({ found }) => chosenOf(found, own, near));
    return outcomeWays(outcome, { side, world, called: caller.port });
  }
  const sidecar = sidecarOf(caller, near);
  const objects = [...(sidecar === null ? [] : [sidecar])];
  const known = { ...near, keeps: side.keeps };
  const unknown = scopeOut(host, owner, caller, sidecar, known);
  if (unknown !== null) return outOfScope(unknown, sidecar, side);
  if (!http) {
    const there = { key: host, host, fate: "goes", share: 1, text: host, lacks: [] } as const;
    return { alternatives: [{ ends: [there], by: null, takes: "" }], lacks: [], objects };
  }
  const { outcome, shadowed } = route(host, owner, caller, {}, known);
  const ways = outcomeWays(outcome, { side, world, called: caller.port });
  return { ...ways, objects: [...objects, ...ways.objects, ...shadowed] };
}

/** `sidecar`: the client's own. */
function outOfScope({ why, sidecar: by }: OutOfScope, sidecar: Manifest | null, { registryOnly }: Side): Ways {
  const mode = outboundMode(sidecar, registryOnly);
  const lost: End = {
    ...{ key: LOST, host: null, fate: "lost", share: 1, lacks: [] },
    text:
      why === "sidecar" ? "nowhere: the client’s Sidecar leaves it out" : "nowhere: its Service isn’t exported there",
  };
  const past: End = {
    ...{ key: "passthrough", host: null, fate: "passthrough", share: 1, lacks: [] },
    text: "past the mesh, in plaintext",
  };
  const ends = mode === "REGISTRY_ONLY" ? [lost] : mode === "ALLOW_ANY" ? [past] : [lost, past];
  return {
    alternatives: ends.map((end) => ({
      ...{ ends: [end], by: by === null ? null : { object: by, path: ["spec", "egress"] }, takes: "" },
    })),
    lacks: ends.length > 1 ? [OUTBOUND] : [],
    objects: sidecar === null ? [] : [sidecar],
  };
}

/** All that arrives nowhere is one destination. */
const LOST = "nowhere";

export const lostEnd = (text: string): End => ({
  ...{ key: LOST, host: null, fate: "lost", share: 1, text, lacks: [] },
});

export interface Seen {
  readonly side: Side;
  readonly world: Inventories;
  /** The port that was called. */
  readonly called: number;
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

const objectsOf = ({ object, to }: Chosen): readonly Manifest[] => [
  ...(object === null ? [] : [object]),
  ...to.flatMap(({ declaredBy }) => declaredBy ?? []),
];

const noRoute = (by: Manifest): Alternative => ({
  ends: [lostEnd("no rule takes it: 404")],
  by: { object: by, path: ["spec", "http"] },
  takes: "none",
});

export function taken(chosen: Chosen, seen: Seen): Alternative {
  const by = chosen.object === null ? null : { object: chosen.object, path: chosen.path };
  const takes = JSON.stringify(chosen.matches);
  if (chosen.does !== "route") {
    const text = chosen.does === "redirect" ? "the proxy redirects it" : "the proxy answers it";
    const key = `${chosen.does} ${JSON.stringify(by && at(by))}`;
    return { ends: [{ key, host: null, fate: "goes", share: 1, text, lacks: [] }], by, takes };
  }
  const ends = chosen.to.filter(({ share }) => share > 0).map((target) => endOf(target, seen));
  return { ends: ends.length === 0 ? [lostEnd("the rule has no destination")] : ends, by, takes };
}

function endOf({ host, subset, port, share, declaredBy, kept }: Target, { side, world, called }: Seen): End {
  const text = subset === null ? host : `${host} subset ${subset}`;
  const lost = (why: string): End => ({ ...lostEnd(`${text}: ${why}`), share });
  if (host === "") return { ...lost("500"), text: `${NOT_GRANTED}, 500` };
  if (kept !== null) return lost("the client’s proxy doesn’t know its Service, 503");
  if (subset !== null && declaredBy === null)
    return lost("no DestinationRule that the client follows declares it, 503");
  const labels = declaredBy === null ? {} : subsetLabels(declaredBy, subset ?? "");
  const name = serviceOfHost(host);
  const inventories = [world.inventory, ...world.elsewhere];
  const services = inventories.flatMap((each) => (name === null ? [] : (each.services.get(fullKey(name)) ?? [])));
  const entries = services.length > 0 ? [] : entriesOf(host, side);
  const declared = services.length > 0 ? services.flatMap(({ ports }) => ports) : entries.flatMap(portsOfEntry);
  const to = port ?? onlyPort(declared) ?? called;
  const key = JSON.stringify([host, to, Object.entries(labels).toSorted(byKey)]);
  const goes = (...lacks: readonly string[]): End => ({ key, host, fate: "goes", share, text, lacks });
  if (services.length === 0) {
    const covers = coversHost(host);
    if (entries.length > 0 || inventories.some((each) => each.externalHosts.some(({ hosts }) => hosts.some(covers))))
      return goes();
    const unread = inventories
      .flatMap((each) => each.unread)
      .some(({ kind }) => /^(?:services|serviceentries)(?:\.|$)/.test(kind));
    return unread ? goes(`what stands behind ${host}`) : lost("there is no such host, 503");
  }
  // A Service without a selector has endpoints that aren't read.
  if (services.some(({ selector }) => Object.keys(selector).length === 0)) return goes();
  const fits = (own: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([key, value]) => own[key] === value);
  const behind = services.flatMap(({ cluster, namespace, workloads }) => {
    const there = inventories.find((each) => each.cluster === cluster);
    return workloads.flatMap((each) => there?.workloads.get(`${namespace}/${each}`) ?? []);
  });
  return behind.some((each) => fits(each.labels)) ? goes() : lost("no workload stands behind it, 503");
}

const coversHost =
  (host: string) =>
  (pattern: string): boolean =>
    closeness(pattern.toLowerCase(), host) > 0;

export const entriesOf = (host: string, side: Side): readonly Manifest[] =>
  side.objects("ServiceEntry").filter(({ spec }) => textsAt(spec, "hosts").some(coversHost(host)));

export const portsOfEntry = ({ spec }: Manifest): readonly { readonly port: number }[] =>
  listAt(spec, "ports").flatMap((each) => {
    const port = numberAt(each, "number");
    return port === null ? [] : [{ port }];
  });

/**
 * Where a rule names no port, a host with one port is called at that, any other at the port that the client called
 * (GetDestinationCluster in pilot/pkg/networking/core/route/route.go). null: it has several, or none that is known.
 */
function onlyPort(ports: readonly { readonly port: number }[]): number | null {
  const [first, ...more] = new Set(ports.map(({ port }) => port));
  return first === undefined || more.length > 0 ? null : first;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const fullKey = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => `${namespace}/${name}`;

const subsetLabels = (rule: Manifest, name: string): Readonly<Record<string, string>> =>
  labelsAt(
    listAt(specOf(rule), "subsets").find((each) => textAt(each, "name") === name),
    "labels",
  ) ?? {};

function at({ object, path }: Place): unknown {
  let here: unknown = object;
  for (const key of path) here = (here as Record<string | number, unknown> | undefined)?.[key];
  return here;
}
