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
import { isKnown, lacking } from "../meaning/truth.ts";
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
  if (JSON.stringify(said(old)) === JSON.stringify(said(now))) return [];
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
        why: `At the gateway: ${texts(worst.before)} → ${texts(worst.after)}${refusal === null ? "" : `. There: ${refusal.why}`}`,
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
  const anyhow = old.domains.flatMap((domain) =>
    domain.rules.flatMap((before, at): Leading[] => (shareOf(before, host) > 0 ? [{ domain, before, at }] : [])),
  );
  const fitting = anyhow.filter((each) => mayTake(each, old, request));
  // Where none fits, other rules sent them then: any of those of now may stand for them.
  const leading = fitting.length > 0 ? fitting : anyhow;
  return {
    lacks: lacks.length > 0 || leading.length > 0 ? lacks : [CONTRADICTION],
    turns: leading.flatMap(({ domain, before, at }): readonly Turn[] =>
      takers(domain, at, domainsFor(domain, old, now, request), request).map((after) => ({ before, after })),
    ),
    open: http ? openOf(leading, [old, now], request) : [SNI],
  };
}

/** Whether a rule of now may have taken such a request: its host comes to the domain, and no rule before it surely takes it. */
function mayTake({ domain, at }: Leading, { domains }: Doors, request: RequestFacts): boolean {
  if (!comesTo(domain, domains, request)) return false;
  const truths = domain.rules.slice(0, at + 1).map(({ asks }) => meets(asks, request));
  return truths.at(-1) !== false && !truths.slice(0, -1).includes(true);
}

/** The domain that fits the host best, of those on the same port. */
const comesTo = ({ listens, name }: Domain, domains: readonly Domain[], { authority }: RequestFacts): boolean =>
  authority === undefined || domainOf(authority, listens, domains)?.name === name;

function domainOf(authority: string, listens: number, domains: readonly Domain[]): Domain | null {
  const there = domains.filter((each) => each.listens === listens).map((own) => ({ domain: own.name, own }));
  return closest(there, hostOf(authority))?.own ?? null;
}

/** What decides which of the rules it is. */
function openOf(leading: readonly Leading[], sides: readonly Doors[], request: RequestFacts): readonly string[] {
  const domains = new Set(leading.map(({ domain }) => `${domain.listens} ${domain.name}`));
  const host = domains.size > 1 ? [request.authority === undefined ? HOST : LISTENER] : [];
  if (request.path === undefined) return [...host, PATH];
  const truths = sides
    .flatMap((side) => side.domains.filter((each) => comesTo(each, side.domains, request)))
    .flatMap(({ rules }) => rules.map(({ asks }) => meets(asks, request)));
  const lacks = truths.flatMap((truth) => (isKnown(truth) ? [] : truth.lacks));
  return lacks.length + host.length > 0 ? [...host, ...lacks] : [LISTENER];
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

const unknown = (lacks: readonly string[]): Part => ({
  ...{ verdict: "unreachable", known: false, by: null, lacks },
  why: "Where the gateway sends it then isn’t known.",
});

const said = ({ domains, lacks }: Doors) => [
  domains.map(({ listens, name, rules }) => [
    ...[listens, name],
    rules.map(({ ends, takes }) => [takes, ends.map(({ key, share }) => [key, share])]),
  ]),
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

const texts = ({ ends }: Alternative): string => ends.map(({ text }) => text).join(", ");

/** Domains that may take then what one takes now: the closest wider one, and narrower ones that are new. */
function domainsFor(
  { listens, name }: Domain,
  old: Doors,
  now: Doors,
  { authority }: RequestFacts,
): readonly (Domain | null)[] {
  if (authority !== undefined) return [domainOf(authority, listens, now.domains)];
  const there = now.domains.filter((each) => each.listens === listens);
  const [wider = null] = there
    .filter((each) => within(name, each.name))
    .toSorted((a, b) => b.name.length - a.name.length);
  const narrower = there.filter(
    (each) =>
      each.name !== name &&
      within(each.name, name) &&
      !old.domains.some((other) => other.listens === listens && other.name === each.name),
  );
  return [wider, ...narrower];
}

/** What may take the requests of a domain's rule then: what asks for something that they are known not to have can't. */
function takers(
  { rules }: Domain,
  at: number,
  domains: readonly (Domain | null)[],
  request: RequestFacts,
): readonly Alternative[] {
  const takes = rules[at]?.takes ?? EVERYTHING;
  const missed = new Set(rules.slice(0, at).map((each) => each.takes));
  return domains.flatMap((domain): readonly Alternative[] => {
    if (domain === null) return [noDomain];
    const found: Alternative[] = [];
    for (const rule of domain.rules) {
      const truth = meets(rule.asks, request);
      if (missed.has(rule.takes) || truth === false) continue;
      found.push(rule);
      if (rule.takes === takes || rule.takes === EVERYTHING || truth === true) return found;
    }
    return [...found, noRule(domain.rules[0]?.by ?? null)];
  });
}
