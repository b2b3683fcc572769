/**
 * What a change does to one client's calls to one host besides where they go. Which rule takes a call is decided as for its way
 * (way.ts, gateway-way.ts); where that isn't known, what any of the rules does lies between the bounds.
 */
import type { NodeKey } from "#lib/graph/id.ts";
import { mergeHistograms } from "#lib/graph/quantile.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { ImpactGap } from "#lib/policy/impact.ts";
import { fullName, serviceOfHost } from "../hosts.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { lacking } from "../meaning/truth.ts";
import { namespaceOf } from "../routing/json.ts";
import { type Behaviour, behaviourOf, NOTHING } from "./behaviour.ts";
import type { ObservedCall } from "./calls.ts";
import { type Effect, effectsOf, savesFewer, type Told } from "./effects.ts";
import type { Alternative } from "./ends.ts";
import type { Expected } from "./expected.ts";
import { doorsOf } from "./gateway-table.ts";
import { turnsAt } from "./gateway-way.ts";
import type { Part } from "./part.ts";
import { requestAtClient } from "./request.ts";
import { alike, type Group, groupsOf, portsSeen } from "./routing.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { PORT, pairsOf } from "./way.ts";
import { waysOf } from "./ways.ts";
import { GONE } from "./wire.ts";

interface Behaving {
  readonly expected: readonly Expected[];
  readonly gaps: readonly ImpactGap[];
}

/** At one proxy: rules that follow others, and what decides which. */
interface Turned {
  readonly who: string;
  readonly turns: readonly { readonly before: Alternative; readonly after: Alternative }[];
  readonly open: readonly string[];
  /** What it takes to know the rules themselves. */
  readonly lacks: readonly string[];
  readonly hidden: boolean;
}

const SAVED: ImpactGap = {
  what: "calls that another attempt saves today and would save no more",
  closeWith: "Envoy’s cluster statistics (upstream_rq_retry_success, by proxyStatsMatcher), traces",
};

export function behaving(calls: readonly ObservedCall[], sides: Sides, touched: Touched, world: ImpactWorld): Behaving {
  const expected: Expected[] = [];
  let fewer = false;
  for (const group of groupsOf(calls, sides, world)) {
    const turned = turnedFor(group, sides, touched, world).map((each) => readable(each, world));
    if (turned.length === 0) continue;
    const told = toldOf(group.calls);
    const gone = world.inventory.workloads.get(`${group.source.namespace}/${group.source.name}`) === undefined;
    for (const each of turned) {
      fewer ||= each.turns.some(({ before, after }) => savesFewer(behaviour(before), behaviour(after)));
      expected.push(...expectedOf(group, partsOf(each, told, gone), world));
    }
  }
  return { expected, gaps: fewer ? [SAVED] : [] };
}

/** What an object out of sight says isn't told, not even by what follows from it. */
function readable(turned: Turned, { sees }: ImpactWorld): Turned {
  const shown = ({ rule, ...each }: Alternative): Alternative =>
    rule === undefined || (each.by !== null && !sees(each.by.object)) ? each : { ...each, rule };
  return {
    ...turned,
    turns: turned.turns.map(({ before, after }) => ({ before: shown(before), after: shown(after) })),
  };
}

const behaviour = ({ by, rule }: Alternative): Behaviour =>
  by === null || rule === undefined ? NOTHING : behaviourOf(rule, namespaceOf(by.object));

