/**
 * Where requests go that a gateway sends to a service, before and after. The standard labels tell no host and no path, so every rule that
 * leads to the service may have sent them, but for those that don't take what is known of the requests; a rule that asks for the same
 * as before, with nothing new before it, takes the same requests.
 */
import type { Workload } from "#lib/inventory/model.ts";
import { hostOf } from "../meaning/routing/gateway.ts";
import { closest, within } from "../meaning/routing/host-pattern.ts";
import type { RequestFacts } from "../meaning/routing/match.ts";
import { takes as meets } from "../meaning/routing/route.ts";
import { isKnown, lacking, type Truth } from "../meaning/truth.ts";
import type { Alternative, End } from "./ends.ts";
import {
  byteDoorsOf,
  type Domain,
  type Doors,
  doorsOf,
  EVERYTHING,
  noDomain,
  noRule,
  type Rule,
} from "./gateway-table.ts";
import type { LettingIn } from "./letting-in.ts";
import type { Part } from "./part.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { LET_IN, refusedOf, sentBy, shares as sharesOf } from "./way.ts";

/** A rule that leads to the service, and what may take its requests then. */
interface Turn {
  readonly before: Alternative;
  readonly after: Alternative;
}

const HOST = "the host";
const PATH = "the path";
const SNI = "the server name that the client asks for by TLS (SNI)";
const LISTENER = "which of the gateway’s listeners it came by";
const CONTRADICTION = "why the objects and what was measured differ";

interface Leading {
  readonly domain: Domain;
  readonly before: Rule;
  readonly at: number;
}

interface Sent {
  /** Of the service that was called. */
  readonly host: string;
  /** Requests are read there. */
  readonly http: boolean;
  readonly request: RequestFacts;
}

/** `lettingIn`: what becomes of calls at a destination that is new to them. */
export function gatewayWay(
  gateway: Workload,
  { host, http, request }: Sent,
  lettingIn: (end: End) => LettingIn,
  sides: Sides,
  world: ImpactWorld,
): readonly Part[] {
  const doors = http ? doorsOf : byteDoorsOf;
  const [old, now] = [doors(gateway, sides.before, world), doors(gateway, sides.after, world)];
  if (textOf(old) === textOf(now)) return [];
  const { turns, open, lacks } = turnsAt(gateway, { host, http, request }, sides, world);
  if (lacks.length > 0) return [unknown(lacks)];
  const effects = turns.map((turn) => leaving(turn, host, lettingIn));
  return VERDICTS.flatMap((verdict): Part[] => {
    const shares = effects.map((each) => each.shares[verdict]);
    const [min, max] = [Math.min(...shares), Math.max(...shares)];
    const [worst, effect] = [turns[shares.indexOf(max)], effects[shares.indexOf(max)]];
    if (max < LEAST || worst === undefined || effect === undefined) return [];
    const refusal = verdict === "denied" || verdict === "breaks" ? effect.refusal : null;
    const ends = turns.flatMap(({ before, after }) => [...before.ends, ...after.ends]);
    const missing = ends.flatMap((end) => end.lacks);
    const sure = max - min < LEAST && missing.length === 0;
    return [
      {
        ...{ verdict, known: sure, share: { min: sure ? max : min, max } },
        lacks: sure ? [] : lacking(...missing, ...(max - min < LEAST ? [] : open)).lacks,
        by: refusal?.by ?? worst.after.by ?? worst.before.by,
        why: `At the gateway: ${named(worst.before)} → ${named(worst.after)}${refusal === null ? "" : `. There: ${refusal.why}`}`,
        ...sentBy(refusal, worst),
        ...(verdict === "rerouted" && effects.some((each) => each.open && each.shares.rerouted > LEAST)
          ? { aside: LET_IN }
          : {}),
      },
    ];
  });
}

interface Turns {
  readonly turns: readonly Turn[];
  /** What decides which of them a request takes. */
  readonly open: readonly string[];
  /** What it takes to know any; none: they are known. */
  readonly lacks: readonly string[];
}

