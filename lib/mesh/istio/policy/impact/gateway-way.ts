/**
 * Where requests go that a gateway sends to a service, before and after. Metrics tell no host and no path, so every rule that leads to
 * the service may have sent them; a rule that asks for the same as before, with nothing new before it, takes the same requests.
 */
import type { Workload } from "#lib/inventory/model.ts";
import { within } from "../meaning/routing/host-pattern.ts";
import { lacking } from "../meaning/truth.ts";
import type { Alternative } from "./ends.ts";
import { type Domain, type Doors, doorsOf, EVERYTHING, noDomain, noRule } from "./gateway-table.ts";
import type { Part } from "./part.ts";
import type { ImpactWorld, Sides } from "./sides.ts";

/** A rule that leads to the service, and what may take its requests then. */
interface Turn {
  readonly before: Alternative;
  readonly after: Alternative;
}

const HOST = "the host";
const PATH = "the path";
const CONTRADICTION = "why the objects and what was measured differ";

/** `host`: of the service that was called. */
export function gatewayWay(gateway: Workload, host: string, sides: Sides, world: ImpactWorld): readonly Part[] {
  const [old, now] = [doorsOf(gateway, sides.before, world), doorsOf(gateway, sides.after, world)];
  if (JSON.stringify(said(old)) === JSON.stringify(said(now))) return [];
  const { turns, open, lacks } = turnsAt(gateway, host, sides, world);
  if (lacks.length > 0) return [unknown(lacks)];
  return (["unreachable", "rerouted"] as const).flatMap((verdict): Part[] => {
    const shares = turns.map((turn) => leaving(turn, host)[verdict]);
    const [min, max] = [Math.min(...shares), Math.max(...shares)];
    const worst = turns[shares.indexOf(max)];
    if (max < LEAST || worst === undefined) return [];
    const ends = turns.flatMap(({ before, after }) => [...before.ends, ...after.ends]);
    const missing = ends.flatMap((end) => end.lacks);
    const sure = max - min < LEAST && missing.length === 0;
    return [
      {
        ...{ verdict, known: sure, share: { min: sure ? max : min, max } },
        lacks: sure ? [] : lacking(...missing, ...(max - min < LEAST ? [] : open)).lacks,
        by: worst.after.by ?? worst.before.by,
        why: `At the gateway: ${worst.before.ends.map(({ text }) => text).join(", ")} → ${worst.after.ends.map(({ text }) => text).join(", ")}`,
        ...(verdict === "rerouted" ? { aside: "whether it is let in where it then goes" } : {}),
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
export function turnsAt(gateway: Workload, host: string, sides: Sides, world: ImpactWorld): Turns {
  const [old, now] = [doorsOf(gateway, sides.before, world), doorsOf(gateway, sides.after, world)];
  const lacks = [...new Set([...old.lacks, ...now.lacks])];
  const leading = old.domains.flatMap((domain) =>
    domain.rules.flatMap((before, at) => (shareOf(before, host) > 0 ? [{ domain, before, at }] : [])),
  );
  const known = lacks.length > 0 || leading.length > 0 ? lacks : [CONTRADICTION];
  return {
    lacks: known,
    turns: leading.flatMap(({ domain, before, at }): readonly Turn[] =>
      takers(domain, at, domainsFor(domain, old, now)).map((after) => ({ before, after })),
    ),
    open: [...(new Set(leading.map(({ domain }) => `${domain.listens} ${domain.name}`)).size > 1 ? [HOST] : []), PATH],
  };
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

/** Of the requests that went to the service: how many go nowhere, and how many elsewhere, another of its subsets included. */
function leaving({ before, after }: Turn, host: string): Readonly<Record<"unreachable" | "rerouted", number>> {
  const then = new Map<string, number>();
  for (const { key, share } of after.ends) then.set(key, (then.get(key) ?? 0) + share);
  const was = new Map<string, number>();
  for (const end of before.ends)
    if (end.host === host && end.fate === "goes") was.set(end.key, (was.get(end.key) ?? 0) + end.share);
  const gone = [...was].reduce((sum, [key, share]) => sum + Math.max(0, share - (then.get(key) ?? 0)), 0);
  const lost = Math.min(gone, Math.max(0, lostOf(after) - lostOf(before)));
  const all = shareOf(before, host);
  return { unreachable: lost / all, rerouted: (gone - lost) / all };
}

/** Domains that may take then what one takes now: the closest wider one, and narrower ones that are new. */
function domainsFor({ listens, name }: Domain, old: Doors, now: Doors): readonly (Domain | null)[] {
  const there = now.domains.filter((each) => each.listens === listens);
  const [closest = null] = there
    .filter((each) => within(name, each.name))
    .toSorted((a, b) => b.name.length - a.name.length);
  const narrower = there.filter(
    (each) =>
      each.name !== name &&
      within(each.name, name) &&
      !old.domains.some((other) => other.listens === listens && other.name === each.name),
  );
  return [closest, ...narrower];
}

/** What may take the requests of a domain's rule then: what asks for something that they are known not to have can't. */
function takers({ rules }: Domain, at: number, domains: readonly (Domain | null)[]): readonly Alternative[] {
  const takes = rules[at]?.takes ?? EVERYTHING;
  const missed = new Set(rules.slice(0, at).map((each) => each.takes));
  return domains.flatMap((domain): readonly Alternative[] => {
    if (domain === null) return [noDomain];
    const found: Alternative[] = [];
    for (const rule of domain.rules) {
      if (missed.has(rule.takes)) continue;
      found.push(rule);
      if (rule.takes === takes || rule.takes === EVERYTHING) return found;
    }
    return [...found, noRule(domain.rules[0]?.by ?? null)];
  });
}