function turnedFor(group: Group, sides: Sides, touched: Touched, world: ImpactWorld): readonly Turned[] {
  const { source, host, owner, calls } = group;
  const [call] = calls;
  if (call === undefined || call.protocol === "tcp") return [];
  const client = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
  const meshes = touched.way(host, source.namespace);
  // Of several sorts of requests any rule may take each.
  const request = alike(calls).length === 1 ? requestAtClient(call, host, sides, world) : {};
  const found: Turned[] = [];
  if (client?.dataplane === "gateway" && (touched.gates || meshes)) {
    const { turns, open, lacks } = turnsAt(client, { host, http: true, request }, sides, world);
    const may = lacks.length > 0 && turns.length === 0 ? newRules(client, sides, world) : turns;
    found.push({ who: "The gateway", turns: may, open, lacks, hidden: lacks.includes(HIDDEN) });
  }
  const place = call.service === null ? null : waypointOf(call.service, world);
  const waypoint = calls.some(({ viaWaypoint }) => viaWaypoint) ? place : null;
  const own = client === undefined || client.dataplane === "sidecar";
  if (!meshes || (!own && waypoint === null)) return found;
  const caller = { namespace: source.namespace, labels: client?.labels ?? {} };
  const router = own || waypoint === null ? "itself" : waypoint;
  const ways = portsSeen(group, call, sides, world).map(({ port }) => {
    const asked = { host, owner, caller: { ...caller, port }, carries: "http", router, request } as const;
    return [waysOf(asked, sides.before, world), waysOf(asked, sides.after, world)] as const;
  });
  const some = !own && !calls.every(({ viaWaypoint }) => viaWaypoint);
  found.push({
    who: own ? "The client’s proxy" : "The waypoint",
    turns: ways.flatMap(([before, after]) => pairsOf(before, after)),
    open: [...ways.flat().flatMap(({ lacks }) => lacks), ...(ways.length > 1 ? [PORT] : [])],
    lacks: some ? ["which of the calls come through the waypoint"] : [],
    hidden: !ways.flat().every(({ objects }) => objects.every(sides.before.sees)),
  });
  return found;
}

/** Rules whose doings no rule had before: where nobody knows which take the calls, any of these may. */
function newRules(gateway: Workload, sides: Sides, world: ImpactWorld): Turned["turns"] {
  const rules = (side: Side) => doorsOf(gateway, side, world).domains.flatMap((domain) => domain.rules);
  const known = new Set(rules(sides.before).map((each) => JSON.stringify(behaviour(each))));
  const nothing: Alternative = { ends: [], by: null, takes: "" };
  return rules(sides.after).flatMap((after) =>
    known.has(JSON.stringify(behaviour(after))) ? [] : [{ before: nothing, after }],
  );
}

/** The client's own records; what others saw of the calls says neither how long nor how they ended for it. */
function toldOf(calls: readonly ObservedCall[]): Told {
  const counted = calls.filter(({ rate }) => rate > 0);
  const records = counted.flatMap(({ client }) => client ?? []);
  if (records.length === 0 || records.length < counted.length) return UNTOLD;
  const histograms = records.flatMap(({ latency }) => latency ?? []);
  return {
    latency: histograms.length < records.length ? null : mergeHistograms(histograms),
    requests: records.flatMap(({ requests }) => requests),
    elsewhere: false,
  };
}

const UNTOLD: Told = { latency: null, requests: null, elsewhere: false };

/** Whether any of the calls leaves its destination. */
function leaves({ before, after }: Turned["turns"][number]): boolean {
  const shares = new Map<string, number>();
  for (const { key, share } of before.ends) shares.set(key, (shares.get(key) ?? 0) + share);
  for (const { key, share } of after.ends) shares.set(key, (shares.get(key) ?? 0) - share);
  return [...shares.values()].some((share) => Math.abs(share) > LEAST);
}

/** An effect of all turns together: what surely happens, and what may. */
interface Joined {
  readonly part: Part;
  readonly mirror: Effect["mirror"];
}

const LEAST = 1e-9;