/** The rules that lead to the service, each with what may take its requests then. */
export function turnsAt(gateway: Workload, { host, http, request }: Sent, sides: Sides, world: ImpactWorld): Turns {
  const doors = http ? doorsOf : byteDoorsOf;
  const [old, now] = [doors(gateway, sides.before, world), doors(gateway, sides.after, world)];
  const lacks = [...new Set([...old.lacks, ...now.lacks])];
  const asked = askedOf(request);
  const anyhow = old.domains.flatMap((domain) =>
    domain.rules.flatMap((before, at): Leading[] => (shareOf(before, host) > 0 ? [{ domain, before, at }] : [])),
  );
  const reached = old.domains
    .filter((domain) => comesTo(domain, old, request))
    .flatMap((each) => reachedIn(each, asked));
  const fitting = reached.filter(({ before }) => shareOf(before, host) > 0);
  // Where none fits, other rules sent them then: any of those of now may stand for them.
  const leading = fitting.length > 0 ? fitting : anyhow;
  const byDomain = [...Map.groupBy(leading, ({ domain }) => domain)];
  const isNew = newIn(old);
  return {
    lacks: lacks.length > 0 || leading.length > 0 ? lacks : [CONTRADICTION],
    turns: byDomain.flatMap(([domain, own]) => {
      const takes = takersOf(domain, domainsFor(domain, isNew, now, request), asked);
      return own.flatMap(({ before, at }) => takes(at).map((after): Turn => ({ before, after })));
    }),
    open: http ? openOf(leading, [old, now], asked) : [SNI],
  };
}

/** One request, or several of which the same is known: each rule is asked once. */
interface AskedOf {
  readonly request: RequestFacts;
  readonly meets: (rule: Rule) => Truth;
}

function askedOf(request: RequestFacts): AskedOf {
  const known = new Map<Rule, Truth>();
  const ask = (rule: Rule): Truth => {
    const found = known.get(rule) ?? meets(rule.asks, request);
    known.set(rule, found);
    return found;
  };
  return { request, meets: ask };
}

/** Rules of a domain that may have taken such a request: no rule before them surely takes it. */
function reachedIn(domain: Domain, asked: AskedOf): readonly Leading[] {
  const found: Leading[] = [];
  for (const [at, before] of domain.rules.entries()) {
    const truth = asked.meets(before);
    if (truth !== false) found.push({ domain, before, at });
    if (truth === true) break;
  }
  return found;
}

/** The domain that fits the host best, of those on the same port. */
const comesTo = ({ listens, name }: Domain, doors: Doors, { authority }: RequestFacts): boolean =>
  authority === undefined || domainOf(authority, listens, doors)?.name === name;

const closestKnown = new WeakMap<Doors, Map<string, Domain | null>>();

