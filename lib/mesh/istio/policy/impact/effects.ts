/**
 * What becomes of calls where one rule follows another: answered by the proxy, held back, given up, copied, tried again. Shares of
 * the calls that the rules take. Faults come before the router: what they answer isn't tried again, and how long they hold a call
 * back no timeout counts, whatever the documentation says of faults beside timeouts (translateRoute sets both;
 * docs/meaning.md#faults-timeouts-retries-mirrors).
 */
import { formatMs, formatPercent } from "#lib/format.ts";
import type { Histogram, RequestCount } from "#lib/graph/observation.ts";
import { splitFlags } from "#lib/graph/outcome.ts";
import { milliseconds, ratio } from "#lib/units.ts";
import { type Above, above } from "./above.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Part } from "./part.ts";
import { moreAttempts } from "./retry-load.ts";

/** What the client's own proxy counted of the calls, all of them together. */
export interface Told {
  /** null: it isn't known. */
  readonly latency: Histogram | null;
  /** null: its answers aren't known. */
  readonly requests: readonly Pick<RequestCount, "code" | "grpc" | "flags" | "rate">[] | null;
  /** The calls, or some of them, go elsewhere then: of what they meet there it tells nothing. */
  readonly elsewhere: boolean;
}

export interface Effect extends Pick<Part, "verdict" | "why" | "lacks" | "aside"> {
  readonly min: number;
  readonly max: number;
  /** Where the copies go. */
  readonly mirror?: Copies;
}

/** To one host, whatever the subsets (null: none is named). */
export interface Copies {
  readonly host: string;
  readonly subsets: readonly (string | null)[];
}

const NO_LATENCY = "how long its calls take";
const NO_ANSWERS = "how its calls end";
const SENT = "how long requests take to be sent, which a timeout doesn’t count";
const DELAYS = "how much of today’s latencies a fault injects";
const TRIES = "how many attempts its calls take";
const FREED = "what becomes of those calls that a fault answers now";
const TIMES_THERE = "how long calls take where they then go";
const ENDS_THERE = "how calls end where they then go";
const REPEATS = "whether a call may be made twice: what isn’t safe to repeat is repeated too";