function partsOf({ who, turns, open, lacks: unsure, hidden }: Turned, told: Told, gone: boolean): readonly Joined[] {
  const each = turns.map((turn) => ({
    by: turn.after.by ?? turn.before.by,
    effects: effectsOf(behaviour(turn.before), behaviour(turn.after), { ...told, elsewhere: leaves(turn) }, who),
  }));
  const keys = new Map(each.flatMap(({ effects }) => effects.map((effect) => [keyOf(effect), effect] as const)));
  return [...keys].map(([key, { verdict, mirror }]): Joined => {
    const found = each.map(({ by, effects }) => ({ by, ...joined(effects.filter((effect) => keyOf(effect) === key)) }));
    const [min, max] = [Math.min(...found.map((one) => one.min)), Math.max(...found.map((one) => one.max))];
    const worst = found.find((one) => one.max === max && one.lead !== null);
    const differ = new Set(found.map((one) => `${one.min.toFixed(9)} ${one.max.toFixed(9)}`)).size > 1;
    const blind = [...unsure, ...(gone ? [GONE] : [])];
    const lacks = [...(differ ? open : []), ...found.flatMap((one) => one.lacks), ...blind];
    const known = max - min < LEAST && lacks.length === 0 && !hidden;
    const aside = worst?.lead?.aside;
    return {
      mirror,
      part: {
        ...{
          verdict,
          known,
          share: hidden ? { min: 0, max: Math.max(1, max) } : { min: blind.length > 0 ? 0 : min, max },
        },
        by: hidden ? null : (worst?.by ?? null),
        why: hidden ? `What becomes of it rests on ${HIDDEN}.` : (worst?.lead?.why ?? ""),
        lacks: known ? [] : hidden ? [HIDDEN] : lacking(...lacks).lacks,
        ...(aside === undefined ? {} : { aside }),
      },
    };
  });
}

const keyOf = ({ verdict, mirror }: Effect): string => (mirror === undefined ? verdict : `${verdict} ${mirror.host}`);

/** Effects of one sort on the same calls: each call is counted once. */
function joined(effects: readonly Effect[]) {
  const [lead = null] = effects.toSorted((a, b) => b.max - a.max);
  return {
    lead,
    min: Math.max(0, ...effects.map((each) => each.min)),
    max: Math.max(0, ...effects.map((each) => each.max)),
    lacks: effects.flatMap(({ lacks }) => lacks),
  };
}

function expectedOf(
  { source, target, calls }: Group,
  parts: readonly Joined[],
  world: ImpactWorld,
): readonly Expected[] {
  const [first] = calls;
  if (first === undefined) return [];
  const base = {
    ...{ source, protocol: first.protocol, rate: calls.reduce((sum, { rate }) => sum + rate, 0) },
    seen: calls.some(({ seen }) => seen === "hour") ? "hour" : "week",
  } as const;
  const own = parts.filter(({ mirror }) => mirror === undefined).map(({ part }) => part);
  return [
    ...(own.length === 0 ? [] : [{ ...base, target, shares: [{ share: 1, parts: own }] }]),
    ...parts.flatMap(({ part, mirror }) =>
      mirror === undefined ? [] : [{ ...base, ...copied(mirror.host, part, world) }],
    ),
  ];
}

/** Who gets the copies, as a node; they go nowhere where nobody declares the host. */
function copied(host: string, part: Part, { cluster, inventory, elsewhere }: ImpactWorld) {
  const name = serviceOfHost(host);
  const known =
    name !== null &&
    [inventory, ...elsewhere].some(({ services }) => services.has(`${name.namespace}/${name.name}`)) &&
    fullName(name) === host;
  const declared = inventory.externalHosts.some(({ hosts }) => hosts.includes(host));
  const target: NodeKey =
    name === null
      ? { kind: "external", cluster, namespace: "unknown", name: host }
      : { kind: "service", cluster, ...name };
  const max = part.share?.max ?? 1;
  const sure: Part =
    known || declared
      ? part
      : {
          ...part,
          known: false,
          share: { min: 0, max },
          lacks: [...part.lacks, `whether anybody stands behind ${host}`],
        };
  return { target, shares: [{ share: 1, parts: [sure] }] };
}
