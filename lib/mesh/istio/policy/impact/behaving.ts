/**
 * What a change does to one client's calls to one host besides where they go. Which rule takes a call is decided as for its way
 * (turned.ts); where that isn't known, what any of the rules does lies between the bounds.
 */
import { mergeHistograms } from "#lib/graph/quantile.ts";
import type { ImpactGap, ImpactVerdict } from "#lib/policy/impact.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { lacking } from "../meaning/truth.ts";
import { behaviourAt } from "./behaviour.ts";
import type { ObservedCall } from "./calls.ts";
import { copiedTo, delivered } from "./copied.ts";
import { type Copies, type Effect, effectsOf, savesFewer, type Told } from "./effects.ts";
import type { Expected } from "./expected.ts";
import { ofProxied } from "./origin.ts";
import type { Part } from "./part.ts";
import { from } from "./passage.ts";
import { type Group, groupsOf } from "./routing.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { type RuleTurn, type Turned, turnedFor } from "./turned.ts";
import type { Veiled } from "./veiled.ts";
import { GONE } from "./wire.ts";

interface Behaving {
  readonly expected: readonly Expected[];
  readonly gaps: readonly ImpactGap[];
}

const SAVED: ImpactGap = {
  what: "calls that another attempt saves today and would save no more",
  closeWith: "Envoy’s cluster statistics (upstream_rq_retry_success, by proxyStatsMatcher), traces",
};