/** Once for each host and port. */
function domainOf(authority: string, listens: number, doors: Doors): Domain | null {
  const known = closestKnown.get(doors) ?? new Map<string, Domain | null>();
  closestKnown.set(doors, known);
  const key = `${listens} ${hostOf(authority)}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const there = doors.domains.filter((each) => each.listens === listens).map((own) => ({ domain: own.name, own }));
  const best = closest(there, hostOf(authority))?.own ?? null;
  known.set(key, best);
  return best;
}

/** What decides which of the rules it is. */
function openOf(
  leading: readonly Leading[],
  sides: readonly Doors[],
  { request, meets: ask }: AskedOf,
): readonly string[] {
  const domains = new Set(leading.map(({ domain }) => `${domain.listens} ${domain.name}`));
  const host = domains.size > 1 ? [request.authority === undefined ? HOST : LISTENER] : [];
  if (request.path === undefined) return [...host, PATH];
  const truths = sides
    .flatMap((side) => side.domains.filter((each) => comesTo(each, side, request)))
    .flatMap(({ rules }) => rules.map(ask));
  const lacks = truths.flatMap((truth) => (isKnown(truth) ? [] : truth.lacks));
  return lacks.length + host.length > 0 ? [...host, ...lacks] : [LISTENER];
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

const unknown = (lacks: readonly string[]): Part => ({
  ...{ verdict: "unreachable", known: false, by: null, lacks },
  why: "Where the gateway sends it then isn’t known.",
});

const texts = new WeakMap<Doors, string>();

/** Equal: they do the same. Once for each gateway and side. */
function textOf(doors: Doors): string {
  const found = texts.get(doors) ?? JSON.stringify(said(doors));
  texts.set(doors, found);
  return found;
}

const said = ({ domains, perhaps, lacks }: Doors) => [
  ...[domains, perhaps].map((each) =>
    each.map(({ listens, name, rules }) => [
      ...[listens, name],
      rules.map(({ ends, takes }) => [takes, ends.map(({ key, share }) => [key, share])]),
    ]),
  ),
  lacks,
];

const shareOf = ({ ends }: Alternative, host: string): number =>
  ends.reduce((sum, end) => (end.host === host && end.fate === "goes" ? sum + end.share : sum), 0);

const lostOf = ({ ends }: Alternative): number =>
  ends.reduce((sum, end) => (end.fate === "lost" ? sum + end.share : sum), 0);

const VERDICTS = ["denied", "breaks", "unreachable", "rerouted"] as const;

interface Leaving {
  readonly shares: Readonly<Record<(typeof VERDICTS)[number], number>>;
  readonly open: boolean;
  readonly refusal: Part | null;
}

/**
 * Of the requests that went to the service: how many go nowhere, and how many elsewhere, another of its subsets included, or are refused
 * there. Weights choose by chance: of what any destination of the rule loses each new end has the same share.
 */
function leaving({ before, after }: Turn, host: string, lettingIn: (end: End) => LettingIn): Leaving {
  const then = sharesOf(after.ends);
  const lostTo = (ends: readonly End[]) =>
    [...sharesOf(ends)].reduce((sum, [key, share]) => sum + Math.max(0, share - (then.get(key) ?? 0)), 0);
  const gone = lostTo(before.ends.filter((end) => end.host === host && end.fate === "goes"));
  const everybody = lostTo(before.ends);
  const own = everybody < LEAST ? 0 : gone / everybody;
  const lost = Math.min(gone, Math.max(0, lostOf(after) - lostOf(before)) * own);
  const all = shareOf(before, host);
  const { denied, breaks, open, refusal } = refusedOf(before.ends, after.ends, lettingIn);
  return {
    shares: {
      ...{ denied: (denied * own) / all, breaks: (breaks * own) / all },
      ...{ unreachable: lost / all, rerouted: Math.max(0, gone - lost - (denied + breaks) * own) / all },
    },
    ...{ open, refusal },
  };
}

const named = ({ ends }: Alternative): string => ends.map(({ text }) => text).join(", ");

/** Domains that may take then what one takes now: the closest wider one, and narrower ones that are new. */
function domainsFor(
  { listens, name }: Domain,
  isNew: (domain: Domain) => boolean,
  now: Doors,
  { authority }: RequestFacts,
): readonly (Domain | null)[] {
  if (authority !== undefined) return [domainOf(authority, listens, now)];
  const there = now.domains.filter((each) => each.listens === listens);
  const [wider = null] = there
    .filter((each) => within(name, each.name))
    .toSorted((a, b) => b.name.length - a.name.length);
  const narrower = there.filter((each) => each.name !== name && within(each.name, name) && isNew(each));
  return [wider, ...narrower];
}

/** Domains that weren't there. */
function newIn({ domains }: Doors): (domain: Domain) => boolean {
  const keyOf = ({ listens, name }: Domain) => `${listens} ${name}`;
  const old = new Set(domains.map(keyOf));
  return (domain) => !old.has(keyOf(domain));
}

/** What may take the requests of a domain's rule then: what asks for something that they are known not to have can't. */
function takersOf({ rules }: Domain, domains: readonly (Domain | null)[], asked: AskedOf) {
  const first = new Map<string, number>();
  for (const [at, { takes }] of rules.entries()) if (!first.has(takes)) first.set(takes, at);
  return (at: number): readonly Alternative[] => {
    const takes = rules[at]?.takes ?? EVERYTHING;
    const isMissed = (rule: Rule) => (first.get(rule.takes) ?? at) < at;
    return domains.flatMap((domain): readonly Alternative[] => {
      if (domain === null) return [noDomain];
      const found: Alternative[] = [];
      for (const rule of domain.rules) {
        if (isMissed(rule)) continue;
        const truth = asked.meets(rule);
        if (truth === false) continue;
        found.push(rule);
        if (rule.takes === takes || rule.takes === EVERYTHING || truth === true) return found;
      }
      return [...found, noRule(domain.rules[0]?.by ?? null)];
    });
  };
}