/** `who`: the proxy that has the rules, at the start of a sentence. */
export function effectsOf(before: Behaviour, after: Behaviour, told: Told, who: string): readonly Effect[] {
  return [
    ...aborts(before, after, who),
    ...delays(before, after, who),
    ...cutOff(before, after, told, who),
    ...mirrors(before, after, who),
    ...attempts(before, after, told, who),
  ];
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

const exact = (share: number) => ({ min: share, max: share, lacks: [] });
const percent = (share: number): string => formatPercent(ratio(share));
const reached = ({ abort }: Behaviour): number => 1 - (abort?.share ?? 0);
/** Calls that a fault answers today and then doesn't: nobody measured how they end. */
const freed = (before: Behaviour, after: Behaviour): number => Math.max(0, reached(after) - reached(before));

function aborts({ abort: old }: Behaviour, { abort: now }: Behaviour, who: string): readonly Effect[] {
  const [was, is] = [old?.share ?? 0, now?.share ?? 0];
  if (now !== null && is > was) {
    const why = `${who} answers ${percent(is)} of them with ${now.status} itself (fault)${was > 0 ? `, ${percent(was)} before` : ""}.`;
    return [{ verdict: "aborted", ...exact(is - was), why }];
  }
  if (is === was) return [];
  const why = `${who} answers ${is === 0 ? "none of them" : percent(is)} itself any more, ${percent(was)} before (fault).`;
  return [{ verdict: "allowed", ...exact(was - is), why }];
}

/** What is held back less than before is no effect. */
function delays({ delay: old }: Behaviour, { delay: now }: Behaviour, who: string): readonly Effect[] {
  if (now === null) return [];
  const longer = old === null || now.ms > old.ms;
  const share = longer ? now.share : Math.max(0, now.share - old.share);
  const was = old === null ? "" : `; ${percent(old.share)} for ${formatMs(milliseconds(old.ms))} before`;
  const why = `${who} holds back ${percent(now.share)} of them for ${formatMs(milliseconds(now.ms))} (fault)${was}.`;
  return share > 0 ? [{ verdict: "delayed", ...exact(share), why }] : [];
}

function cutOff(before: Behaviour, after: Behaviour, told: Told, who: string): readonly Effect[] {
  const [old, now] = [before.timeoutMs, after.timeoutMs];
  const parts: Effect[] = [];
  const say = (ms: number) => formatMs(milliseconds(ms));
  if (now !== null && (old === null || now < old)) {
    const gives = `${who} gives them up after ${say(now)} (504)${old === null ? "" : `, ${say(old)} before`}.`;
    const basis = `Today’s latencies tell how many took longer, today’s retries${old === null ? "" : " and timeout"} within them.`;
    const why = told.elsewhere ? gives : `${gives} ${basis}`;
    parts.push({ verdict: "times-out", why, ...slower(now, old, before, after, told) });
  }
  const [oldTry, newTry] = [before.retries?.perTryMs ?? null, after.retries?.perTryMs ?? null];
  if (newTry !== null && newTry !== now && (oldTry === null || newTry < oldTry)) {
    const why = `${who} gives up each attempt after ${say(newTry)}; a call fails when its last attempt does.`;
    parts.push({ verdict: "times-out", why, min: 0, ...slowest(newTry, before, after, told) });
  }
  if (old !== null && (now === null || now > old)) {
    const cut = told.requests === null ? null : flagged(told.requests, "UT");
    const why = `${who} gives them up after ${now === null ? "no time of its own" : say(now)}, ${say(old)} before.`;
    const lacks = cut === null ? [NO_ANSWERS] : ["how long those calls take that are given up now"];
    parts.push({ verdict: "allowed", why, min: 0, max: cut ?? 1, lacks });
  }
  return parts.filter(({ max }) => max > 0);
}

/** Calls of which an attempt may take longer than that. */
function slowest(limit: number, before: Behaviour, after: Behaviour, { latency, elsewhere }: Told) {
  const found = latency === null ? null : above(latency, limit);
  if (elsewhere) return { max: 1, lacks: [TIMES_THERE] };
  if (found === null) return { max: 1, lacks: [NO_LATENCY] };
  const more = freed(before, after);
  return { max: Math.min(1, found.max + more), lacks: [TRIES, ...(more > 0 ? [FREED] : [])] };
}

/** Of the calls that take longer than the new limit those that the old one already gave up are no news. */
function slower(now: number, old: number | null, before: Behaviour, after: Behaviour, { latency, elsewhere }: Told) {
  if (elsewhere) return { min: 0, max: 1, lacks: [TIMES_THERE] };
  const at = (limit: number | null): Above | null =>
    limit === null ? { min: 0, max: 0, within: null } : latency === null ? null : above(latency, limit);
  const [long, gone] = [at(now), at(old)];
  if (long === null || gone === null) return { min: 0, max: 1, lacks: [NO_LATENCY] };
  const more = freed(before, after);
  return {
    min: before.delay === null ? Math.max(0, long.min - gone.max) * reached(after) : 0,
    max: Math.min(1, Math.max(0, long.max - gone.min) + more),
    lacks: [
      ...(long.within === null ? [] : [bucket(long.within)]),
      ...(before.delay === null ? [] : [DELAYS]),
      ...(more > 0 ? [FREED] : []),
      SENT,
    ],
  };
}

function bucket({ from, to }: { readonly from: number; readonly to: number }): string {
  const start = formatMs(milliseconds(from));
  if (!Number.isFinite(to)) return `how long calls above ${start} take: the buckets end there`;
  return `how long calls between ${start} and ${formatMs(milliseconds(to))} take: the buckets hold no more`;
}

function flagged(requests: NonNullable<Told["requests"]>, flag: string): number {
  const all = requests.reduce((sum, { rate }) => sum + rate, 0);
  const hits = requests.reduce((sum, { flags, rate }) => (splitFlags(flags).includes(flag) ? sum + rate : sum), 0);
  return all > 0 ? hits / all : 0;
}

/**
 * Copies to one host are one sum, whatever the subset; fewer copies than before are no effect. The router makes them, which calls that
 * a fault answers never come to. (Envoy's Filter::decodeHeaders in source/common/router/router.cc)
 */
function mirrors(before: Behaviour, after: Behaviour, who: string): readonly Effect[] {
  const sum = (of: Behaviour, host: string) =>
    of.mirrors.reduce((all, each) => (each.host === host ? all + each.share : all), 0) * reached(of);
  const hosts = new Map(after.mirrors.map((each) => [each.host, each]));
  return [...hosts].flatMap(([host, mirror]): readonly Effect[] => {
    const [was, is] = [sum(before, host), sum(after, host)];
    if (is - was < LEAST) return [];
    const to = mirror.subset === null ? mirror.host : `${mirror.host} subset ${mirror.subset}`;
    const why = `${who} sends copies of ${percent(is)} of the calls to ${to}${was > 0 ? `, ${percent(was)} before` : ""}; nobody waits for their answers.`;
    const subsets = after.mirrors.flatMap((each) => (each.host === host ? [each.subset] : []));
    return [{ verdict: "mirrored", ...exact(is - was), why, mirror: { host, subsets } }];
  });
}

/** Whether the new rule tries again what the old one doesn't; a bound, for what the clients' proxies tell are calls, not attempts. */
function attempts(before: Behaviour, after: Behaviour, told: Told, who: string): readonly Effect[] {
  const { requests, latency, elsewhere } = told;
  const [old, now] = [before.retries, after.retries];
  if (JSON.stringify(old) === JSON.stringify(now) || now?.attempts === 0) return [];
  const on = now?.on === null || now === null ? "the usual conditions" : now.on.join(", ").slice(0, 200);
  const times = now === null ? "as often as the mesh does by default" : `up to ${now.attempts} times`;
  const base = {
    verdict: "retried" as const,
    min: 0,
    why: `${who} tries again ${times} what fails by ${on}.`,
    aside: REPEATS,
  };
  const most = now?.attempts ?? 2;
  if (elsewhere) return [{ ...base, max: most, lacks: [ENDS_THERE] }];
  const limit = now?.perTryMs ?? null;
  const hurried = limit !== null && (old?.perTryMs == null || limit < old.perTryMs);
  const slow = hurried ? (latency === null ? null : above(latency, limit)) : { max: 0 };
  const rate = requests?.reduce((sum, each) => sum + each.rate, 0) ?? 0;
  if (requests === null || slow === null || rate === 0)
    return [{ ...base, max: most, lacks: [requests === null ? NO_ANSWERS : NO_LATENCY] }];
  const more = freed(before, after);
  const max = moreAttempts(requests, old, now) / rate + Math.min(1, slow.max + more) * most;
  return max > 0 ? [{ ...base, max, lacks: [TRIES, ...(more > 0 ? [FREED] : [])] }] : [];
}

/** Calls that an attempt saves today and then none does. */
export function savesFewer({ retries: old }: Behaviour, { retries: now }: Behaviour): boolean {
  if (JSON.stringify(old) === JSON.stringify(now)) return false;
  const [was, is] = [old?.attempts ?? 2, now?.attempts ?? 2];
  if (is < was) return true;
  // The mesh's own conditions may be any.
  if (old?.on == null || now?.on == null) return was > 0 && old?.on !== now?.on;
  return old.on.some((each) => now.on?.includes(each) !== true);
}