export function behaving(calls: readonly ObservedCall[], sides: Sides, touched: Touched, world: ImpactWorld): Behaving {
  const expected: Expected[] = [];
  let fewer = false;
  for (const group of groupsOf(calls, sides, world)) {
    const turned = turnedFor(group, sides, touched, world);
    if (turned.length === 0) continue;
    const told = toldOf(group.calls);
    const gone = world.inventory.workloads.get(`${group.source.namespace}/${group.source.name}`) === undefined;
    fewer ||= turned.some(({ turns }) =>
      turns.some(({ before, after }) => savesFewer(behaviourAt(before), behaviourAt(after))),
    );
    const parts = turned.map((each) =>
      partsOf(each, told, gone)
        .flatMap(({ part, mirror }) => ofProxied([part], each.origin).map((own): Joined => ({ part: own, mirror })))
        .map((one) => settled(one, each, group, sides, world)),
    );
    expected.push(...expectedOf(group, inTurn(parts), world));
  }
  return { expected, gaps: fewer ? [SAVED] : [] };
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
function leaves({ before, after }: RuleTurn): boolean {
  const shares = new Map<string, number>();
  for (const { key, share } of before.ends) shares.set(key, (shares.get(key) ?? 0) + share);
  for (const { key, share } of after.ends) shares.set(key, (shares.get(key) ?? 0) - share);
  return [...shares.values()].some((share) => Math.abs(share) > LEAST);
}

/** An effect of all turns together: what surely happens, and what may. */
interface Joined {
  readonly part: Part;
  readonly mirror: Copies | undefined;
}

const LEAST = 1e-9;

function partsOf(turned: Turned, told: Told, gone: boolean): readonly Joined[] {
  const { who, turns, open, lacks: unsure, hidden, connections } = turned;
  const each = turns.map((turn) => {
    const known = { ...(connections ? UNTOLD : told), elsewhere: leaves(turn) };
    const effects = effectsOf(behaviourAt(turn.before), behaviourAt(turn.after), known, who);
    return { by: turn.after.by ?? turn.before.by, effects };
  });
  const keys = Map.groupBy(
    each.flatMap(({ effects }) => effects),
    keyOf,
  );
  const blind = [...unsure, ...(gone ? [GONE] : [])];
  const parts = [...keys].flatMap(([key, own]): readonly Joined[] => {
    const [sample] = own;
    if (sample === undefined) return [];
    const found = each.map(({ by, effects }) => ({ by, ...joined(effects.filter((effect) => keyOf(effect) === key)) }));
    const [min, max] = [Math.min(...found.map((one) => one.min)), Math.max(...found.map((one) => one.max))];
    const worst = found.find((one) => one.max === max && one.lead !== null);
    const differ = new Set(found.map((one) => `${one.min.toFixed(9)} ${one.max.toFixed(9)}`)).size > 1;
    const facts = connections ? [CARRIED] : found.flatMap((one) => one.lacks);
    const lacks = [...(differ ? open : []), ...facts, ...blind];
    const known = max - min < LEAST && lacks.length === 0 && !hidden;
    const aside = worst?.lead?.aside;
    const part: Part = {
      ...{ verdict: sample.verdict, known },
      share: hidden || connections ? { min: 0, max: Math.max(1, max) } : { min: blind.length > 0 ? 0 : min, max },
      by: hidden ? null : (worst?.by ?? null),
      why: hidden ? RESTS : (worst?.lead?.why ?? ""),
      lacks: known ? [] : hidden ? [HIDDEN] : lacking(...lacks).lacks,
      ...(aside === undefined ? {} : { aside }),
    };
    return [{ mirror: mirrorOf(own), part }];
  });
  const veiled = new Set(turns.flatMap((turn) => turn.veiled ?? []));
  return [...parts, ...[...veiled].filter((each) => !parts.some(({ part }) => part.verdict === each)).map(unsaid)];
}

const RESTS = `What becomes of it rests on ${HIDDEN}.`;
/** The same whatever the object says, so that it tells nothing of it. */
const unsaid = (verdict: Veiled): Joined => ({
  part: { verdict, known: false, share: { min: 0, max: 1 }, by: null, why: RESTS, lacks: [HIDDEN] },
  mirror: undefined,
});
const CARRIED = "which requests its connections carry";

const keyOf = ({ verdict, mirror }: Effect): string => (mirror === undefined ? verdict : `${verdict} ${mirror.host}`);

function mirrorOf(effects: readonly Effect[]): Copies | undefined {
  const all = effects.flatMap(({ mirror }) => mirror ?? []);
  const [first] = all;
  return first && { host: first.host, subsets: [...new Set(all.flatMap(({ subsets }) => subsets))] };
}

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

/** Whether copies arrive, and which change it follows from. */
function settled(
  { part, mirror }: Joined,
  { follows, router, cause }: Turned,
  { calls }: Group,
  sides: Sides,
  world: ImpactWorld,
): Joined {
  const own = mirror === undefined ? part : delivered(part, mirror, { calls, follows, router }, sides, world);
  return { mirror, part: from(cause, own) };
}

const BOTH = "what of it the gateway does, and what the waypoint";
/** What comes first surely does these, whatever is behind it. */
const FIRST: ReadonlySet<ImpactVerdict> = new Set(["aborted", "delayed", "mirrored"]);
/** A call can be made more than once by them. */
const SEVERAL: ReadonlySet<ImpactVerdict> = new Set(["retried", "mirrored"]);

/** What the one leaves is the other's: where both do something, each may do it to all of it. */
function inTurn(proxies: readonly (readonly Joined[])[]): readonly Joined[] {
  const [first = [], second = []] = proxies;
  if (first.length === 0 || second.length === 0) return [...first, ...second];
  const most = ({ part, mirror }: Joined) => {
    const own = [first, second].map((list) =>
      Math.max(
        0,
        ...list
          .filter((each) => each.part.verdict === part.verdict && each.mirror?.host === mirror?.host)
          .map((each) => each.part.share?.max ?? 1),
      ),
    );
    // Each of the calls that the one makes is the other's to make again.
    return SEVERAL.has(part.verdict) ? Math.max(1, own.reduce((all, each) => all * (1 + each), 1) - 1) : 1;
  };
  const open = (one: Joined, min: number): Joined => ({
    mirror: one.mirror,
    part: { ...one.part, known: false, lacks: [...one.part.lacks, BOTH], share: { min, max: most(one) } },
  });
  return [
    ...first.map((one) => open(one, FIRST.has(one.part.verdict) ? minOf(one.part) : 0)),
    ...second.map((one) => open(one, 0)),
  ];
}

const minOf = ({ share, known }: Part): number => share?.min ?? (known ? 1 : 0);

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
  return [...Map.groupBy(parts, ({ mirror }) => mirror?.host)].map(([host, own]) => ({
    ...base,
    target: host === undefined ? target : copiedTo(host, world),
    shares: [{ share: 1, parts: own.map(({ part }) => part) }],
  }));
}
